/**
 * Path of the folder from which the page was loaded: `/`, or a path such as `/photos/` if a reverse proxy publishes the page
 * there. All addresses of the page lie in this folder.
 */
export function pageFolder(): string {
  return new URL('.', document.baseURI).pathname
}

/** @param path of the server, such as `/api/images` */
export function serverUrl(path: string): string {
  return pageFolder() + path.slice(1)
}

/** Parses an answer, with the paths in it as addresses for the page. @returns undefined for a text that is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, pageFolder() === '/' ? undefined : withServerUrls)
  } catch {
    return undefined
  }
}

/** The server gives addresses as paths of its own, such as `thumbnail_url`. */
function withServerUrls(key: string, value: unknown): unknown {
  return key.endsWith('_url') && typeof value === 'string' && value.startsWith('/') ? serverUrl(value) : value
}

/**
 * Path of the folder from which the page was loaded: `/`, or such as `/photos/` where a reverse proxy publishes it below a
 * path. All addresses of the page lie in this folder.
 */
export function pageFolder(): string {
  return new URL('.', document.baseURI).pathname
}

/** @param path of the server, such as `/api/images` */
export function serverUrl(path: string): string {
  return pageFolder() + path.slice(1)
}

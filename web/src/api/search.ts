import { api, asFile, type Images, type SearchRequest, until } from './client.ts'
import { read } from './request.ts'

/** @param uploads pictures that the parts name as `upload` */
export function search(
  body: SearchRequest,
  uploads: Record<string, Blob>,
  signal?: AbortSignal,
): Promise<Images> {
  return read(api.images.search.$post(bodyOf(body, uploads), until(signal)))
}

/** The body of a request with parts. */
export function bodyOf(body: SearchRequest, uploads: Record<string, Blob>) {
  const pictures = Object.entries(uploads)
  if (pictures.length === 0) return { json: body }
  const files = pictures.map(([name, blob]) => [name, asFile(blob)] as const)
  return { form: { search_json: JSON.stringify(body), ...Object.fromEntries(files) } }
}

import type { InferResponseType } from 'hono/client'
import { api, asFile, type Images, type SearchRequest, until } from './client.ts'
import { read } from './request.ts'

const { match } = api.images[':image_id']

export type Match = InferResponseType<typeof match.$post>

/** @param uploads pictures that the parts name as `upload` */
export function search(
  body: SearchRequest,
  uploads: Record<string, Blob>,
  signal?: AbortSignal,
): Promise<Images> {
  return read(api.images.search.$post(bodyOf(body, uploads), until(signal)))
}

/** Where an image answers a search. A quick map is coarse. */
export function explainMatch(
  id: string,
  body: SearchRequest,
  uploads: Record<string, Blob>,
  detail: 'quick' | 'full',
  signal?: AbortSignal,
): Promise<Match> {
  const request = { param: { image_id: id }, query: { detail }, ...bodyOf(body, uploads) }
  return read(match.$post(request, until(signal)))
}

function bodyOf(body: SearchRequest, uploads: Record<string, Blob>) {
  const pictures = Object.entries(uploads)
  if (pictures.length === 0) return { json: body }
  const files = pictures.map(([name, blob]) => [name, asFile(blob)] as const)
  return { form: { search_json: JSON.stringify(body), ...Object.fromEntries(files) } }
}

import type { InferResponseType } from 'hono/client'
import { api, type SearchRequest, until } from './client.ts'
import { read } from './request.ts'
import { bodyOf } from './search.ts'

const { match } = api.images[':image_id']

export type Match = InferResponseType<typeof match.$post>

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

import type { MatchJson } from '../../../server/src/http/contract/match.ts'
import { type Images, request, type SearchRequest } from './client.ts'

export type Match = MatchJson

/** @param uploads pictures that the parts name as `upload` */
export function search(
  body: SearchRequest,
  uploads: Record<string, Blob>,
  signal?: AbortSignal,
): Promise<Images> {
  return request('/api/images/search', searchInit(body, uploads, signal))
}

/** Where an image answers a search. */
export function explainMatch(
  id: string,
  body: SearchRequest,
  uploads: Record<string, Blob>,
  signal?: AbortSignal,
): Promise<Match> {
  return request(`/api/images/${id}/match`, searchInit(body, uploads, signal))
}

function searchInit(body: SearchRequest, uploads: Record<string, Blob>, signal: AbortSignal | undefined) {
  const isPlain = Object.keys(uploads).length === 0
  const init: RequestInit = { method: 'POST', signal: signal ?? null }
  if (isPlain) {
    init.headers = { 'Content-Type': 'application/json' }
    init.body = JSON.stringify(body)
  } else {
    const form = new FormData()
    form.set('search_json', JSON.stringify(body))
    for (const [name, blob] of Object.entries(uploads)) form.set(name, blob, 'query.png')
    init.body = form
  }
  return init
}

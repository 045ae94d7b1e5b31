import { DomainError, messageOf } from '../errors.ts'
import type { QueryTerm } from '../search/query.ts'

export interface RemoteServer {
  /** Address of the page. */
  url: string
  /** Token of an API key; a server without sign-in needs none. */
  apiKey?: string | undefined
}

/** A result of the command. */
export interface ScoredPath {
  path: string
  score: number
  id: string
  width: number
  height: number
}

/** A search that takes longer has failed. */
const TIMEOUT_MS = 60_000

/**
 * Searches by the HTTP API of a server.
 * @throws {DomainError} `unavailable` if the server does not answer, or its own error
 */
export async function searchServer(
  { url, apiKey }: RemoteServer,
  terms: readonly QueryTerm[],
  top: number,
): Promise<ScoredPath[]> {
  const form = new FormData()
  const parts = await Promise.all(terms.map((term, n) => toPart(term, `picture${n}`, form)))
  const request = { parts, top_k: top, query: { items_per_page: top } }
  form.set('search_json', JSON.stringify(request))
  const response = await send(new URL('api/images/search', url.endsWith('/') ? url : `${url}/`), {
    method: 'POST',
    body: form,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = (await response.json().catch(() => ({}))) as { images?: ScoredPath[]; error?: string }
  if (response.ok && body.images !== undefined) return body.images
  const reason = body.error ?? `the status is ${response.status}`
  const advice = response.status === 401 ? ' Set SKETCH_SEARCH_API_KEY to the token of an API key.' : ''
  throw new DomainError(
    'unavailable',
    `The server at ${url} did not carry out the search: ${reason}.${advice}`,
  )
}

async function toPart(term: QueryTerm, name: string, form: FormData) {
  const { weight } = term
  if (term.kind === 'text') return { kind: 'text', text: term.text, weight }
  if (term.kind !== 'sketch' && term.kind !== 'image')
    throw new DomainError('not_supported', `A search by ${term.kind} can't be sent to a server.`)
  form.set(name, new Blob([new Uint8Array(await term.picture.read())]), name)
  const kind = term.kind === 'image' && term.mayBeSketch ? 'auto' : term.kind
  return { kind, upload: name, weight }
}

async function send(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const reason =
      error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error)
    throw new DomainError('unavailable', `The server at ${url.origin} does not answer: ${reason}.`, {
      cause: error,
    })
  }
}

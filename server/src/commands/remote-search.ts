import { DomainError, messageOf } from '../errors.ts'
import type { Picture, QueryTerm } from '../search/query.ts'
import type { ParsedTerm } from './search-terms.ts'

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
  terms: readonly ParsedTerm[],
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

async function toPart(term: ParsedTerm, name: string, form: FormData): Promise<object> {
  const { weight } = term
  switch (term.kind) {
    case 'text':
      return { kind: 'text', text: term.text, weight }
    case 'image id':
      return { kind: 'image_id', image_id: term.id, weight }
    case 'colours':
      return { kind: 'colours', ...(await colourSource(term.of, name, form)), weight }
    case 'region':
    case 'region of file': {
      const { x, y, width, height } = term.picture.crop ?? { x: 0, y: 0, width: 1, height: 1 }
      return {
        kind: 'region',
        upload: await attach(term.picture, name, form),
        crop: [x, y, width, height],
        weight,
      }
    }
    default: {
      const kind = term.kind === 'image' && term.mayBeSketch ? 'auto' : term.kind
      return { kind, upload: await attach(term.picture, name, form), weight }
    }
  }
}

async function colourSource(
  of: Extract<QueryTerm, { kind: 'colours' }>['of'],
  name: string,
  form: FormData,
): Promise<object> {
  if ('imageId' in of) return { image_id: of.imageId }
  if ('read' in of) return { upload: await attach(of, name, form) }
  const colours = of.map(({ rgb, share, place }) => ({
    hex: `#${rgb.toString(16).padStart(6, '0')}`,
    share,
    ...(place && { place: [place.x, place.y, place.width, place.height] }),
  }))
  return { colours }
}

/** Adds a picture to a form. @returns the name of its field */
async function attach({ read }: Picture, name: string, form: FormData): Promise<string> {
  form.set(name, new Blob([new Uint8Array(await read())]), name)
  return name
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

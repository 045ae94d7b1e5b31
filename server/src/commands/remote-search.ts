import { addressOnServer } from '../addresses.ts'
import { DomainError, messageOf } from '../errors.ts'
import type { Picture, QueryTerm } from '../search/query.ts'

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

/** Maximum number of images in an answer of the HTTP API. */
const MAX_RESULTS = 1000
/** A search that takes longer has failed. */
const TIMEOUT_MS = 60_000

/**
 * Searches by the HTTP API of a server.
 * @throws {DomainError} `invalid_request`; `unavailable` if the server does not answer or refuses the search
 */
export async function searchServer(
  { url, apiKey }: RemoteServer,
  terms: readonly QueryTerm[],
  top: number,
): Promise<ScoredPath[]> {
  const address = addressOnServer(url, 'api/images/search')
  if (top > MAX_RESULTS)
    throw new DomainError('invalid_request', `--top: a server returns ${MAX_RESULTS} images at most.`)
  const form = new FormData()
  const parts = await Promise.all(terms.map((term, n) => toPart(term, `picture${n}`, form)))
  const request = { parts, top_k: top, query: { items_per_page: top } }
  form.set('search_json', JSON.stringify(request))
  const response = await send(address, {
    method: 'POST',
    body: form,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = (await response.json().catch(() => ({}))) as {
    images?: ScoredPath[]
    error?: string
    suggestions?: string[]
  }
  if (response.ok && body.images !== undefined) return body.images
  const reason = body.error ?? `the status is ${response.status}`
  const advice = response.status === 401 ? ' Set SKETCH_SEARCH_API_KEY to the token of an API key.' : ''
  throw new DomainError(
    'unavailable',
    `The server at ${url} did not carry out the search: ${reason.replace(/\.$/, '')}.${advice}`,
    body.suggestions && { suggestions: body.suggestions },
  )
}

async function toPart(term: QueryTerm, name: string, form: FormData): Promise<object> {
  const { weight } = term
  switch (term.kind) {
    case 'text':
      return { kind: 'text', text: term.text, weight }
    case 'image id':
      return { kind: 'image_id', image_id: term.id, weight }
    case 'colours':
      return { kind: 'colours', ...(await colourSource(term.of, name, form)), weight }
    case 'region': {
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

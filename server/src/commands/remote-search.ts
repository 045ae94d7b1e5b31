import { DomainError } from '../errors.ts'
import type { Picture, QueryTerm } from '../search/query.ts'
import { askServer, type RemoteServer } from './remote-server.ts'

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

/**
 * Searches by the HTTP API of a server.
 * @throws {DomainError} `invalid_request`; `unavailable` if the server does not answer or refuses the search
 */
export async function searchServer(
  server: RemoteServer,
  terms: readonly QueryTerm[],
  top: number,
): Promise<ScoredPath[]> {
  if (top > MAX_RESULTS)
    throw new DomainError('invalid_request', `--top: a server returns ${MAX_RESULTS} images at most.`)
  const form = new FormData()
  const parts = await Promise.all(terms.map((term, n) => toPart(term, `picture${n}`, form)))
  form.set('search_json', JSON.stringify({ parts, top_k: top, query: { items_per_page: top } }))
  const init = { method: 'POST', body: form }
  const { images } = await askServer<{ images: ScoredPath[] }>(
    server,
    'api/images/search',
    'the search',
    init,
  )
  return images
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

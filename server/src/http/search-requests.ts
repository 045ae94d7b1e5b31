import type { Catalog } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import type { PaletteColour } from '../gallery/colour-layout.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { QueryKind, SavedQueries } from '../saved-queries/saved-queries.ts'
import type { Picture, QueryTerm } from '../search/query.ts'
import { toCrop } from '../search/region.ts'
import {
  type SearchColour,
  type SearchExample,
  type SearchForm,
  type SearchPart,
  type SearchRequest,
  searchRequestSchema,
} from './contract/search-request.ts'
import { parseJsonField } from './input/json.ts'
import { bytesOf, findImage } from './requests.ts'

export interface ReceivedSearch {
  request: SearchRequest
  /** Files of a multipart request by their field names. */
  files: ReadonlyMap<string, File>
}

/** @param input the request as JSON, or a form with files and the same JSON in a field */
export function readSearchRequest(input: SearchRequest | SearchForm): ReceivedSearch {
  if (!('search_json' in input)) return { request: input as SearchRequest, files: new Map() }
  const { search_json: json, ...fields } = input
  const files = new Map(
    Object.entries(fields).filter((field): field is [string, File] => field[1] instanceof File),
  )
  return { request: parseJsonField(searchRequestSchema, json as string, 'search_json'), files }
}

export interface PictureSources {
  catalog: Catalog
  queries: SavedQueries
  imageFiles: ImageFiles
}

/** Converts a request to terms of a search. Pictures are read later. */
export async function toTerms(
  { request, files }: ReceivedSearch,
  sources: PictureSources,
): Promise<QueryTerm[]> {
  if ('parts' in request)
    return Promise.all(request.parts.map((part) => toTerm(part, request.language, { files, ...sources })))
  const { positive, negative } = request
  const examples = [...positive, ...negative.map((one) => ({ ...one, weight: -one.weight }))]
  return Promise.all(examples.map((example) => exampleToTerm(example, files, sources)))
}

async function toTerm(
  part: SearchPart,
  language: string | undefined,
  { files, ...sources }: PictureSources & Pick<ReceivedSearch, 'files'>,
): Promise<QueryTerm> {
  const { weight } = part
  switch (part.kind) {
    case 'image_id':
      return { kind: 'image id', id: part.image_id, weight }
    case 'text':
      return { kind: 'text', text: part.text, language, weight }
    case 'colours': {
      const { colours, image_id: imageId } = part
      if (colours !== undefined) return { kind: 'colours', weight, of: colours.map(toPaletteColour) }
      if (imageId !== undefined) return { kind: 'colours', weight, of: { imageId } }
      return { kind: 'colours', weight, of: { read: await readerOf(part, files, sources) } }
    }
    case 'sketch':
      return { kind: 'sketch', weight, picture: { read: await readerOf(part, files, sources) } }
    case 'image':
    case 'auto':
      return {
        kind: 'image',
        weight,
        mayBeSketch: part.kind === 'auto',
        picture: { read: await readerOf(part, files, sources) },
      }
    case 'region': {
      const [x, y, width, height] = part.crop
      const picture = { read: await readerOf(part, files, sources), crop: toCrop({ x, y, width, height }) }
      return { kind: 'region', weight, imageId: part.image_id, picture }
    }
  }
}

function toPaletteColour({ hex, share, place }: SearchColour): PaletteColour {
  const rgb = Number.parseInt(hex.replace('#', ''), 16)
  if (place === undefined) return { rgb, share }
  const [x, y, width, height] = place
  return { rgb, share, place: toCrop({ x, y, width, height }) }
}

async function exampleToTerm(
  { weight, crop, kind, ...source }: SearchExample,
  files: ReceivedSearch['files'],
  sources: PictureSources,
): Promise<QueryTerm> {
  if (source.image_id !== undefined && crop === undefined)
    return { kind: 'image id', id: source.image_id, weight }
  const read = await readerOf(source, files, sources)
  if (source.image_id !== undefined)
    return { kind: 'image', weight, mayBeSketch: false, picture: { read, crop } }
  const given = source.query_id === undefined ? kind : (await sources.queries.get(source.query_id)).kind
  return pictureTerm({ read, crop }, given, weight)
}

/** Returns the term for a picture of which the kind may be unknown. */
export function pictureTerm(picture: Picture, kind: QueryKind, weight: number): QueryTerm {
  if (kind === 'sketch') return { kind, picture, weight }
  return { kind: 'image', picture, mayBeSketch: kind === 'auto', weight }
}

/** Finds the picture of a part. @throws {DomainError} `image_not_found`, `query_not_found`, `invalid_request` */
async function readerOf(
  source: { image_id?: string | undefined; query_id?: string | undefined; upload?: string | undefined },
  files: ReceivedSearch['files'],
  { catalog, queries, imageFiles }: PictureSources,
): Promise<Picture['read']> {
  const { image_id: imageId, query_id: queryId, upload } = source
  if (imageId !== undefined) {
    const image = await findImage(catalog, imageId)
    return async () => (await imageFiles.read(image)).bytes
  }
  if (queryId !== undefined) {
    await queries.get(queryId)
    return () => queries.bytes(queryId)
  }
  const file = upload === undefined ? undefined : files.get(upload)
  if (file !== undefined) return () => bytesOf(file)
  throw new DomainError(
    'invalid_request',
    'Each example needs an image_id, a query_id, or an upload that names a file of the form.',
  )
}

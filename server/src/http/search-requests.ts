import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import { decimal, flag, optional, text, uuid } from '../contract/input.ts'
import { DomainError } from '../errors.ts'
import type { PaletteColour } from '../gallery/colour-layout.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { Picture, QueryTerm } from '../search/query.ts'
import { toCrop } from '../search/region.ts'
import { parseJsonField } from './input/json.ts'
import { bytesOf, findImage } from './requests.ts'
import { cropSchema, kindSchema, querySchema, savedQueryIdSchema, topKSchema } from './schemas.ts'

const uploadSchema = z
  .string()
  .optional()
  .openapi({ description: 'Multipart only: the name of the field with the file.' })
const savedQuerySchema = savedQueryIdSchema.optional().openapi({ description: 'A saved query.' })

const exampleSchema = z.object({
  image_id: optional(uuid),
  query_id: savedQuerySchema,
  upload: uploadSchema,
  kind: optional(kindSchema).transform((kind) => kind ?? 'auto'),
  crop: optional(cropSchema),
  weight: optional(decimal({ min: Number.MIN_VALUE, max: 1000, default: 1 })).transform(
    (weight) => weight ?? 1,
  ),
})

const examplesRequestSchema = z
  .object({
    positive: z.array(exampleSchema).min(1).max(100),
    negative: z.array(exampleSchema).max(100).default([]).openapi({
      description: 'Less like these; whole files of the gallery among them are not found themselves.',
    }),
    top_k: optional(topKSchema),
    query: querySchema.nullish(),
  })
  .openapi('SearchRequest')

const weightSchema = optional(
  decimal({
    min: -1,
    max: 1,
    default: 1,
    description: 'Share in the search; below 0: less like this. At least one part needs a positive one.',
  }),
).transform((weight) => weight ?? 1)
const partCropSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .openapi({ description: '`[x, y, width, height]` in 0…1 of the picture.' })
const colourSchema = z.object({
  hex: z
    .string()
    .regex(/^#?[0-9a-f]{6}$/i)
    .openapi({ example: '#3070d0' }),
  share: z.number().positive().max(1000).default(1).openapi({
    description: 'Share in the picture, relative to the other colours.',
  }),
  place: partCropSchema
    .optional()
    .openapi({ description: 'The part of the picture that has it; anywhere if absent.' }),
})
const pictureFields = { query_id: savedQuerySchema, upload: uploadSchema, weight: weightSchema }

const partSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sketch'), ...pictureFields }),
    z.object({ kind: z.literal('image'), ...pictureFields }),
    z.object({ kind: z.literal('image_id'), image_id: uuid, weight: weightSchema }),
    z.object({
      kind: z.literal('region'),
      image_id: optional(uuid),
      crop: partCropSchema,
      ...pictureFields,
    }),
    z.object({
      kind: z.literal('colours'),
      colours: z
        .array(colourSchema)
        .min(1)
        .max(20)
        .optional()
        .openapi({ description: 'A palette; without it, the colours of a picture.' }),
      image_id: optional(uuid),
      ...pictureFields,
    }),
    z.object({ kind: z.literal('text'), text: text({ min: 1, max: 200 }), weight: weightSchema }),
  ])
  .openapi('SearchPart')

const partsRequestSchema = z
  .object({
    parts: z.array(partSchema).min(1).max(100),
    top_k: optional(topKSchema),
    query: querySchema.nullish(),
    words: optional(flag({ description: 'Adds words that describe each image found.' })),
  })
  .openapi('PartsSearchRequest')

/** A search that a collection stands for: by parts, by a query, or by both. */
export const savedSearchSchema = partsRequestSchema
  .omit({ words: true })
  .partial({ parts: true })
  .openapi('SavedSearch')

/** A search by parts, or by positive and negative examples. */
export const searchRequestSchema = z.union([partsRequestSchema, examplesRequestSchema])
export type SearchRequest = z.output<typeof searchRequestSchema>

export interface ReceivedSearch {
  request: SearchRequest
  /** Files of a multipart request by their field names. */
  files: ReadonlyMap<string, File>
}

export const MAX_JSON_CHARACTERS = 1_000_000
/** The other fields are pictures, which the parts name as `upload`. */
export const searchFormSchema = z
  .object({ search_json: text({ max: MAX_JSON_CHARACTERS, description: 'A SearchRequest as JSON.' }) })
  .catchall(z.unknown())

/** @param input the request as JSON, or a form with files and the same JSON in a field */
export function readSearchRequest(input: SearchRequest | z.output<typeof searchFormSchema>): ReceivedSearch {
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
  if ('parts' in request) {
    const parts = request.parts.filter(({ weight }) => weight !== 0)
    return Promise.all(parts.map((part) => toTerm(part, files, sources)))
  }
  const { positive, negative } = request
  const examples = [...positive, ...negative.map((one) => ({ ...one, weight: -one.weight }))]
  return Promise.all(examples.map((example) => exampleToTerm(example, files, sources)))
}

async function toTerm(
  part: z.output<typeof partSchema>,
  files: ReceivedSearch['files'],
  sources: PictureSources,
): Promise<QueryTerm> {
  const { weight } = part
  switch (part.kind) {
    case 'image_id':
      return { kind: 'image id', id: part.image_id, weight }
    case 'text':
      return { kind: 'text', text: part.text, weight }
    case 'colours': {
      const { colours, image_id: imageId } = part
      if (colours !== undefined) return { kind: 'colours', weight, of: colours.map(toPaletteColour) }
      if (imageId !== undefined) return { kind: 'colours', weight, of: { imageId } }
      return { kind: 'colours', weight, of: { read: await readerOf(part, files, sources) } }
    }
    case 'sketch':
      return { kind: 'sketch', weight, picture: { read: await readerOf(part, files, sources) } }
    case 'image':
      return {
        kind: 'image',
        weight,
        mayBeSketch: false,
        picture: { read: await readerOf(part, files, sources) },
      }
    case 'region': {
      const [x, y, width, height] = part.crop
      const picture = { read: await readerOf(part, files, sources), crop: toCrop({ x, y, width, height }) }
      if (part.image_id !== undefined) return { kind: 'region', weight, imageId: part.image_id, picture }
      return { kind: 'image', weight, mayBeSketch: false, picture }
    }
  }
}

function toPaletteColour({ hex, share, place }: z.output<typeof colourSchema>): PaletteColour {
  const rgb = Number.parseInt(hex.replace('#', ''), 16)
  if (place === undefined) return { rgb, share }
  const [x, y, width, height] = place
  return { rgb, share, place: toCrop({ x, y, width, height }) }
}

async function exampleToTerm(
  { weight, crop, kind, ...source }: z.output<typeof exampleSchema>,
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
export function pictureTerm(picture: Picture, kind: z.output<typeof kindSchema>, weight: number): QueryTerm {
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

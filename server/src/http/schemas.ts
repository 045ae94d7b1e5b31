import { z } from '@hono/zod-openapi'
import { attributeSchemas, attributesJson } from '../catalog/attributes.ts'
import type { Image, ImageFilter, ImageOrder } from '../catalog/catalog.ts'
import { displayName } from '../gallery/file-names.ts'
import { parseDirectoryFilter } from '../gallery/paths.ts'
import { RENDITION_SIDES } from '../gallery/rendition-store.ts'
import { SAVED_QUERY_ID } from '../saved-queries/saved-queries.ts'
import type { FoundImage } from '../search/search.ts'

const MAX_ITEMS_PER_PAGE = 1000
export const DEFAULT_TOP_K = 100
const MAX_TOP_K = 1_000_000

const time = z.iso
  .datetime({ offset: true, local: true })
  .or(z.iso.date())
  .openapi({ description: 'ISO 8601; without a zone it is UTC.', example: '2026-05-04T12:00:00Z' })

/** Numbers and booleans that arrive as text in a URL or a form, or as themselves in JSON. */
const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
export const flag = z.union([
  z.boolean(),
  z.enum(['true', 'false', '1', '0']).transform((text) => text === 'true' || text === '1'),
])

/** In a URL, a parameter that is left empty is one that is not given. */
const emptyIsAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), schema.optional())

/** Text that every database takes. */
export const storable = (schema: z.ZodString) =>
  schema.refine((text) => !text.includes('\0'), 'it holds a NUL character')

export const querySchema = z
  .object({
    page: emptyIsAbsent(integer(1, Number.MAX_SAFE_INTEGER)).openapi({ type: 'integer', default: 1 }),
    items_per_page: emptyIsAbsent(integer(1, MAX_ITEMS_PER_PAGE)).openapi({ type: 'integer', default: 10 }),
    order_by: emptyIsAbsent(z.enum(['created_at', 'modified_at', 'user_visible_name'])).openapi({
      type: 'string',
      enum: ['created_at', 'modified_at', 'user_visible_name'],
      default: 'modified_at',
    }),
    direction: emptyIsAbsent(z.enum(['ascending', 'descending'])).openapi({
      type: 'string',
      enum: ['ascending', 'descending'],
      default: 'descending',
    }),
    name_contains: emptyIsAbsent(storable(z.string().max(255))).openapi({
      type: 'string',
      description: 'Case-insensitive; no character has a special meaning.',
    }),
    created_min: emptyIsAbsent(time).openapi({ type: 'string', format: 'date-time' }),
    created_max: emptyIsAbsent(time).openapi({ type: 'string', format: 'date-time' }),
    modified_min: emptyIsAbsent(time).openapi({ type: 'string', format: 'date-time' }),
    modified_max: emptyIsAbsent(time).openapi({ type: 'string', format: 'date-time' }),
    directory: emptyIsAbsent(z.string().max(4096)).openapi({
      type: 'string',
      description: 'Only the files right in this folder; `.` is the root. Absent: everywhere.',
    }),
    recursive: emptyIsAbsent(flag).openapi({ type: 'boolean', description: 'The folder and all below it.' }),
  })
  .openapi('Query')

export type Query = z.output<typeof querySchema>

const ORDER_BY: Record<NonNullable<Query['order_by']>, ImageOrder> = {
  created_at: 'createdAt',
  modified_at: 'modifiedAt',
  user_visible_name: 'name',
}

export function pageOf({ page = 1, items_per_page: limit = 10 }: Pick<Query, 'page' | 'items_per_page'>) {
  return { offset: (page - 1) * limit, limit }
}

export function orderOf({ order_by: orderBy = 'modified_at', direction = 'descending' }: Query) {
  return { orderBy: ORDER_BY[orderBy], descending: direction === 'descending' }
}

export function filterOf(query: Query): ImageFilter {
  return {
    nameContains: query.name_contains,
    createdMin: toMilliseconds(query.created_min),
    createdMax: toMilliseconds(query.created_max),
    modifiedMin: toMilliseconds(query.modified_min),
    modifiedMax: toMilliseconds(query.modified_max),
    directory: query.directory === undefined ? undefined : parseDirectoryFilter(query.directory),
    recursive: query.recursive,
  }
}

function toMilliseconds(time: string | undefined): number | undefined {
  if (time === undefined) return undefined
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/i.test(time) || !time.includes('T')
  return Date.parse(hasZone ? time : `${time}Z`)
}

const { width, height, ...otherAttributes } = attributeSchemas()

export const imageSchema = z
  .object({
    id: z.uuid(),
    user_visible_name: z.string().openapi({
      description:
        'File name. A byte that is not valid UTF-8 is U+FFFD; in `path` and `directory` a variation selector follows it.',
    }),
    directory: z.string().openapi({ description: 'Folder relative to the gallery, `.` for the root.' }),
    path: z.string(),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
    model_name: z.string().nullable().openapi({ description: 'The embedder that indexed it.' }),
    width,
    height,
    bytes: z.int(),
    ...otherAttributes,
    score: z.number().optional().openapi({ description: 'Search results only: similarity, 1 is the same.' }),
    scores: z
      .array(z.number())
      .optional()
      .openapi({ description: 'Searches by parts only: the score by each part alone.' }),
    thumbnail_url: z.string(),
    view_url: z.string().openapi({ description: 'The original file.' }),
    preview_url: z
      .string()
      .openapi({ description: 'A version that every browser shows, at most 2048 pixels a side.' }),
  })
  .openapi('Image')

export type ImageJson = z.output<typeof imageSchema>

export const imagesSchema = z
  .object({
    images: z.array(imageSchema),
    total: z.int().openapi({ description: 'Before paging.' }),
    close: z.object({ score: z.number(), total: z.int() }).nullable().optional().openapi({
      description:
        'Searches by parts only: the score from which matches are close, and their number before paging; null if the model is not calibrated.',
    }),
    parts: z
      .array(
        z.object({
          kind: z.enum(['sketch', 'image', 'text']).openapi({ description: 'What the part was taken for.' }),
          words: z
            .array(z.string())
            .optional()
            .openapi({ description: 'The known words that a text was understood as.' }),
        }),
      )
      .optional()
      .openapi({ description: 'Searches by parts only: how each part was understood.' }),
  })
  .openapi('Images')

export type ImagesJson = z.output<typeof imagesSchema>

export function toImageJson(image: Image | FoundImage): ImageJson {
  const base = `/api/images/${image.id}`
  const { width, height, ...others } = attributesJson(image)
  // The content's hash in the address lets browsers keep the answer for good.
  const version = `?v=${image.contentHash.slice(0, 12)}`
  return {
    id: image.id,
    user_visible_name: displayName(image.name),
    directory: image.directory,
    path: image.path,
    created_at: new Date(image.createdAt).toISOString(),
    modified_at: new Date(image.modifiedAt).toISOString(),
    model_name: image.embedder ?? null,
    width,
    height,
    bytes: image.bytes,
    ...others,
    ...('score' in image ? { score: roundScore(image.score) } : {}),
    ...('scores' in image && image.scores ? { scores: image.scores.map(roundScore) } : {}),
    thumbnail_url: `${base}/thumbnail${version}`,
    view_url: `${base}/view${version}`,
    preview_url: `${base}/preview${version}`,
  }
}

/** Scores of words, which are calibrated rather than cosines, may exceed 1. */
export function roundScore(score: number): number {
  return Math.min(1, Math.round(score * 1e6) / 1e6)
}

/** Ids are compared as text, so one spelling of them counts. */
export const uuidSchema = z.uuid().toLowerCase()

/** The id of a kept query. */
export const savedQueryIdSchema = z.string().regex(SAVED_QUERY_ID)

export const idParameter = z.object({ id: uuidSchema })

export const renditionSizeSchema = emptyIsAbsent(
  z.coerce.number().pipe(z.literal([...RENDITION_SIDES])),
).openapi({
  type: 'integer',
  enum: [...RENDITION_SIDES],
  description:
    'Longest side in pixels; a smaller image is not enlarged. Without it, the thumbnail that covers `thumbnail.size`.',
})

export const topKSchema = emptyIsAbsent(integer(1, MAX_TOP_K)).openapi({
  type: 'integer',
  default: DEFAULT_TOP_K,
  description: 'How many of the most similar images to find, before paging.',
})

export const kindSchema = z.enum(['sketch', 'image', 'auto']).openapi({
  description: 'What the picture is; `auto` tells by its looks.',
})

/** A multipart field that holds a file. */
export const fileField = z.instanceof(File).openapi({ type: 'string', format: 'binary' })

export const watchedDirectorySchema: z.ZodType<WatchedDirectoryJson> = z
  .object({
    path: z.string(),
    parent: z.string().nullable(),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
    image_count: z.int().openapi({ description: 'Images right in this folder.' }),
    children: z.array(z.lazy(() => watchedDirectorySchema)).openapi({
      type: 'array',
      items: { $ref: '#/components/schemas/WatchedDirectory' },
    }),
  })
  .openapi('WatchedDirectory')

export interface WatchedDirectoryJson {
  path: string
  parent: string | null
  created_at: string
  modified_at: string
  image_count: number
  children: WatchedDirectoryJson[]
}

export const indexStatusSchema = z
  .object({
    indexed: z.int(),
    failed: z.int(),
    pending: z.int(),
    embedder: z.string(),
    dimensions: z.int(),
    watching: z.enum(['native', 'polling', 'off']),
    last_reconcile: z.iso.datetime().nullable(),
    rate_per_s: z.number(),
    eta_s: z.number(),
    to_embed: z
      .int()
      .describe('Images that the embedder has no vector of yet; they can be seen but not searched.'),
    metadata_pending: z
      .int()
      .describe('Images that an earlier version indexed and whose metadata has yet to be read.'),
    previous_embedder: z
      .string()
      .nullable()
      .describe('The embedder that was used before, while not all images are embedded by the present one.'),
    embedder_state: z.enum(['working', 'not_working']),
    words: z
      .object({
        kind: z
          .enum(['none', 'vocabulary', 'any'])
          .describe('Whether the embedder understands no words, those of its vocabulary, or any text.'),
        language: z.string().nullable().describe('ISO 639-1; null if there is no vocabulary.'),
        count: z.int().nullable(),
      })
      .describe('Searching by words.'),
    auth: z.enum(['none', 'otp']).describe('Whether people sign in.'),
    absence: z
      .object({ missing: z.int(), known: z.int() })
      .nullable()
      .describe(
        'So many of the known files are gone at once that the index is kept as it is until somebody confirms.',
      ),
    problem: z
      .string()
      .nullable()
      .describe('Why the folder can’t be looked at; the index is kept as it is until it can.'),
    polling_reason: z
      .string()
      .nullable()
      .describe(
        'Why the folder is compared from time to time instead of being watched, and what would help.',
      ),
  })
  .openapi('IndexStatus')

export type IndexStatusJson = z.output<typeof indexStatusSchema>

export const failureSchema = z
  .object({ path: z.string(), code: z.string(), reason: z.string(), failed_at: z.iso.datetime() })
  .openapi('Failure')

export const duplicateThresholdSchema = z.coerce.number().min(0.5).max(1).optional().openapi({
  description: 'Least similarity in a group; default: 0.9 with sketch-search-5, else 0.985.',
})

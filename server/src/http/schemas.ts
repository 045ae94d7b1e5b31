import { z } from '@hono/zod-openapi'
import { attributeSchemas, attributesJson } from '../catalog/attributes.ts'
import type { Image, ImageFilter, ImageOrder, ScoredImage } from '../catalog/catalog.ts'
import { parseDirectoryFilter } from '../gallery/paths.ts'
import { RENDITION_SIDES } from '../gallery/rendition-store.ts'
import { SAVED_QUERY_ID } from '../saved-queries/saved-queries.ts'
import { attributeConditions, attributeParameterShape } from './attribute-parameters.ts'
import { emptyIsAbsent, flag, integer, storable, time, toMilliseconds } from './parameters.ts'

export { flag, storable } from './parameters.ts'

const MAX_ITEMS_PER_PAGE = 1000
export const DEFAULT_TOP_K = 100
const MAX_TOP_K = 1_000_000

const ORDER_BY = {
  created_at: 'createdAt',
  modified_at: 'modifiedAt',
  user_visible_name: 'name',
  captured_at: 'capturedAt',
} as const satisfies Record<string, ImageOrder>
const ORDERS = ['created_at', 'modified_at', 'user_visible_name', 'captured_at'] as const

export const querySchema = z
  .object({
    page: emptyIsAbsent(integer(1, Number.MAX_SAFE_INTEGER)).openapi({ type: 'integer', default: 1 }),
    items_per_page: emptyIsAbsent(integer(1, MAX_ITEMS_PER_PAGE)).openapi({ type: 'integer', default: 10 }),
    order_by: emptyIsAbsent(z.enum(ORDERS)).openapi({
      type: 'string',
      enum: [...ORDERS],
      default: 'modified_at',
      description: '`captured_at`: `modified_at` takes the place of a capture time that a file lacks.',
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
    text_contains: emptyIsAbsent(storable(z.string().max(255))).openapi({
      type: 'string',
      description: 'As `name_contains`, in the name of the file, its title, caption and keywords.',
    }),
    ...attributeParameterShape,
  })
  .openapi('Query')

export type Query = z.output<typeof querySchema>

export function pageOf({ page = 1, items_per_page: limit = 10 }: Pick<Query, 'page' | 'items_per_page'>) {
  return { offset: (page - 1) * limit, limit }
}

export function orderOf({ order_by: orderBy = 'modified_at', direction = 'descending' }: Query) {
  return { orderBy: ORDER_BY[orderBy], descending: direction === 'descending' }
}

export function filterOf(query: Query): ImageFilter {
  const timeOf = (time: string | undefined) => (time === undefined ? undefined : toMilliseconds(time))
  const conditions = attributeConditions(query)
  return {
    nameContains: query.name_contains,
    textContains: query.text_contains,
    createdMin: timeOf(query.created_min),
    createdMax: timeOf(query.created_max),
    modifiedMin: timeOf(query.modified_min),
    modifiedMax: timeOf(query.modified_max),
    directory: query.directory === undefined ? undefined : parseDirectoryFilter(query.directory),
    recursive: query.recursive,
    conditions: conditions.length > 0 ? conditions : undefined,
  }
}

const { width, height, ...otherAttributes } = attributeSchemas()

export const imageSchema = z
  .object({
    id: z.uuid(),
    user_visible_name: z.string().openapi({ description: 'File name.' }),
    directory: z.string().openapi({ description: 'Folder relative to the gallery, `.` for the root.' }),
    path: z.string(),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
    model_name: z.string().nullable().openapi({ description: 'The embedder that indexed it.' }),
    width,
    height,
    bytes: z.int(),
    ...otherAttributes,
    score: z
      .number()
      .optional()
      .openapi({ description: 'Search results only: cosine similarity, 1 is the same.' }),
    thumbnail_url: z.string(),
    view_url: z.string().openapi({ description: 'The original file.' }),
    preview_url: z
      .string()
      .openapi({ description: 'A version that every browser shows, at most 2048 pixels a side.' }),
  })
  .openapi('Image')

export type ImageJson = z.output<typeof imageSchema>

export const imagesSchema = z
  .object({ images: z.array(imageSchema), total: z.int().openapi({ description: 'Before paging.' }) })
  .openapi('Images')

export type ImagesJson = z.output<typeof imagesSchema>

export function toImageJson(image: Image | ScoredImage): ImageJson {
  const base = `/api/images/${image.id}`
  const { width, height, ...others } = attributesJson(image)
  // The content's hash in the address lets browsers keep the answer for good.
  const version = `?v=${image.contentHash.slice(0, 12)}`
  return {
    id: image.id,
    user_visible_name: image.name,
    directory: image.directory,
    path: image.path,
    created_at: new Date(image.createdAt).toISOString(),
    modified_at: new Date(image.modifiedAt).toISOString(),
    model_name: image.embedder ?? null,
    width,
    height,
    bytes: image.bytes,
    ...others,
    ...('score' in image ? { score: Math.round(image.score * 1e6) / 1e6 } : {}),
    thumbnail_url: `${base}/thumbnail${version}`,
    view_url: `${base}/view${version}`,
    preview_url: `${base}/preview${version}`,
  }
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

export const exampleSchema = z.object({
  image_id: uuidSchema.optional(),
  query_id: savedQueryIdSchema.optional().openapi({ description: 'A kept query.' }),
  upload: z
    .string()
    .optional()
    .openapi({ description: 'Multipart only: the name of the field with the file.' }),
  kind: kindSchema.default('auto'),
  crop: z.string().optional().openapi({ description: '`x,y,w,h` in 0…1 of the picture.' }),
  weight: z.number().positive().max(1000).default(1),
})

export const searchRequestSchema = z
  .object({
    positive: z.array(exampleSchema).min(1).max(100),
    negative: z.array(exampleSchema).max(100).default([]).openapi({
      description: 'Less like these; whole files of the gallery among them are not found themselves.',
    }),
    top_k: topKSchema,
    query: querySchema.nullish(),
  })
  .openapi('SearchRequest')

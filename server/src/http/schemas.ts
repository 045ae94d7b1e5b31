import { z } from '@hono/zod-openapi'
import { addAttributesJson, attributeSchemas } from '../catalog/attributes.ts'
import type { Image, ImageFilter, ImageOrder } from '../catalog/catalog.ts'
import { FOLD_LEVELS } from '../catalog/contract/images.ts'
import {
  choice,
  flag,
  InputProblem,
  integer,
  optional,
  readText,
  scalar,
  text,
  uuid,
  valueError,
} from '../contract/input.ts'
import { instant } from '../contract/times.ts'
import { DomainError } from '../errors.ts'
import type { Crop } from '../gallery/crop.ts'
import { displayName } from '../gallery/file-names.ts'
import { parseDirectoryFilter } from '../gallery/paths.ts'
import { RENDITION_SIDES } from '../gallery/rendition-store.ts'
import { SAVED_QUERY_ID } from '../saved-queries/saved-queries.ts'
import { parseCrop } from '../search/region.ts'
import type { FoundImage } from '../search/search.ts'
import { attributeConditions, attributeParameterShape } from './attribute-parameters.ts'
import { placeSchema } from './place.ts'

const MAX_ITEMS_PER_PAGE = 1000
export const DEFAULT_TOP_K = 100
const MAX_TOP_K = 1_000_000
const MAX_SAVED_TOP_K = 10_000

const ORDER_BY = {
  created_at: 'createdAt',
  modified_at: 'modifiedAt',
  user_visible_name: 'name',
  captured_at: 'capturedAt',
} as const satisfies Record<string, ImageOrder>
const ORDERS = ['created_at', 'modified_at', 'user_visible_name', 'captured_at'] as const

export const querySchema = z
  .object({
    page: optional(integer({ min: 1, max: Number.MAX_SAFE_INTEGER, default: 1 })),
    items_per_page: optional(
      integer({
        min: 0,
        max: Number.MAX_SAFE_INTEGER,
        default: 10,
        description: `More than ${MAX_ITEMS_PER_PAGE} counts as ${MAX_ITEMS_PER_PAGE}.`,
      }),
    ),
    order_by: optional(
      choice(ORDERS, {
        default: 'modified_at',
        description: '`captured_at`: `modified_at` takes the place of a capture time that a file lacks.',
      }),
    ),
    direction: optional(choice(['ascending', 'descending'], { default: 'descending' })),
    name_contains: optional(
      text({ max: 4096, description: 'Case-insensitive; no character has a special meaning.' }),
    ),
    created_min: optional(instant),
    created_max: optional(instant),
    modified_min: optional(instant),
    modified_max: optional(instant),
    directory: optional(
      text({
        max: 4096,
        description: 'Only the files directly in this folder; `.` is the root. Absent: everywhere.',
      }),
    ),
    recursive: optional(flag({ description: 'The folder and all below it.' })),
    text_contains: optional(
      text({
        max: 4096,
        description: 'As `name_contains`, in the name of the file, its title, caption and keywords.',
      }),
    ),
    collection: optional(uuid).openapi({ description: 'Only images of this collection.' }),
    starred: optional(flag({ description: 'With `true`, only images that have a star of the user.' })),
    near: optional(placeSchema),
    fold: optional(
      choice(FOLD_LEVELS, {
        description:
          'One image stands for several, in lists, totals, the timeline and searches: for exact copies (`copies`), also for a shot in several formats, such as raw and JPEG with one name and capture time (`shots`), also for a burst, whose frames are at most a second apart (`bursts`). Absent: all images.',
      }),
    ),
    folded_into: optional(uuid).openapi({
      description: 'Only this image and those that `fold` (default `bursts`) folds into it.',
    }),
    ...attributeParameterShape,
  })
  .openapi('Query')

export type Query = z.output<typeof querySchema>

export function pageOf({ page = 1, items_per_page: limit = 10 }: Pick<Query, 'page' | 'items_per_page'>) {
  const size = Math.min(limit, MAX_ITEMS_PER_PAGE)
  return { offset: Math.min((page - 1) * size, Number.MAX_SAFE_INTEGER), limit: size }
}

export function orderOf({ order_by: orderBy = 'modified_at', direction = 'descending' }: Query) {
  return { orderBy: ORDER_BY[orderBy], descending: direction === 'descending' }
}

export function filterOf(query: Query): ImageFilter {
  const conditions = attributeConditions(query)
  return {
    nameContains: query.name_contains,
    textContains: query.text_contains,
    createdMin: query.created_min,
    createdMax: query.created_max,
    modifiedMin: query.modified_min,
    modifiedMax: query.modified_max,
    directory: query.directory === undefined ? undefined : parseDirectoryFilter(query.directory),
    recursive: query.recursive,
    near: query.near,
    fold: query.fold,
    conditions: conditions.length > 0 ? conditions : undefined,
  }
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
    created_at: z.iso.datetime().openapi({
      description:
        'When the file came onto the disk: its time of change (ctime) when it was first indexed. It stays when the file is edited or moved within the gallery.',
    }),
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
    words: z.array(z.string()).optional().openapi({
      description: 'Searches by parts with `words` only: words for the image, if the model is sure of some.',
    }),
    copies: z.int().optional().openapi({
      description: 'With `fold` in the query only: number of images that are folded into this one.',
    }),
    starred: z
      .boolean()
      .optional()
      .openapi({ description: 'Lists, searches and single images only: whether it has a star of the user.' }),
    thumbnail_url: z.string(),
    view_url: z.string().openapi({ description: 'The original file.' }),
    preview_url: z
      .string()
      .openapi({ description: 'A version that every browser shows, at most 2048 pixels a side.' }),
  })
  .openapi('Image')

export type ImageJson = z.output<typeof imageSchema>

export const partKindSchema = z
  .enum(['sketch', 'image', 'text', 'colours'])
  .openapi({ description: 'Kind of the part.' })
export const partWordsSchema = z
  .array(z.string())
  .openapi({ description: 'The known words that a text was understood as.' })

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
          kind: partKindSchema,
          words: partWordsSchema.optional(),
        }),
      )
      .optional()
      .openapi({ description: 'Searches by parts only: how each part was understood.' }),
  })
  .openapi('Images')

export type ImagesJson = z.output<typeof imagesSchema>

/** Part of the content's hash. In an address it lets browsers cache the response for good. */
export function contentVersion({ contentHash }: Pick<Image, 'contentHash'>): string {
  return contentHash.slice(0, 12)
}

export function toImageJson(image: Image | FoundImage): ImageJson {
  const base = `/api/images/${image.id}`
  const version = `?v=${contentVersion(image)}`
  const described = {
    id: image.id,
    user_visible_name: displayName(image.name),
    directory: image.directory,
    path: image.path,
    created_at: new Date(image.createdAt).toISOString(),
    modified_at: new Date(image.modifiedAt).toISOString(),
    model_name: image.embedder ?? null,
    // The size comes before the other attributes.
    width: image.width,
    height: image.height,
    bytes: image.bytes,
  }
  const json: Omit<ImageJson, `${string}_url`> = addAttributesJson(described, image)
  if ('score' in image) json.score = roundScore(image.score)
  if ('words' in image && image.words) json.words = image.words
  if ('scores' in image && image.scores) json.scores = image.scores.map(roundScore)
  return Object.assign(json, {
    thumbnail_url: `${base}/thumbnail${version}`,
    view_url: `${base}/view${version}`,
    preview_url: `${base}/preview${version}`,
  })
}

/** Scores of words, which are calibrated rather than cosines, may exceed 1. */
export function roundScore(score: number): number {
  return Math.min(1, Math.round(score * 1e6) / 1e6)
}

/** The id of a saved query. */
export const savedQueryIdSchema = z.string().regex(SAVED_QUERY_ID)

/** Path parameter of the routes of one image. */
export const imageParameter = z.object({ image_id: uuid })

export const renditionSizeSchema = optional(
  integer({
    description:
      'Longest side in pixels; a smaller image is not enlarged. Without it, the thumbnail that covers `thumbnail.size`.',
  }).pipe(z.literal([...RENDITION_SIDES])),
).openapi({ type: 'integer', enum: [...RENDITION_SIDES] })

const TOP_K = 'Maximum number of images to find, the most similar ones first, before paging.'

function topKUpTo(most: number, description: string) {
  return integer({ min: 0, max: Number.MAX_SAFE_INTEGER, description }).transform((topK) =>
    Math.min(topK, most),
  )
}

/** Number of nearest images to find, before paging. 0 finds none. */
export const topKSchema = topKUpTo(MAX_TOP_K, `${TOP_K} More than ${MAX_TOP_K} counts as ${MAX_TOP_K}.`)

/** All images that a saved search or an export finds are read at once. */
export const savedTopKSchema = topKUpTo(
  MAX_SAVED_TOP_K,
  `${TOP_K} More than ${MAX_SAVED_TOP_K} counts as ${MAX_SAVED_TOP_K}.`,
)

export const kindSchema = choice(['sketch', 'image', 'auto'], {
  description: 'Kind of the picture; `auto` decides by its looks.',
})

const MAX_CROP_CHARACTERS = 200

/** Part of a picture. */
export const cropSchema = scalar<Crop, string>(
  (input) => {
    const value = readText(input, 0, MAX_CROP_CHARACTERS)
    if (value instanceof InputProblem) return value
    try {
      return parseCrop(value)
    } catch (error) {
      if (error instanceof DomainError) return valueError(error.message)
      throw error
    }
  },
  { type: 'string', description: '`x,y,w,h` in 0…1 of the picture.' },
)

/** A multipart field that holds a file. */
export const fileField = scalar<File>(
  (input) =>
    input instanceof File
      ? input
      : new InputProblem('value_error', "Value error, Expected UploadFile, received: <class 'str'>"),
  { type: 'string', format: 'binary' },
)

export const watchedDirectorySchema: z.ZodType<WatchedDirectoryJson> = z
  .object({
    path: z.string(),
    parent: z.string().nullable(),
    created_at: z.iso.datetime(),
    modified_at: z.iso.datetime(),
    image_count: z.int().openapi({ description: 'Images directly in this folder.' }),
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

export const failureSchema = z
  .object({ path: z.string(), code: z.string(), reason: z.string(), failed_at: z.iso.datetime() })
  .openapi('Failure')

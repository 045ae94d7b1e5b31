import { z } from '@hono/zod-openapi'
import { decimal, flag, optional, text, uuid } from '../../contract/input.ts'
import {
  cropSchema,
  kindSchema,
  querySchema,
  savedQueryIdSchema,
  savedTopKSchema,
  topKSchema,
} from '../schemas.ts'

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
  weight: optional(decimal({ above: 0, max: 1000, default: 1 })).transform((weight) => weight ?? 1),
})

const examplesRequestSchema = z
  .object({
    positive: z.array(exampleSchema).min(1).max(100),
    negative: z.array(exampleSchema).max(100).default([]).openapi({
      description: 'Unwanted examples. Whole files of the gallery among them are left out of the results.',
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
    description:
      'Share in the search; below 0: less like this; 0: only its scores are given. At least one part needs a positive one.',
  }),
).transform((weight) => weight ?? 1)
const partCropSchema = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .openapi({ minItems: 4, maxItems: 4, description: '`[x, y, width, height]` in 0…1 of the picture.' })
const colourSchema = z.object({
  hex: z
    .string()
    .regex(/^#?[0-9a-fA-F]{6}$/)
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
    z.object({ kind: z.literal('auto'), ...pictureFields }),
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

export const languageSchema = text({
  max: 10,
  description:
    'ISO 639-1. Words are looked up in this language first, and images are described in it. Default: en.',
})

const partsRequestSchema = z
  .object({
    parts: z.array(partSchema).min(1).max(100),
    top_k: optional(topKSchema),
    query: querySchema.nullish(),
    words: optional(flag({ description: 'Adds words that describe each image found.' })),
    language: optional(languageSchema),
  })
  .openapi('PartsSearchRequest')

/** The search of a collection: by parts, by a query, or by both. */
export const savedSearchSchema = partsRequestSchema
  .omit({ words: true })
  .partial({ parts: true })
  .extend({ top_k: optional(savedTopKSchema) })
  .openapi('SavedSearch')
export type SavedSearch = z.output<typeof savedSearchSchema>

/** A search by parts, or by positive and negative examples. */
export const searchRequestSchema = z.union([partsRequestSchema, examplesRequestSchema])
export type SearchRequest = z.output<typeof searchRequestSchema>
export type SearchExample = z.output<typeof exampleSchema>
export type SearchPart = z.output<typeof partSchema>
export type SearchColour = z.output<typeof colourSchema>

export const MAX_JSON_CHARACTERS = 1_000_000
/** The other fields are pictures, which the parts name as `upload`. */
export const searchFormSchema = z
  .object({ search_json: text({ max: MAX_JSON_CHARACTERS, description: 'A SearchRequest as JSON.' }) })
  .catchall(z.unknown())
export type SearchForm = z.output<typeof searchFormSchema>

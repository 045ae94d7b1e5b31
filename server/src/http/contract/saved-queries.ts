import { z } from '@hono/zod-openapi'
import { optional, text } from '../../contract/input.ts'
import { defineRoute, fileResponses, json } from '../../contract/routes.ts'
import { fileField, kindSchema, savedQueryIdSchema } from '../schemas.ts'

/** In ASCII, so that it fits into a field of a form. The page thins larger drawings. */
export const MAX_SKETCH_CHARACTERS = 2_000_000

const savedQuerySchema = z
  .object({
    id: savedQueryIdSchema,
    kind: kindSchema,
    sketch: z.unknown().openapi({ description: 'The strokes, as they were sent; null if there are none.' }),
    image_url: z.string(),
  })
  .openapi('KeptQuery')

const uploadSchema = z.object({
  image: fileField,
  kind: optional(kindSchema),
  sketch: optional(
    text({
      max: MAX_SKETCH_CHARACTERS,
      description: 'The strokes of a drawing as JSON, for editing it again.',
    }),
  ),
})
const parameter = z.object({ id: savedQueryIdSchema })

/** Pictures and drawings that are searched with, kept for a week, so that a search has an address that can be shared. */
export const savedQueryContract = {
  keep: defineRoute('user', {
    method: 'post',
    path: '/api/queries',
    summary: 'Save a picture or a drawing to search with',
    request: { body: { required: true, content: { 'multipart/form-data': { schema: uploadSchema } } } },
    responses: { 200: { description: 'It is saved.', ...json(savedQuerySchema) } },
  }),
  get: defineRoute('user', {
    method: 'get',
    path: '/api/queries/{id}',
    summary: 'A saved query',
    request: { params: parameter },
    responses: { 200: { description: 'The query.', ...json(savedQuerySchema) } },
  }),
  image: defineRoute('user', {
    method: 'get',
    path: '/api/queries/{id}/image',
    summary: 'The picture of a saved query, as every browser shows it',
    request: { params: parameter },
    responses: fileResponses('The picture.', 'image/webp'),
  }),
}

import { z } from '@hono/zod-openapi'
import { optional, text, uuid } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { cropSchema, fileField, imagesSchema, kindSchema, querySchema, topKSchema } from '../schemas.ts'
import { MAX_JSON_CHARACTERS, searchFormSchema, searchRequestSchema } from './search-request.ts'

const found = { 200: { description: 'The images found, best first.', ...json(imagesSchema) } }

const pictureFormSchema = z.object({
  image: fileField,
  top_k: topKSchema,
  query_json: optional(text({ max: MAX_JSON_CHARACTERS, description: 'A Query as JSON.' })),
  kind: optional(kindSchema),
  crop: optional(cropSchema),
})

/** Routes that search by a picture, by an indexed image, or by several parts. */
export const searchContract = {
  byPicture: defineRoute('user', {
    method: 'post',
    path: '/api/images/similarity-search',
    summary: 'Find by a sketch or a picture that is sent along',
    request: {
      body: { required: true, content: { 'multipart/form-data': { schema: pictureFormSchema } } },
    },
    responses: found,
  }),
  byImage: defineRoute('user', {
    method: 'post',
    path: '/api/images/search-by-image',
    summary: 'Find by an indexed image, which comes first',
    request: {
      body: {
        required: true,
        ...json(z.object({ image_id: uuid, top_k: topKSchema, query: querySchema })),
      },
    },
    responses: found,
  }),
  byParts: defineRoute('user', {
    method: 'post',
    path: '/api/images/search',
    summary: 'Find by parts: sketches, pictures, regions and words, wanted or unwanted',
    request: {
      body: {
        required: true,
        content: {
          'application/json': { schema: searchRequestSchema },
          'multipart/form-data': { schema: searchFormSchema },
        },
      },
    },
    responses: found,
  }),
}

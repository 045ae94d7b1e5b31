import { z } from '@hono/zod-openapi'
import { choice, optional, text } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { ON_CONFLICT } from '../../images/add.ts'
import { fileField, imageParameter, imageSchema, imagesSchema, querySchema } from '../schemas.ts'

const uploadSchema = z.object({
  image: fileField,
  directory: text({ max: 4096, description: 'Folder, made if it is missing. Default: the root.' }).optional(),
  on_conflict: optional(
    choice(ON_CONFLICT, {
      description:
        'For a taken name with other bytes: `keep_both` stores the file as `NAME (2).png`; `refuse` responds with 409; `replace` deletes the other image first, which the trash keeps.',
      default: 'keep_both',
    }),
  ),
})

const MAX_HASHES = 10_000

const knownRequestSchema = z.object({
  sha256: z
    .array(z.string().regex(/^[0-9a-fA-F]{64}$/))
    .max(MAX_HASHES)
    .openapi({ description: 'SHA-256 of files, hexadecimal.' }),
})
const knownSchema = z.array(
  z.object({ sha256: z.string(), images: z.array(imageSchema), in_trash: z.boolean() }),
)

export const imageContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/images',
    summary: 'The images that pass the filters',
    request: { query: querySchema },
    responses: { 200: { description: 'One page of them.', ...json(imagesSchema) } },
  }),
  add: defineRoute('editor', {
    method: 'post',
    path: '/api/images',
    summary: 'Add an image file to the gallery',
    request: { body: { required: true, content: { 'multipart/form-data': { schema: uploadSchema } } } },
    responses: {
      200: {
        description: 'It can be found by search now.',
        ...json(z.object({ status: z.literal('success'), image: imageSchema })),
      },
    },
  }),
  known: defineRoute('editor', {
    method: 'post',
    path: '/api/images/known',
    summary: 'Which files the gallery has already, by their bytes',
    request: { body: { required: true, ...json(knownRequestSchema) } },
    responses: {
      200: {
        description: 'The known ones in the order of the request, with the images that have these bytes.',
        ...json(z.object({ known: knownSchema })),
      },
    },
  }),
  get: defineRoute('user', {
    method: 'get',
    path: '/api/images/{image_id}',
    summary: 'One image',
    request: { params: imageParameter },
    responses: { 200: { description: 'The image.', ...json(imageSchema) } },
  }),
  delete: defineRoute('editor', {
    method: 'delete',
    path: '/api/images/{image_id}',
    summary: 'Move the file into the trash; with `trash.days: 0`, delete it and everything derived from it',
    request: { params: imageParameter },
    responses: {
      200: {
        description: 'It is deleted, or there is no such image.',
        ...json(z.object({ status: z.literal('success') })),
      },
    },
  }),
}

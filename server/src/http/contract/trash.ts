import { z } from '@hono/zod-openapi'
import { flag, optional, uuid } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { imageSchema, imagesSchema, querySchema } from '../schemas.ts'

const MAX_RESTORED = 1000

const trashedImageSchema = imageSchema
  .extend({
    deleted_at: z.iso.datetime(),
    expires_at: z.iso.datetime().openapi({ description: 'Then it is removed for good.' }),
  })
  .openapi('TrashedImage')

const notRestoredSchema = z
  .object({
    id: uuid,
    path: z.string(),
    error: z.string().openapi({ description: 'The reason, as in an error response.' }),
    code: z.string(),
  })
  .openapi('NotRestored')

/** Deleted images that can be restored. */
export const trashContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/trash',
    summary: 'Deleted images that can be restored',
    request: {
      query: querySchema.pick({ page: true, items_per_page: true, name_contains: true }).extend({
        with_bytes: optional(flag({ description: 'Also `bytes`, the size of all files in the trash.' })),
      }),
    },
    responses: {
      200: {
        description: 'One page of them, the latest deletion first.',
        ...json(
          z.object({
            images: z.array(trashedImageSchema),
            total: z.int(),
            bytes: z.int().optional().openapi({
              description: 'Size of all files in the trash, whatever the filter; only with `with_bytes`.',
            }),
          }),
        ),
      },
    },
  }),
  restore: defineRoute('editor', {
    method: 'post',
    path: '/api/trash/restore',
    summary: 'Put deleted images back to their places',
    request: {
      body: { required: true, ...json(z.object({ image_ids: z.array(uuid).max(MAX_RESTORED) })) },
    },
    responses: {
      200: {
        description:
          'Those of the images that were in the trash and could be put back, and in `failed` the others with their reasons; an error if none could. A name that is taken gets a number.',
        ...json(
          imagesSchema.pick({ images: true, total: true }).extend({ failed: z.array(notRestoredSchema) }),
        ),
      },
    },
  }),
  empty: defineRoute('admin', {
    method: 'delete',
    path: '/api/trash',
    summary: 'Remove all deleted images for good',
    responses: {
      200: {
        description: 'They are removed.',
        ...json(z.object({ status: z.literal('success'), removed: z.int() })),
      },
    },
  }),
}

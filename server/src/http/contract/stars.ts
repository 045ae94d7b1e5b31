import { z } from '@hono/zod-openapi'
import { flag, uuid } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'

const MAX_IMAGES = 10_000

const starsSchema = z.object({ image_ids: z.array(uuid).max(MAX_IMAGES), starred: flag() }).openapi('Stars')

/** Stars on images, each user's own. */
export const starContract = {
  set: defineRoute('user', {
    method: 'post',
    path: '/api/stars',
    summary: 'Give images a star of one’s own, or remove it',
    request: { body: { required: true, ...json(starsSchema) } },
    responses: {
      200: {
        description: 'It is done; unknown images are ignored.',
        ...json(z.object({ status: z.literal('success') })),
      },
    },
  }),
}

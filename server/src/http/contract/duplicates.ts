import { z } from '@hono/zod-openapi'
import { choice, decimal, optional } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { DUPLICATE_LEVELS, DUPLICATE_ORDERS } from '../../search/duplicates/order.ts'
import { imageSchema, querySchema } from '../schemas.ts'

const duplicateThresholdSchema = optional(
  decimal({
    min: 0.5,
    max: 1,
    description: 'Minimum similarity in a group; default: 0.9 with sketch-search-5, else 0.985.',
  }),
)

export const duplicateContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/images/duplicates',
    summary: 'Groups of near-identical images',
    request: {
      query: z.object({
        threshold: duplicateThresholdSchema,
        level: optional(
          choice(DUPLICATE_LEVELS, {
            description: 'How alike the images of a group are, without a threshold.',
            default: 'very_alike',
          }),
        ),
        order_by: optional(
          choice(DUPLICATE_ORDERS, {
            description: 'Groups with the most images first, or those that free the most space.',
            default: 'images',
          }),
        ),
        page: querySchema.shape.page,
        items_per_page: querySchema.shape.items_per_page,
      }),
    },
    responses: {
      200: {
        description:
          'The groups. In a large gallery, those that were found so far: `progress` is below 1 until all images have been compared.',
        ...json(
          z.object({
            groups: z.array(z.object({ images: z.array(imageSchema) })),
            total: z.int(),
            progress: z.number().min(0).max(1),
          }),
        ),
      },
    },
  }),
}

import { z } from '@hono/zod-openapi'
import { defineRoute, json } from '../../contract/routes.ts'
import { querySchema } from '../schemas.ts'

const monthSchema = z
  .object({
    month: z.string().openapi({ example: '2026-05' }),
    count: z.int(),
    mean_aspect: z.number().openapi({ description: 'Mean of width divided by height.' }),
  })
  .openapi('Month')

/** The months of the gallery. Their counts add up to the offsets of pages that are ordered by `captured_at`. */
export const timelineContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/timeline',
    summary: 'Months that have images which pass the filters',
    request: { query: querySchema.omit({ page: true, items_per_page: true, order_by: true }) },
    responses: {
      200: {
        description:
          'The months in the order of `captured_at`, newest first unless `direction` is `ascending`.',
        ...json(z.array(monthSchema)),
      },
    },
  }),
}

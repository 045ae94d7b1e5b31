import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import type { ImageFilters } from './image-filters.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import { querySchema } from './schemas.ts'

const monthSchema = z
  .object({
    month: z.string().openapi({ example: '2026-05' }),
    count: z.int(),
    mean_aspect: z.number().openapi({ description: 'Mean of width divided by height.' }),
  })
  .openapi('Month')

/** The months of the gallery. Their counts add up to the offsets of pages that are ordered by `captured_at`. */
export function timelineRoutes({ catalog, filters }: { catalog: Catalog; filters: ImageFilters }): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'get',
      path: '/',
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
    async (context) => {
      const query = context.req.valid('query')
      const months = await catalog.images.timeline(await filters.of(context, query))
      if (query.direction === 'ascending') months.reverse()
      const answer = months.map(({ month, count, meanAspect }) => ({
        month,
        count,
        mean_aspect: Math.round(meanAspect * 1e4) / 1e4,
      }))
      return context.json(answer, 200)
    },
  )
  return router
}

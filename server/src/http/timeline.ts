import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import type { timelineContract } from './contract/timeline.ts'
import type { ImageFilters } from './image-filters.ts'
import { ownerOf } from './requests.ts'

export function timelineHandlers({
  catalog,
  filters,
}: {
  catalog: Catalog
  filters: ImageFilters
}): Handlers<typeof timelineContract> {
  return {
    async list(context) {
      const query = context.req.valid('query')
      const newestFirst = await catalog.images.timeline(
        await filters.of(ownerOf(context), query, context.req.raw),
      )
      const months = query.direction === 'ascending' ? newestFirst.toReversed() : newestFirst
      const monthsJson = months.map(({ month, count, meanAspect }) => ({
        month,
        count,
        mean_aspect: Math.round(meanAspect * 1e4) / 1e4,
      }))
      return context.json(monthsJson, 200)
    },
  }
}

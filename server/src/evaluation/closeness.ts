import { dot } from '../vector-math.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'
import type { ExpandedQueries } from './expand-queries.ts'

/** How well the score from which matches are close separates images of the query's class from others; 0…1. */
export interface Closeness {
  score: number
  /** Share of the close matches that are right. */
  precision: number
  /** Share of the right images that are close. */
  recall: number
}

/**
 * Counts close matches over all queries. An image with the same bytes as the query is left out.
 * @param score the score from which matches are close, unless the queries have their own
 */
export function closenessOf(gallery: EmbeddedItems, queries: ExpandedQueries, score: number): Closeness {
  const counts = { close: 0, right: 0, both: 0 }
  for (const [q, query] of queries.items.entries()) {
    const vector = vectorAt(queries, q)
    const boundary = queries.closeScores?.[q] ?? score
    for (const [n, { className, contentHash }] of gallery.items.entries()) {
      if (contentHash === query.contentHash) continue
      const isClose = dot(vectorAt(gallery, n), vector) >= boundary
      const isRight = className === query.className
      counts.close += Number(isClose)
      counts.right += Number(isRight)
      counts.both += Number(isClose && isRight)
    }
  }
  return { score, precision: counts.both / (counts.close || 1), recall: counts.both / (counts.right || 1) }
}

import type { QueryExpansion } from '../embedding/embedder.ts'
import { expandSketch } from '../search/expansion.ts'
import { dot } from '../vector-math.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'

export interface ExpandedQueries extends EmbeddedItems {
  /** The scores from which matches of each query are close, if `closeScore` was given. */
  closeScores?: number[]
}

/**
 * Expands sketches as a search does, by the images of the gallery. Images with the same bytes as the sketch are left out.
 * @param closeScore the score from which matches of sketches are close in general
 */
export function expandQueries(
  gallery: EmbeddedItems,
  queries: EmbeddedItems,
  expansion: QueryExpansion,
  closeScore?: number,
): ExpandedQueries {
  const vectors = new Float32Array(queries.vectors.length)
  const closeScores: number[] = []
  for (const [q, { contentHash }] of queries.items.entries()) {
    const sketch = vectorAt(queries, q)
    const expanded = expandSketch(sketch, nearest(gallery, sketch, contentHash, expansion), expansion)
    vectors.set(expanded.vector, q * queries.dimensions)
    if (closeScore !== undefined) closeScores.push(expanded.closeScore(closeScore))
  }
  return { ...queries, vectors, ...(closeScore !== undefined && { closeScores }) }
}

function nearest(
  gallery: EmbeddedItems,
  sketch: Float32Array,
  contentHash: string,
  { neighbours }: QueryExpansion,
) {
  const found = new Map<string, { vector: Float32Array; score: number }>()
  for (const [n, item] of gallery.items.entries()) {
    if (item.contentHash === contentHash) continue
    const vector = vectorAt(gallery, n)
    found.set(item.contentHash, { vector, score: dot(sketch, vector) })
  }
  return [...found.values()].sort((a, b) => b.score - a.score).slice(0, neighbours)
}

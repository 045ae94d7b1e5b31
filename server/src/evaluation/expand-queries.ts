import type { QueryExpansion } from '../embedding/embedder.ts'
import { expandSketch, type Neighbour } from '../search/expansion.ts'
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
    const neighbours = nearestImages(gallery, sketch, contentHash, expansion.neighbours)
    const expanded = expandSketch(sketch, neighbours, expansion)
    vectors.set(expanded.vector, q * queries.dimensions)
    if (closeScore !== undefined) closeScores.push(expanded.closeScore(closeScore))
  }
  return { ...queries, vectors, ...(closeScore !== undefined && { closeScores }) }
}

/** The images nearest to a sketch, each content once; those with the bytes of the sketch are left out. */
export function nearestImages(
  gallery: EmbeddedItems,
  sketch: Float32Array,
  contentHash: string,
  count: number,
): (Neighbour & { n: number })[] {
  const found = new Map<string, Neighbour & { n: number }>()
  for (const [n, item] of gallery.items.entries()) {
    if (item.contentHash === contentHash) continue
    const vector = vectorAt(gallery, n)
    found.set(item.contentHash, { n, vector, score: dot(sketch, vector) })
  }
  return [...found.values()].sort((a, b) => b.score - a.score).slice(0, count)
}

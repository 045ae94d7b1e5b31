import type { QueryExpansion } from '../embedding/embedder.ts'
import { expandedVector } from '../search/expansion.ts'
import { dot } from '../vector-math.ts'
import { type EmbeddedItems, vectorAt } from './evaluate.ts'

/** Expands sketches as a search does, by the images of the gallery. Images with the same bytes as the sketch are left out. */
export function expandQueries(
  gallery: EmbeddedItems,
  queries: EmbeddedItems,
  expansion: QueryExpansion,
): EmbeddedItems {
  const vectors = new Float32Array(queries.vectors.length)
  for (const [q, { contentHash }] of queries.items.entries()) {
    const sketch = vectorAt(queries, q)
    vectors.set(
      expandedVector(sketch, nearest(gallery, sketch, contentHash, expansion), expansion),
      q * queries.dimensions,
    )
  }
  return { ...queries, vectors }
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

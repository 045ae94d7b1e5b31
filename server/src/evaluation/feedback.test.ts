import { describe, expect, it } from 'vitest'
import type { EmbeddedItems } from './evaluate.ts'
import { precisionAfterFeedback } from './feedback.ts'

/** Two classes along different axes, with vectors that spread around them. */
function itemsOf(count: number, offset: number): EmbeddedItems {
  const vectors: number[] = []
  const items = Array.from({ length: 2 * count }, (_, n) => {
    const angle = (n % 2 === 0 ? 0 : Math.PI / 2) + Math.sin(n * 7 + offset) * 0.9
    vectors.push(Math.cos(angle), Math.sin(angle))
    const className = n % 2 === 0 ? 'a' : 'b'
    return { path: `${className}/${n + offset}`, className, contentHash: `${n + offset}` }
  })
  return { items, vectors: Float32Array.from(vectors), dimensions: 2 }
}

describe('precisionAfterFeedback', () => {
  it('rises over the rounds, starting at the precision of the queries alone', () => {
    const gallery = itemsOf(30, 0)
    const queries = itemsOf(6, 1000)
    const precisions = precisionAfterFeedback(gallery, queries, 2)
    expect(precisions).toHaveLength(3)
    expect(precisions[0]).toBeLessThan(0.95)
    expect(precisions[2]).toBeGreaterThan(precisions[0]!)
    expect(precisions[2]).toBeLessThanOrEqual(1)
  })

  it('leaves out queries without another image of their class', () => {
    const gallery = itemsOf(3, 0)
    const [first] = gallery.items
    const single = { ...gallery, items: [{ ...first!, className: 'c' }] }
    const lonely: EmbeddedItems = { items: single.items, vectors: gallery.vectors.slice(0, 2), dimensions: 2 }
    const both = {
      items: [...lonely.items, gallery.items[1]!],
      vectors: gallery.vectors.slice(0, 4),
      dimensions: 2,
    }
    const [precision] = precisionAfterFeedback(gallery, both, 0)
    const [only] = precisionAfterFeedback(
      gallery,
      { items: [gallery.items[1]!], vectors: gallery.vectors.slice(2, 4), dimensions: 2 },
      0,
    )
    expect(precision).toBe(only)
  })
})

import { describe, expect, it } from 'vitest'
import { type EmbeddedItems, evaluate } from './evaluate.ts'

/** Items `class/name` at an angle in degrees, so that similarity is nearness of angles. */
function itemsAt(angles: Record<string, number>): EmbeddedItems {
  const vectors = Object.values(angles).flatMap((degrees) => {
    const angle = (degrees * Math.PI) / 180
    return [Math.cos(angle), Math.sin(angle)]
  })
  const items = Object.keys(angles).map((path) => ({
    path,
    className: path.split('/')[0]!,
    contentHash: path,
  }))
  return { items, vectors: Float32Array.from(vectors), dimensions: 2 }
}

const gallery = itemsAt({ 'a/1': 0, 'b/1': 10, 'a/2': 20, 'b/2': 30, 'a/3': 40 })

describe('evaluate', () => {
  it('averages over queries and over the queries of each class', async () => {
    // Both queries rank the classes as a b a b a: a/q from one end, b/q from the other.
    const queries = itemsAt({ 'a/q': -5, 'b/q': 45 })
    const { overall, classes } = await evaluate(gallery, queries, { sampled: new Set() })
    const ofA = (1 / 1 + 2 / 3 + 3 / 5) / 3
    const ofB = (1 / 2 + 2 / 4) / 2
    expect(classes.a).toMatchObject({ queries: 1, images: 3, meanAveragePrecision: expect.closeTo(ofA, 6) })
    expect(classes.b).toMatchObject({ queries: 1, images: 2, meanAveragePrecision: expect.closeTo(ofB, 6) })
    expect(overall.queries).toBe(2)
    expect(overall.meanAveragePrecision).toBeCloseTo((ofA + ofB) / 2, 6)
    expect(overall.precisionAt10).toBeCloseTo((0.3 + 0.2) / 2, 6)
    expect(overall.recallAt1).toBeUndefined()
  })

  it('excludes an image from its own ranking', async () => {
    const { overall } = await evaluate(gallery, itemsAt({ 'a/1': 0 }), { sampled: new Set() })
    // The rest is: b a b a.
    expect(overall.meanAveragePrecision).toBeCloseTo((1 / 2 + 2 / 4) / 2, 6)
  })

  it('counts how often the exact image is found, and keeps the rankings', async () => {
    const exactOf = ({ path }: { path: string }) => (path === 'a/q' ? 2 : undefined)
    const queries = itemsAt({ 'a/q': 22, 'b/q': 0 })
    const { overall, samples } = await evaluate(gallery, queries, { exactOf, sampled: new Set([0]) })
    expect(overall).toMatchObject({ recallAt1: 1, recallAt5: 1, recallAt10: 1 })
    expect(samples).toHaveLength(1)
    expect(samples[0]!.answers.map(({ item, isRight, isExact }) => [item.path, isRight, isExact])).toEqual([
      ['a/2', true, true],
      ['b/2', false, false],
      ['b/1', false, false],
      ['a/3', true, false],
      ['a/1', true, false],
    ])
  })

  it('ignores queries of unknown classes', async () => {
    const { overall, classes } = await evaluate(gallery, itemsAt({ 'c/q': 0, 'b/q': 10 }), {
      sampled: new Set(),
    })
    expect(overall.queries).toBe(1)
    expect(Object.keys(classes)).toEqual(['b'])
  })
})

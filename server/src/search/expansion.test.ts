import { describe, expect, it } from 'vitest'
import type { QueryExpansion } from '../embedding/embedder.ts'
import { expandSketch, type Neighbour } from './expansion.ts'

const expandedVector = (sketch: Float32Array, neighbours: Neighbour[], expansion: QueryExpansion) =>
  expandSketch(sketch, neighbours, expansion).vector

const EXPANSION = { neighbours: 3, temperature: 0.05, weight: 1.6 }

function unit(...values: number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d]!, 0)

describe('an expanded sketch', () => {
  it('is nearer to images like the first results than the sketch was', () => {
    const sketch = unit(1, 0.3, 0, 0)
    const neighbours = [
      { vector: unit(0.4, 1, 0, 0), score: 0.66 },
      { vector: unit(0.4, 1, 0.1, 0), score: 0.65 },
    ]
    const expanded = expandedVector(sketch, neighbours, EXPANSION)
    const alike = unit(0.3, 1, 0, 0.1)
    expect(cosine(expanded, alike)).toBeGreaterThan(cosine(sketch, alike) + 0.2)
    expect(Math.hypot(...expanded)).toBeCloseTo(1, 6)
  })

  it('weights an image by exp(score / temperature)', () => {
    const sketch = unit(1, 0, 0)
    const neighbours = [
      { vector: unit(0, 1, 0), score: 0.5 },
      { vector: unit(0, 0, 1), score: 0.4 },
    ]
    const [first, second, third] = expandedVector(sketch, neighbours, EXPANSION)
    expect(third! / second!).toBeCloseTo(Math.exp(-0.1 / 0.05), 5)
    expect(Math.hypot(second!, third!) / first!).toBeCloseTo(1.6, 5)
  })

  it('gives less weight to an image that is unlike the others', () => {
    const sketch = unit(1, 0, 0, 0)
    const alike = [
      { vector: unit(0.2, 1, 0, 0), score: 0.5 },
      { vector: unit(0.2, 1, 0.1, 0), score: 0.5 },
    ]
    const unlike = { vector: unit(0.2, 0, 0, 1), score: 0.5 }
    const expanded = expandedVector(sketch, [...alike, unlike], EXPANSION)
    // By score alone it would have half the weight of both others.
    expect(expanded[3]).toBeGreaterThan(0)
    expect(expanded[3]! / expanded[1]!).toBeLessThan(0.1)
  })

  it('keeps the last dimensions of the sketch', () => {
    const sketch = unit(0.9, 0.1, 0.4)
    const expanded = expandedVector(sketch, [{ vector: unit(0.1, 1, -0.5), score: 0.2 }], {
      ...EXPANSION,
      keptDimensions: 1,
    })
    expect(expanded[2]).toBe(sketch[2])
    expect(expanded[1]).toBeGreaterThan(expanded[0]!)
    expect(Math.hypot(...expanded)).toBeCloseTo(1, 6)
  })

  it('does not change a sketch in an empty gallery', () => {
    const sketch = unit(1, 2, 3)
    expect(expandedVector(sketch, [], EXPANSION)).toBe(sketch)
  })
})

describe('the score from which matches are close', () => {
  const sketch = unit(1, 0, 0, 0)

  it('is the given score where the neighbours support each other', () => {
    const alike = [
      { vector: unit(0.5, 1, 0, 0), score: 0.45 },
      { vector: unit(0.5, 1, 0.05, 0), score: 0.45 },
      { vector: unit(0.5, 1, 0, 0.05), score: 0.45 },
    ]
    expect(expandSketch(sketch, alike, EXPANSION).closeScore(0.6)).toBe(0.6)
  })

  it('is above the scores of images that are close by their own part in the expansion alone', () => {
    const unlike = [
      { vector: unit(0.3, 1, 0, 0), score: 0.29 },
      { vector: unit(0.3, 0, 1, 0), score: 0.29 },
      { vector: unit(0.3, 0, 0, 1), score: 0.28 },
    ]
    const expanded = expandedVector(sketch, unlike, EXPANSION)
    const scores = unlike.map(({ vector }) => cosine(expanded, vector))
    expect(Math.max(...scores)).toBeGreaterThan(0.5)
    const score = expandSketch(sketch, unlike, EXPANSION).closeScore(0.5)
    expect(score).toBeGreaterThan(Math.max(...scores))
    expect(score).toBeLessThan(1)
  })

  it('lets an image that is near to the sketch itself be close without the support of others', () => {
    const alone = [
      { vector: unit(0.9, 1, 0, 0), score: 0.67 },
      { vector: unit(0.2, 0, 1, 0), score: 0.2 },
    ]
    const ownMatch = { sketch: 0.6, expanded: 0.8 }
    const expanded = expandedVector(sketch, alone, EXPANSION)
    const [first, second] = alone.map(({ vector }) => cosine(expanded, vector))
    expect(expandSketch(sketch, alone, EXPANSION).closeScore(0.7)).toBeGreaterThan(first!)
    const score = expandSketch(sketch, alone, { ...EXPANSION, ownMatch }).closeScore(0.7)
    expect(score).toBeLessThan(first!)
    expect(score).toBeGreaterThan(second!)
    for (const stricter of [
      { ...ownMatch, sketch: 0.7 },
      { ...ownMatch, expanded: first! + 0.01 },
    ])
      expect(
        expandSketch(sketch, alone, { ...EXPANSION, ownMatch: stricter }).closeScore(0.7),
      ).toBeGreaterThan(first!)
  })

  it('separates the neighbours that remain close from the others', () => {
    const neighbours = [
      { vector: unit(0.5, 1, 0, 0), score: 0.45 },
      { vector: unit(0.5, 1, 0.05, 0), score: 0.45 },
      { vector: unit(0.5, 0.05, 0.8, 0), score: 0.45 },
    ]
    const expanded = expandedVector(sketch, neighbours, EXPANSION)
    const [first, second, third] = neighbours.map(({ vector }) => cosine(expanded, vector))
    expect(third).toBeGreaterThan(0.5)
    const score = expandSketch(sketch, neighbours, EXPANSION).closeScore(0.5)
    expect(score).toBeGreaterThan(third!)
    expect(score).toBeLessThan(Math.min(first!, second!))
  })

  it('is the given score in an empty gallery', () => {
    expect(expandSketch(sketch, [], EXPANSION).closeScore(0.5)).toBe(0.5)
  })
})

import { describe, expect, it } from 'vitest'
import { combine, scoreByTerm, scoreOf, withSet } from './combine.ts'
import type { TermVectors } from './term-vectors.ts'

const [x, y, z] = [Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0), Float32Array.of(0, 0, 1)]

function picture(vector: Float32Array, weight: number): TermVectors {
  return { weight, kind: 'image', sets: [[{ vector, weight: 1, offset: 0 }]] }
}

/** A word with two meanings. */
function word(weight: number): TermVectors {
  const vectors = [
    { vector: y, weight: 2, offset: 0.1 },
    { vector: z, weight: 1, offset: 0.2 },
  ]
  return { weight, kind: 'text', sets: [vectors] }
}

describe('combine', () => {
  it('adds the weighted mean of wanted pictures and subtracts a quarter of the mean of unwanted ones', () => {
    expect([...combine([picture(x, 3), picture(y, 1)]).linear!]).toEqual([0.75, 0.25, 0])
    expect([...combine([picture(x, 1), picture(y, -2)]).linear!]).toEqual([1, -0.25, 0])
  })

  it('scores an image by the sum of its scores by each term', () => {
    const image = { image: Float32Array.of(0.6, 0, 0.8), colours: undefined }
    const terms = [picture(x, 1), word(1), picture(y, -1)]
    const expected = terms.map((term) => scoreByTerm(term, image))
    expect(expected[0]).toBeCloseTo(0.6)
    expect(expected[1]).toBeCloseTo(1)
    expect(scoreOf(combine(terms), image)).toBeCloseTo(expected[0]! / 2 + expected[1]! / 2 - expected[2]! / 4)
  })

  it('computes the same score by the best vector of each set', () => {
    const query = combine([picture(x, 1), word(0.5)])
    const vectors = withSet(query, query.sets[0]!)
    for (const image of [x, y, z, Float32Array.of(0.6, 0, 0.8)]) {
      const scores = vectors.map(({ vector, weight, offset }) => {
        const cosine = vector.reduce((sum, value, i) => sum + value * image[i]!, 0) / Math.hypot(...vector)
        return weight * cosine + offset
      })
      expect(Math.max(...scores)).toBeCloseTo(scoreOf(query, { image, colours: undefined }))
    }
  })
})

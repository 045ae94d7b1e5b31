import { describe, expect, it } from 'vitest'
import {
  averagePrecision,
  averagePrecisionAt,
  precisionAt,
  precisionCurve,
  RECALL_LEVELS,
  ranksOf,
  recallAt,
} from './metrics.ts'

describe('ranks', () => {
  it('are counted from the best score', () => {
    //                        0    1    2    3    4
    const scores = Float32Array.of(0.1, 0.9, 0.5, 0.7, 0.3)
    expect(ranksOf(scores, [1, 4])).toEqual([1, 4])
    expect(ranksOf(scores, [0, 3, 2])).toEqual([2, 3, 5])
    expect(ranksOf(scores, [])).toEqual([])
  })

  it('put irrelevant images first among equal scores', () => {
    expect(ranksOf(Float32Array.of(1, 1, 1, 1), [0])).toEqual([4])
    expect(ranksOf(Float32Array.of(1, 1, 1, 1), [0, 1])).toEqual([3, 4])
    expect(ranksOf(Float32Array.of(0.5, 0.5, 0.9, 0.5, 0.1), [1, 2])).toEqual([1, 4])
  })
})

describe('metrics of hand-made rankings', () => {
  // Relevant, irrelevant, relevant, irrelevant, irrelevant, relevant.
  const ranks = [1, 3, 6]

  it('average precision: (1/1 + 2/3 + 3/6) / 3', () => {
    expect(averagePrecision(ranks)).toBeCloseTo(13 / 18, 12)
    expect(averagePrecision([1, 2, 3])).toBe(1)
    expect(averagePrecision([10])).toBeCloseTo(0.1, 12)
  })

  it('average precision at k is divided by min(relevant, k)', () => {
    expect(averagePrecisionAt(ranks, 3)).toBeCloseTo((1 + 2 / 3) / 3, 12)
    expect(averagePrecisionAt(ranks, 2)).toBeCloseTo(1 / 2, 12)
    expect(averagePrecisionAt(ranks, 200)).toBeCloseTo(13 / 18, 12)
    expect(averagePrecisionAt([4], 3)).toBe(0)
  })

  it('precision at k', () => {
    expect(precisionAt(ranks, 1)).toBe(1)
    expect(precisionAt(ranks, 3)).toBeCloseTo(2 / 3, 12)
    expect(precisionAt(ranks, 10)).toBeCloseTo(0.3, 12)
  })

  it('recall of one image at k', () => {
    expect([1, 5, 10].map((k) => recallAt([6], k))).toEqual([0, 0, 1])
  })

  it('the curve is the best precision at a recall or beyond', () => {
    const curve = precisionCurve([2, 3, 10])
    const at = (recall: number) => curve[RECALL_LEVELS.indexOf(recall)]
    // Precisions at the relevant images: 1/2, 2/3, 3/10.
    expect(at(0)).toBeCloseTo(2 / 3, 12)
    expect(at(0.3)).toBeCloseTo(2 / 3, 12)
    expect(at(0.65)).toBeCloseTo(2 / 3, 12)
    expect(at(0.7)).toBeCloseTo(3 / 10, 12)
    expect(at(1)).toBeCloseTo(3 / 10, 12)
  })
})

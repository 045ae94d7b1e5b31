import { describe, expect, it } from 'vitest'
import { type RgbImage, reduceByBlocks, resample } from './resample.ts'

/** A grey picture from one row of values. */
function row(...values: number[]): RgbImage {
  return {
    data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
    width: values.length,
    height: 1,
  }
}

const greys = ({ data }: RgbImage) => [...data].filter((_, i) => i % 3 === 0)

describe('resample', () => {
  it('returns the picture itself at its own size', () => {
    const image = row(1, 2, 3)
    expect(resample(image, 3, 1)).toBe(image)
  })

  it('halves with the triangle filter of PIL (weights ⅛ ⅜ ⅜ ⅛, cut off and renormalised at the ends)', () => {
    // First: (⅜·0 + ⅜·100 + ⅛·200) / ⅞ = 71.4; second: (⅛·100 + ⅜·200 + ⅜·40) / ⅞ = 117.1
    expect(greys(resample(row(0, 100, 200, 40), 2, 1))).toEqual([71, 117])
  })

  it('doubles by linear interpolation', () => {
    expect(greys(resample(row(0, 100), 4, 1))).toEqual([0, 25, 75, 100])
  })

  it('keeps a uniform colour at any size', () => {
    const even = { data: new Uint8Array(7 * 5 * 3).fill(77), width: 7, height: 5 }
    for (const [width, height] of [
      [3, 2],
      [64, 64],
      [7, 11],
    ] as const) {
      const resized = resample(even, width, height)
      expect(resized).toMatchObject({ width, height })
      expect(new Set(resized.data)).toEqual(new Set([77]))
    }
  })
})

describe('reduceByBlocks', () => {
  it('averages blocks, and drops incomplete ones', () => {
    const image = { ...row(0, 100, 200, 41, 255), height: 1 }
    const twoRows = { data: Uint8Array.from([...image.data, ...image.data]), width: 5, height: 2 }
    expect(reduceByBlocks(twoRows, 1)).toMatchObject({ width: 2, height: 1 })
    expect(greys(reduceByBlocks(twoRows, 1))).toEqual([50, 121])
  })

  it('keeps at least the requested side, and does not change a small image', () => {
    const image = { data: new Uint8Array(100 * 70 * 3).fill(9), width: 100, height: 70 }
    const reduced = reduceByBlocks(image, 32)
    expect(reduced).toMatchObject({ width: 50, height: 35 })
    expect(new Set(reduced.data)).toEqual(new Set([9]))
    expect(reduceByBlocks(image, 40)).toBe(image)
  })
})

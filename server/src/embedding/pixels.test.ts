import { describe, expect, it } from 'vitest'
import type { ImageBatch } from './embedder.ts'
import { layOut } from './pixels.ts'

/** Two images of 2 × 1 pixels. */
const BATCH: ImageBatch = {
  data: Float32Array.of(0, 0.25, 0.5, 1, 0.75, 0.5, 0.5, 0.5, 0.5, 0, 0, 1),
  count: 2,
  width: 2,
  height: 1,
}
const NORMALISATION = { mean: [0, 0.25, 0.5], std: [1, 0.5, 0.25], isGrey: false }

describe('layOut', () => {
  it.each([
    ['NHWC', [0, 0, 0, 1, 1, 0, 0.5, 0.5, 0, 0, -0.5, 2]],
    ['NCHW', [0, 1, 0, 1, 0, 0, 0.5, 0, 0.5, -0.5, 0, 2]],
  ] as const)('normalises each channel of each image as %s', (layout, expected) => {
    expect([...layOut(BATCH, NORMALISATION, layout, 3)]).toEqual(expected)
  })

  it('gives networks that see grey the luminance', () => {
    const grey = { mean: [0, 0, 0], std: [1, 1, 1], isGrey: true }
    const luminance = [0.20375, 0.79625, 0.5, 0.114]
    const one = layOut(BATCH, grey, 'NCHW', 1)
    for (const [i, value] of luminance.entries()) expect(one[i]).toBeCloseTo(value, 5)
    const three = layOut(BATCH, grey, 'NHWC', 3)
    for (const [i, value] of three.entries()) expect(value).toBe(one[Math.floor(i / 3)])
  })
})

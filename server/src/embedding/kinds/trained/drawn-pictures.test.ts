import { describe, expect, it } from 'vitest'
import type { ImageBatch } from '../../embedder.ts'
import { mixVectors, pictureInk, sketchShares } from './drawn-pictures.ts'

const SIDE = 64

/** Pictures whose pixels are given by a function of the place. */
function pictures(...values: ((x: number, y: number) => number)[]): ImageBatch {
  const data = new Float32Array(values.length * SIDE * SIDE * 3)
  for (const [n, value] of values.entries()) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      const start = (n * SIDE * SIDE + i) * 3
      data.fill(value(i % SIDE, Math.floor(i / SIDE)), start, start + 3)
    }
  }
  return { data, count: values.length, width: SIDE, height: SIDE }
}

const disc = (x: number, y: number) => (Math.hypot(x - 32, y - 32) < 20 ? 0.2 : 0.9)
const noise = (x: number, y: number) => 0.5 + 0.2 * Math.sin(x * 12.9898 + y * 78.233 + x * y)

describe('drawn pictures', () => {
  it('are recognised by areas of one colour; smooth areas and a plain background are not enough', () => {
    const sky = (x: number, y: number) => (x + y) / 255
    const statue = (x: number, y: number) => (Math.hypot(x - 32, y - 32) < 20 ? noise(x, y) : 1)
    const shares = sketchShares(pictures(disc, noise, sky, statue, () => 1))
    expect(shares[0]).toBeCloseTo(0.3, 6)
    expect(shares.slice(1)).toEqual([0, 0, 0, 0])
  })

  it('become ink: dark is 1, light is 0', () => {
    const { data, count } = pictureInk(pictures(noise, disc), [1], 32)
    expect(count).toBe(1)
    expect(data[(16 * 32 + 16) * 3]).toBeCloseTo(0.8, 2)
    expect(data[0]).toBeCloseTo(0.1, 2)
  })

  it('have a vector of unit length between both networks; others keep their own', () => {
    const vectors = Float32Array.of(1, 0, 0, 0, 1, 0)
    mixVectors(vectors, Float32Array.of(0, 0.9, 0.4), [1], [0, 0.3], 3)
    expect([...vectors.subarray(0, 3)]).toEqual([1, 0, 0])
    const mixed = vectors.subarray(3)
    expect(Math.hypot(...mixed)).toBeCloseTo(1, 5)
    expect(mixed[1]).toBeGreaterThan(0.95)
    expect(mixed[2]).toBeLessThan(-0.1)
  })
})

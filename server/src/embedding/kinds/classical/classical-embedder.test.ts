import { describe, expect, it } from 'vitest'
import { createClassicalEmbedder } from './classical-embedder.ts'
import { diffuse } from './diffuse.ts'
import { gradientHistogram } from './gradient-histogram.ts'
import { binomialBlur, halve, type Plane } from './plane.ts'

const SIDE = 64

function plane(width: number, height: number, value: (x: number, y: number) => number): Plane {
  return {
    data: Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
    width,
    height,
  }
}

/** An RGB batch of one picture: white, with black ink where `isInk` is true. */
function drawing(isInk: (x: number, y: number) => boolean) {
  const data = new Float32Array(SIDE * SIDE * 3)
  for (let i = 0; i < SIDE * SIDE; i++)
    data.fill(isInk(i % SIDE, Math.floor(i / SIDE)) ? 0 : 1, i * 3, i * 3 + 3)
  return data
}

async function vectorOf(isInk: (x: number, y: number) => boolean): Promise<Float32Array> {
  return createClassicalEmbedder().embed(
    { data: drawing(isInk), count: 1, height: SIDE, width: SIDE },
    'sketch',
  )
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const cosine = (a: Float32Array, b: Float32Array) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))

describe('gradientHistogram', () => {
  it('puts a vertical edge into the first orientation of its cell', () => {
    const edge = plane(8, 8, (x) => (x < 4 ? 0 : 1))
    const histogram = gradientHistogram(edge, { cells: 1, orientations: 4 })
    expect(histogram[0]).toBeGreaterThan(0)
    expect([...histogram.subarray(1)]).toEqual([0, 0, 0])
  })

  it('ignores which side of an edge is dark', () => {
    const edge = plane(16, 16, (x, y) => (x + y < 16 ? 0.2 : 0.9))
    const inverse = plane(16, 16, (x, y) => (x + y < 16 ? 0.9 : 0.2))
    const layout = { cells: 2, orientations: 8 }
    const difference = gradientHistogram(edge, layout).map((v, i) =>
      Math.abs(v - gradientHistogram(inverse, layout)[i]!),
    )
    expect(Math.max(...difference)).toBeLessThan(1e-4)
  })

  it('divides each pixel’s magnitude among cells and orientations without losing any', () => {
    // A dot in the middle: its votes all lie within the four cells around it.
    const dotted = plane(16, 16, (x, y) => (x === 7 && y === 8 ? 1 : 0))
    const total = gradientHistogram(dotted, { cells: 4, orientations: 6 }).reduce((a, b) => a + b)
    expect(total).toBeCloseTo(4, 4) // four neighbours, each with a gradient of 1
  })
})

describe('diffuse', () => {
  it('keeps an edge and smooths faint noise', () => {
    const noisy = plane(32, 32, (x, y) => (x < 16 ? 0.1 : 0.9) + 0.02 * ((x * 7 + y * 13) % 2))
    const smooth = diffuse(noisy, 10, 0.05)
    const roughness = (p: Plane) => Math.abs(p.data[5 * 32 + 5]! - p.data[5 * 32 + 6]!)
    const edge = (p: Plane) => p.data[5 * 32 + 17]! - p.data[5 * 32 + 14]!
    expect(roughness(smooth)).toBeLessThan(roughness(noisy) / 4)
    expect(edge(smooth)).toBeGreaterThan(0.7)
  })

  it('does not change its input', () => {
    const image = plane(4, 4, (x) => x)
    const before = [...image.data]
    diffuse(image, 3, 0.1)
    expect([...image.data]).toEqual(before)
  })
})

describe('planes', () => {
  it('are halved by averaging and blurred without changing an even one', () => {
    expect([...halve(plane(4, 2, (x, y) => x + y)).data]).toEqual([1, 3])
    expect(new Set(binomialBlur(plane(5, 5, () => 0.5)).data)).toEqual(new Set([0.5]))
  })
})

describe('the classical embedder', () => {
  const ring = (cx: number, cy: number, radius: number) => (x: number, y: number) =>
    Math.abs(Math.hypot(x - cx, y - cy) - radius) < 1.5
  const cross = (x: number, y: number) => Math.abs(x - y) < 2 || Math.abs(x + y - SIDE) < 2

  it('finds a ring more like a filled disc than like a cross', async () => {
    const query = await vectorOf(ring(32, 32, 22))
    const disc = await vectorOf((x, y) => Math.hypot(x - 32, y - 32) < 22)
    expect(cosine(query, disc)).toBeGreaterThan(cosine(query, await vectorOf(cross)) + 0.1)
  })

  it('describes each picture of a batch by itself', async () => {
    const embedder = createClassicalEmbedder()
    const data = new Float32Array([...drawing(ring(32, 32, 20)), ...drawing(cross)])
    const both = await embedder.embed({ data, count: 2, height: SIDE, width: SIDE }, 'photo')
    expect(both).toHaveLength(2 * embedder.dimensions)
    expect(both.slice(embedder.dimensions)).toEqual(await vectorOf(cross))
  })

  it('returns a vector for a picture without edges, too', async () => {
    const blank = await vectorOf(() => false)
    expect(blank.every(Number.isFinite)).toBe(true)
    expect(dot(blank, blank)).toBeGreaterThan(0)
  })
})

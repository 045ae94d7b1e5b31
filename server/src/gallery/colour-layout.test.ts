import { describe, expect, it } from 'vitest'
import { COLOUR_DIMENSIONS, coloursOf, inkColours, paletteColours } from './colour-layout.ts'
import type { RgbImage } from './resample.ts'

const SIDE = 60
const RED = [208, 32, 32] as const
const BLUE = [48, 112, 208] as const
const GREY = [120, 120, 120] as const
type Colour = readonly [number, number, number]

function painted(colourAt: (x: number, y: number) => Colour): RgbImage {
  const data = new Uint8Array(SIDE * SIDE * 3)
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) data.set(colourAt(x, y), (y * SIDE + x) * 3)
  }
  return { data, width: SIDE, height: SIDE }
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}

/** The names of images, the most similar one first. */
function order(query: Float32Array, images: Record<string, RgbImage>): string[] {
  const scores = Object.entries(images).map(([name, image]) => ({
    name,
    score: cosine(query, coloursOf(image)),
  }))
  return scores.toSorted((a, b) => b.score - a.score).map(({ name }) => name)
}

const topHalf = (y: number) => y < SIDE / 2
const images = {
  red: painted(() => RED),
  blue: painted(() => BLUE),
  grey: painted(() => GREY),
  redAbove: painted((_, y) => (topHalf(y) ? RED : GREY)),
  redBelow: painted((_, y) => (topHalf(y) ? GREY : RED)),
}

describe('the colours of an image', () => {
  it('have unit length, and are the same for another size', () => {
    const colours = coloursOf(images.redAbove)
    expect(colours).toHaveLength(COLOUR_DIMENSIONS)
    expect(Math.hypot(...colours)).toBeCloseTo(1)
    const half = { data: new Uint8Array(30 * 30 * 3), width: 30, height: 30 }
    for (let i = 0; i < 30 * 30; i++) half.data.set(i < 30 * 15 ? RED : GREY, i * 3)
    expect(cosine(colours, coloursOf(half))).toBeGreaterThan(0.98)
  })

  it('are found by a palette', () => {
    expect(order(paletteColours([{ rgb: 0xd02020, share: 1 }]), images).at(0)).toBe('red')
    expect(order(paletteColours([{ rgb: 0x3070d0, share: 1 }]), images).at(0)).toBe('blue')
    const both = paletteColours([
      { rgb: 0xd02020, share: 1 },
      { rgb: 0x787878, share: 1 },
    ])
    expect(new Set(order(both, images).slice(0, 2))).toEqual(new Set(['redAbove', 'redBelow']))
  })

  it('are found by their position', () => {
    const above = { x: 0, y: 0, width: 1, height: 0.5 }
    const query = paletteColours([{ rgb: 0xd02020, share: 1, place: above }])
    const names = order(query, images)
    expect(names.indexOf('redAbove')).toBeLessThan(names.indexOf('redBelow'))
    expect(order(coloursOf(images.redBelow), images)[0]).toBe('redBelow')
  })

  it('of a drawing are those of its ink', () => {
    const drawing = painted((x, y) => (x > 20 && x < 40 && y > 20 && y < 40 ? BLUE : [255, 255, 255]))
    const ink = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (drawing.data[i * 3] === 255 ? 0 : 1))
    expect(order(inkColours(drawing, ink), images)[0]).toBe('blue')
  })
})

import { describe, expect, it } from 'vitest'
import type { RgbImage } from '../../gallery/resample.ts'
import { detectKind } from './detect-kind.ts'
import { hasEvenBackground } from './ink.ts'
import { closing } from './morphology.ts'
import { inkOnPaper } from './paper.ts'

const WIDTH = 480
const HEIGHT = 360
type Color = [number, number, number]
const BLUE_PEN: Color = [40, 70, 150]
const WOOD: Color = [130, 90, 60]

/** Distance of a pixel from a drawn ring with a bar across it, in pixels. */
function distanceFromDrawing(x: number, y: number): number {
  const ring = Math.abs(Math.hypot(x - 230, y - 190) - 70)
  const bar = Math.abs(y - 190 - (x - 230) * 0.5) + (Math.abs(x - 230) > 90 ? 1000 : 0)
  return Math.min(ring, bar)
}

/** A photo of paper on a wooden table, in light that falls off to the right, with a soft shadow across the lower right corner. */
function photographed({ pen = BLUE_PEN, ruling = 0, strength = 0.85, paper: hasPaper = true }): RgbImage {
  const data = new Uint8Array(WIDTH * HEIGHT * 3)
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const isOnPaper = hasPaper && x > 40 + y * 0.05 && x < 430 - y * 0.04 && y > 20
      const grain = 1 + 0.25 * Math.sin(y * 0.5 + Math.sin(x / 40))
      const ink = distanceFromDrawing(x, y) < 2 ? strength : 0
      const isRuled = ruling > 0 && (y + Math.round(x * 0.06)) % 24 < 2
      const light = (1 - 0.3 * (x / WIDTH)) * (1 - 0.35 / (1 + Math.exp((560 - x - y) / 12)))
      for (let c = 0; c < 3; c++) {
        const paper = 240 * (isRuled ? 1 - ruling * (c === 2 ? 0.5 : 1) : 1)
        const color = isOnPaper ? paper + (pen[c]! - paper) * ink : WOOD[c]! * grain
        data[(y * WIDTH + x) * 3 + c] = Math.round(Math.min(255, color * light))
      }
    }
  }
  return { data, width: WIDTH, height: HEIGHT }
}

/** Returns the share of the found ink that was drawn, and the share of the drawing that was found. */
function agreement(photo: RgbImage) {
  const ink = inkOnPaper(photo)!
  const { strength, width, height } = ink
  expect([width, height]).toEqual([WIDTH, HEIGHT])
  let [found, right, drawn, seen] = [0, 0, 0, 0]
  for (let i = 0; i < strength.length; i++) {
    const distance = distanceFromDrawing(i % width, Math.floor(i / width))
    if (strength[i]! > 0.3) found++
    if (strength[i]! > 0.3 && distance < 3.5) right++
    if (distance < 1.5) drawn++
    if (distance < 1.5 && strength[i]! > 0.3) seen++
  }
  return { precision: right / found, recall: seen / drawn }
}

describe('drawings on paper', () => {
  it.each([
    ['a blue pen on plain paper', {}],
    ['a red pen on ruled paper', { pen: [170, 50, 45] as Color, ruling: 0.2 }],
    ['a pencil on ruled paper', { pen: [110, 110, 115] as Color, strength: 0.7, ruling: 0.25 }],
    ['a faint pencil', { pen: [120, 120, 120] as Color, strength: 0.45 }],
  ])('finds the strokes of %s and nothing else', (_name, options) => {
    const photo = photographed(options)
    const { precision, recall } = agreement(photo)
    expect(precision).toBeGreaterThan(0.9)
    expect(recall).toBeGreaterThan(0.93)
    expect(detectKind(photo)).toBe('sketch')
  })

  it('finds no sheet of paper in a picture of a table', () => {
    expect(inkOnPaper(photographed({ paper: false })) === undefined).toBe(true)
  })

  it('finds no ink on an empty sheet, and classifies its photo as a picture', () => {
    const photo = photographed({ strength: 0 })
    expect(inkOnPaper(photo)?.strength.some((value) => value > 0)).toBe(false)
    expect(detectKind(photo)).toBe('photo')
  })

  it('reports ink that runs into the edge of the sheet', () => {
    const photo = photographed({ strength: 0 })
    for (let x = 60; x < 470; x++)
      for (let y = 100; y < 104; y++) photo.data.fill(30, (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3)
    expect(inkOnPaper(photo)!.cutShare).toBe(1)
    expect(detectKind(photo)).toBe('photo')
  })

  it('distinguishes the sheet of a drawing program from a photo', () => {
    const photo = photographed({})
    expect(hasEvenBackground(photo)).toBe(false)
    expect(hasEvenBackground({ ...photo, data: new Uint8Array(photo.data.length).fill(250) })).toBe(true)
  })
})

describe('closing', () => {
  it('fills dark details that are narrower than its square, and keeps wider ones', () => {
    const row = [9, 9, 1, 1, 9, 9, 9, 2, 2, 2, 2, 9]
    const plane = { values: Float32Array.from([...row, ...row, ...row, ...row]), width: 12, height: 4 }
    const closed = [...closing(plane, 1).values.subarray(12, 24)]
    expect(closed).toEqual([9, 9, 9, 9, 9, 9, 9, 2, 2, 2, 2, 9])
  })

  it('keeps a dark border, however narrow', () => {
    const plane = { values: Float32Array.from([3, 8, 8, 8, 8]), width: 5, height: 1 }
    expect([...closing(plane, 1).values]).toEqual([3, 8, 8, 8, 8])
  })
})

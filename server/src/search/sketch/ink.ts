import type { RgbImage } from '../../gallery/resample.ts'
import type { InkMap } from './ink-map.ts'
import { inkOnPaper } from './paper.ts'

/** Red, green and blue, 0…255. */
type Color = [number, number, number]

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Fainter than this is paper: noise of a scanner or of JPEG. */
const PAPER = 0.08
const BORDER_SHARE = 0.02
/** A sheet that a program made has one colour along at least this share of its border. */
const EVEN_BORDER = 0.9
const EVEN = 4 / 255

/**
 * Separates drawing from paper. On an even background, ink is what differs from it in any channel, in any colours, relative to
 * the strongest ink. Otherwise the picture counts as a photo of a drawing on paper.
 * @returns the ink; its size differs from the picture's for photos of drawings
 */
export function inkMap(image: RgbImage): InkMap {
  const { color, evenness } = backgroundOf(image)
  if (evenness >= EVEN_BORDER) return inkAgainst(color, image)
  return inkOnPaper(image) ?? inkAgainst(color, image)
}

/** Whether the background has one colour, as the sheet of a drawing program has. */
export function hasEvenBackground(image: RgbImage): boolean {
  return backgroundOf(image).evenness >= EVEN_BORDER
}

function inkAgainst(background: Color, { data, width, height }: RgbImage): InkMap {
  const strength = new Float32Array(width * height)
  for (let i = 0, at = 0; i < strength.length; i++, at += 3) {
    const difference = differenceFrom(background, data, at)
    strength[i] = difference < PAPER ? 0 : difference
  }
  const strongest = percentileOfInk(strength, 0.95)
  if (strongest > 0)
    for (let i = 0; i < strength.length; i++) strength[i] = Math.min(1, strength[i]! / strongest)
  return { strength, width, height }
}

/** The largest difference in a channel, 0…1. */
function differenceFrom([red, green, blue]: Color, data: Uint8Array, at: number): number {
  return (
    Math.max(Math.abs(data[at]! - red), Math.abs(data[at + 1]! - green), Math.abs(data[at + 2]! - blue)) / 255
  )
}

/** The smallest box around all ink; undefined if there is none. */
export function boundsOfInk({ strength, width, height }: InkMap, threshold: number): Box | undefined {
  let left = width
  let right = -1
  let top = height
  let bottom = -1
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (strength[y * width + x]! < threshold) continue
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (right < 0) return undefined
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** The median of each channel along the border, and the share of the border that has nearly this colour. */
function backgroundOf(image: RgbImage): { color: Color; evenness: number } {
  const histograms = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const
  const border = borderOf(image)
  for (const at of border) {
    for (const [channel, histogram] of histograms.entries()) histogram[image.data[at + channel]!]!++
  }
  const median = (histogram: Uint32Array) => {
    let level = 0
    for (let seen = histogram[0]!; seen * 2 < border.length; seen += histogram[level]!) level++
    return level
  }
  const color: Color = [median(histograms[0]), median(histograms[1]), median(histograms[2])]
  const even = border.filter((at) => differenceFrom(color, image.data, at) <= EVEN).length
  return { color, evenness: even / border.length }
}

/** @returns where the border's pixels begin in the data */
function borderOf({ width, height }: RgbImage): number[] {
  const border = Math.max(1, Math.round(Math.min(width, height) * BORDER_SHARE))
  const places: number[] = []
  for (let y = 0; y < height; y++) {
    const isEdgeRow = y < border || y >= height - border
    for (let x = 0; x < width; x++) {
      if (!isEdgeRow && x === border && width > 2 * border) x = width - border
      places.push((y * width + x) * 3)
    }
  }
  return places
}

function percentileOfInk(strength: Float32Array, percentile: number): number {
  const histogram = new Uint32Array(256)
  let count = 0
  for (const value of strength) {
    if (value === 0) continue
    histogram[Math.round(value * 255)]!++
    count++
  }
  let seen = 0
  for (let level = 0; level < 256; level++) {
    seen += histogram[level]!
    if (seen >= count * percentile) return level / 255
  }
  return 0
}

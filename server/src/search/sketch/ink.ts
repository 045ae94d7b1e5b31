import type { RgbImage } from '../../gallery/resample.ts'

/** How strongly each pixel stands out from the background, 0…1, row-major `[height, width]`. */
export interface InkMap {
  strength: Float32Array
  width: number
  height: number
}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** Fainter than this is paper: noise of a scanner or of JPEG. */
const PAPER = 0.08
const BORDER_SHARE = 0.02

/**
 * Separates drawing from paper, whatever their colours: the background is what most of the border is made of, ink is
 * what differs from it in any channel, relative to the strongest ink.
 */
export function inkMap({ data, width, height }: RgbImage): InkMap {
  const background = backgroundColour({ data, width, height })
  const strength = new Float32Array(width * height)
  for (let i = 0, at = 0; i < strength.length; i++, at += 3) {
    const red = Math.abs(data[at]! - background[0])
    const green = Math.abs(data[at + 1]! - background[1])
    const blue = Math.abs(data[at + 2]! - background[2])
    const difference = Math.max(red, green, blue) / 255
    strength[i] = difference < PAPER ? 0 : difference
  }
  const strongest = percentileOfInk(strength, 0.95)
  if (strongest > 0)
    for (let i = 0; i < strength.length; i++) strength[i] = Math.min(1, strength[i]! / strongest)
  return { strength, width, height }
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

/** The median of each channel along the border. */
function backgroundColour({ data, width, height }: RgbImage): [number, number, number] {
  const border = Math.max(1, Math.round(Math.min(width, height) * BORDER_SHARE))
  const histograms = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const
  let count = 0
  for (let y = 0; y < height; y++) {
    const isEdgeRow = y < border || y >= height - border
    for (let x = 0; x < width; x++) {
      if (!isEdgeRow && x === border && width > 2 * border) x = width - border
      const at = (y * width + x) * 3
      for (const [channel, histogram] of histograms.entries()) histogram[data[at + channel]!]!++
      count++
    }
  }
  const median = (histogram: Uint32Array) => {
    let level = 0
    for (let seen = histogram[0]!; seen * 2 < count; seen += histogram[level]!) level++
    return level
  }
  return [median(histograms[0]), median(histograms[1]), median(histograms[2])]
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

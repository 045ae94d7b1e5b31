import { resample } from '../../../gallery/resample.ts'
import type { ImageBatch } from '../../embedder.ts'
import { toBytes } from '../../pixels.ts'

const FULL_INK = 3 * 255
/** Fainter ink than this share of the full one is paper. */
const MAX_PAPER_SHARE = 0.08
const FIRST_INK = Math.floor(MAX_PAPER_SHARE * FULL_INK) + 1
/** Ink of this rank among the drawn pixels becomes black. */
const STRONG_SHARE = 0.75

/**
 * Converts prepared sketches, black on white, to what the sketch tower was trained on: ink 0…1 on paper 0, where lines that are
 * faint or thinner than a pixel are as strong as others.
 * @param side width and height of the result
 */
export function inkInput({ data, count, width, height }: ImageBatch, side: number): ImageBatch {
  const pixels = width * height * 3
  const result = new Float32Array(count * side * side * 3)
  for (let n = 0; n < count; n++) {
    const ink = levelled(inkLevels(toBytes(data.subarray(n * pixels, (n + 1) * pixels)), width, height, side))
    let at = n * side * side * 3
    for (const value of ink) {
      result[at++] = value
      result[at++] = value
      result[at++] = value
    }
  }
  return { data: result, count, width: side, height: side }
}

/** Ink of each pixel, 0…`FULL_INK`: the sum of what its channels lack of white. */
function inkLevels(data: Uint8Array, width: number, height: number, side: number): Uint16Array {
  const small = resample({ data, width, height }, side, side).data
  const levels = new Uint16Array(side * side)
  for (let i = 0, at = 0; i < levels.length; i++, at += 3)
    levels[i] = FULL_INK - small[at]! - small[at + 1]! - small[at + 2]!
  return levels
}

/** Scales ink so that its strong part is black. */
function levelled(levels: Uint16Array): Float32Array {
  const histogram = new Uint32Array(FULL_INK + 1)
  for (const level of levels) histogram[level]!++
  histogram.fill(0, 0, FIRST_INK)
  const strong = Math.max(percentile(histogram, STRONG_SHARE), MAX_PAPER_SHARE * FULL_INK)
  const strengths = Float32Array.from(histogram, (_, level) => Math.min(1, level / strong))
  const ink = new Float32Array(levels.length)
  for (let i = 0; i < ink.length; i++) ink[i] = strengths[levels[i]!]!
  return ink
}

/** The level at a share of the way through counted pixels, linearly interpolated; full ink if there are none. */
function percentile(histogram: Uint32Array, share: number): number {
  const count = histogram.reduce((sum, pixels) => sum + pixels, 0)
  if (count === 0) return FULL_INK
  const place = (count - 1) * share
  const below = levelAt(histogram, Math.floor(place))
  const above = levelAt(histogram, Math.ceil(place))
  return below + (above - below) * (place - Math.floor(place))
}

/** The level of the pixel at a place in the order of levels. */
function levelAt(histogram: Uint32Array, place: number): number {
  let seen = 0
  return histogram.findIndex((pixels) => {
    seen += pixels
    return seen > place
  })
}

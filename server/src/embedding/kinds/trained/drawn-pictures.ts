import { resample } from '../../../gallery/resample.ts'
import type { ImageBatch } from '../../embedder.ts'
import { toBytes } from '../../pixels.ts'

/** Neighbours that differ by less, as a share of the full range, are even. Noise makes photos uneven nearly everywhere. */
const MAX_EVEN_DIFFERENCE = 2.5 / 255
/** Shares of even pixels at which the sketch network begins to count, and at which it has its full share. */
const DRAWN_FROM = 0.7
const DRAWN_FULLY = 0.85
const MAX_SKETCH_SHARE = 0.3
/**
 * Last number of the sketch network's vector of a picture, before it is scaled to unit length. Drawings are closer to any sketch
 * than photos are; this lowers their scores, so that they do not displace photos in a mixed gallery.
 */
const DRAWN_PENALTY = -0.6

/**
 * Decides how far a picture is drawn rather than photographed: cartoons, logos and scans have large even areas.
 * Thresholds and the share were chosen on clip art, emoji and photos, see model/README.md.
 * @returns weights 0…0.3 of the sketch network in each picture's vector
 */
export function sketchShares({ data, count, width, height }: ImageBatch): number[] {
  return Array.from({ length: count }, (_, n) => {
    const picture = data.subarray(n * width * height * 3, (n + 1) * width * height * 3)
    const drawn = (evenShare(picture, width, height) - DRAWN_FROM) / (DRAWN_FULLY - DRAWN_FROM)
    return MAX_SKETCH_SHARE * Math.min(1, Math.max(0, drawn))
  })
}

/** @returns the share of pixels whose right and lower neighbour have nearly the same colour */
function evenShare(picture: Float32Array, width: number, height: number): number {
  let even = 0
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = (y * width + x) * 3
      if (isEven(picture, at, at + 3) && isEven(picture, at, at + width * 3)) even++
    }
  }
  return even / ((width - 1) * (height - 1))
}

function isEven(picture: Float32Array, a: number, b: number): boolean {
  return (
    Math.abs(picture[a]! - picture[b]!) < MAX_EVEN_DIFFERENCE &&
    Math.abs(picture[a + 1]! - picture[b + 1]!) < MAX_EVEN_DIFFERENCE &&
    Math.abs(picture[a + 2]! - picture[b + 2]!) < MAX_EVEN_DIFFERENCE
  )
}

/** @returns the chosen pictures as ink for the sketch network: dark is ink, nothing is cropped or levelled */
export function pictureInk({ data, width, height }: ImageBatch, chosen: number[], side: number): ImageBatch {
  const length = side * side * 3
  const result = new Float32Array(chosen.length * length)
  for (const [place, n] of chosen.entries()) {
    const bytes = toBytes(data.subarray(n * width * height * 3, (n + 1) * width * height * 3))
    const small = resample({ data: bytes, width, height }, side, side).data
    const start = place * length
    for (let i = 0; i < length; i++) result[start + i] = 1 - small[i]! / 255
  }
  return { data: result, count: chosen.length, width: side, height: side }
}

/**
 * Mixes vectors of pictures from both networks, in place; the results have unit length.
 * @param vectors `[count, dimensions]` of the photo network
 * @param others of the sketch network, one for each chosen picture
 * @param shares of the sketch network in each of all pictures
 */
export function mixVectors(
  vectors: Float32Array,
  others: Float32Array,
  chosen: number[],
  shares: number[],
  dimensions: number,
): void {
  for (const [place, n] of chosen.entries()) {
    const vector = vectors.subarray(n * dimensions, (n + 1) * dimensions)
    const other = others.slice(place * dimensions, (place + 1) * dimensions)
    other[dimensions - 1] = 0
    scaleToUnit(other)
    other[dimensions - 1] = DRAWN_PENALTY
    scaleToUnit(other)
    for (const [d, value] of other.entries()) vector[d] = (1 - shares[n]!) * vector[d]! + shares[n]! * value
    scaleToUnit(vector)
  }
}

function scaleToUnit(vector: Float32Array): void {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  for (const [d, value] of vector.entries()) vector[d] = value / norm
}

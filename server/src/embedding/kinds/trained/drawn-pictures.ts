import { resample } from '../../../gallery/resample.ts'
import type { ImageBatch } from '../../embedder.ts'
import { toBytes } from '../../pixels.ts'

/** Flatness at which the sketch network begins to count, and at which it has its full share. */
const DRAWN_FROM = 0.45
const DRAWN_FULLY = 0.65
/** Weight of the parts around the background, where outlines leave fewer flat pixels. */
const FOREGROUND_WEIGHT = 1.5
/** Bits of a channel that are dropped to find the most frequent colour. */
const COLOUR_SHIFT = 4
const COLOURS = 2 ** (3 * (8 - COLOUR_SHIFT))
const MAX_SKETCH_SHARE = 0.3
/**
 * Last number of the sketch network's vector of a picture, before it is scaled to unit length. Drawings are closer to any sketch
 * than photos are; this lowers their scores, so that they do not displace photos in a mixed gallery.
 */
const DRAWN_PENALTY = -0.6

/**
 * Decides how far a picture is drawn rather than photographed: cartoons, logos and clip art have areas of one colour. Skies and walls of
 * photos are smooth, but their neighbouring pixels differ a little; a plain background behind an object does not count by itself.
 * Thresholds and the share were chosen on clip art and photos, see model/README.md.
 * @returns weights 0…0.3 of the sketch network in each picture's vector
 */
export function sketchShares(pictures: ImageBatch): number[] {
  return Array.from({ length: pictures.count }, (_, n) => {
    const drawn = (flatness(pictures, n) - DRAWN_FROM) / (DRAWN_FULLY - DRAWN_FROM)
    return MAX_SKETCH_SHARE * Math.min(1, Math.max(0, drawn))
  })
}

/** @returns the share of pixels whose right and lower neighbour have exactly their colour; less if they lie in the background only */
function flatness({ data, width, height }: ImageBatch, n: number): number {
  const picture = toBytes(data.subarray(n * width * height * 3, (n + 1) * width * height * 3))
  const pixels = new Uint32Array(COLOURS)
  const flat = new Uint32Array(COLOURS)
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = (y * width + x) * 3
      const colour = colourAt(picture, at)
      pixels[colour]!++
      if (isSame(picture, at, at + 3) && isSame(picture, at, at + width * 3)) flat[colour]!++
    }
  }
  const background = pixels.indexOf(pixels.reduce((most, count) => Math.max(most, count), 0))
  const all = (width - 1) * (height - 1)
  const allFlat = flat.reduce((sum, count) => sum + count, 0)
  const foreground = all - pixels[background]!
  if (foreground === 0) return 0
  const foregroundFlat = allFlat - flat[background]!
  return Math.min(allFlat / all, (FOREGROUND_WEIGHT * foregroundFlat) / foreground)
}

function colourAt(picture: Uint8Array, at: number): number {
  const bits = 8 - COLOUR_SHIFT
  const [red, green, blue] = [picture[at]!, picture[at + 1]!, picture[at + 2]!]
  return ((((red >> COLOUR_SHIFT) << bits) | (green >> COLOUR_SHIFT)) << bits) | (blue >> COLOUR_SHIFT)
}

function isSame(picture: Uint8Array, a: number, b: number): boolean {
  return picture[a] === picture[b] && picture[a + 1] === picture[b + 1] && picture[a + 2] === picture[b + 2]
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

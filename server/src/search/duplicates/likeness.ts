/**
 * Whether two images are versions of one picture. Vectors of embedders say that they show the same thing: different drawings of
 * one thing can be as near to each other as a picture and its edited copy. Versions of one picture also have the same light and
 * shade, or the same colours at the same places, possibly mirrored.
 */

/** Frequencies of the luminance in each direction, from 0. A ThumbHash has at most seven. */
const FREQUENCIES = 7
const HEADER_BYTES = 5
const HEADER_BYTES_WITH_ALPHA = 6
const MAX_NIBBLE = 15

/** The light and shade of an image: coefficients of a cosine transform, `[FREQUENCIES, FREQUENCIES]` by vertical and horizontal frequency. */
export interface Luminance {
  values: Float32Array
  /** Number of frequencies of each direction that the image has. */
  width: number
  height: number
}

/** Reads the luminance of a ThumbHash in base64 (layout: https://evanw.github.io/thumbhash/). Its mean and its contrast are left out. */
export function luminanceOf(thumbhash: string): Luminance {
  const hash = Buffer.from(thumbhash, 'base64')
  const hasAlpha = hash[2]! >> 7 === 1
  const isLandscape = hash[4]! >> 7 === 1
  const longer = hasAlpha ? 5 : 7
  const shorter = Math.max(3, hash[3]! & 7)
  const [width, height] = isLandscape ? [longer, shorter] : [shorter, longer]
  const start = hasAlpha ? HEADER_BYTES_WITH_ALPHA : HEADER_BYTES
  const values = new Float32Array(FREQUENCIES * FREQUENCIES)
  let index = 0
  for (let y = 0; y < height; y++) {
    for (let x = y > 0 ? 0 : 1; x * height < width * (height - y); x++, index++) {
      const nibble = (hash[start + (index >> 1)]! >> ((index & 1) * 4)) & MAX_NIBBLE
      values[y * FREQUENCIES + x] = (2 * nibble) / MAX_NIBBLE - 1
    }
  }
  return { values, width, height }
}

/** Cosine similarity of light and shade, of the image or its mirror image, whichever is more similar. */
export function luminanceSimilarity(a: Luminance, b: Luminance): number {
  let [even, odd, ofA, ofB] = [0, 0, 0, 0]
  for (let y = 0; y < FREQUENCIES; y++) {
    for (let x = 0; x < FREQUENCIES; x++) {
      const at = y * FREQUENCIES + x
      const [first, second] = [a.values[at]!, b.values[at]!]
      ofA += first * first
      ofB += second * second
      // Mirroring changes the sign of odd horizontal frequencies.
      if (x % 2 === 0) even += first * second
      else odd += first * second
    }
  }
  return ofA * ofB === 0 ? 0 : (even + Math.abs(odd)) / Math.sqrt(ofA * ofB)
}

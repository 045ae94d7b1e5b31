import { toUnitLength } from '../../vector-math.ts'
import { isMirroredAcross, isMirroredDown, isTransposed, type Orientation } from './orientation.ts'

/** Frequencies of the luminance in each direction, from 0. A ThumbHash has at most seven. */
export const FREQUENCIES = 7
/** Frequencies of the colours. */
const COLOUR_FREQUENCIES = 3
const HEADER_BYTES = 5
const HEADER_BYTES_WITH_ALPHA = 6
const MAX_NIBBLE = 15

/** Coefficients of a cosine transform, `[FREQUENCIES, FREQUENCIES]` by vertical and horizontal frequency. The mean is left out. */
export type Light = Float32Array

/** The channels of a ThumbHash. The largest coefficient of each is about 1. */
interface Channels {
  luminance: Light
  /** Yellow minus blue, and red minus green. */
  colours: [Light, Light]
  /** Means of the colours, -1…1. */
  means: [yellow: number, red: number]
  /** Amplitudes of the channels, 0…1. */
  scales: [luminance: number, yellow: number, red: number]
}

/** The light and shade of an image from its ThumbHash in base64, without its contrast. */
export function luminanceOf(thumbhash: string): Light {
  return readChannels(thumbhash).luminance
}

/** Smallest amplitude of the luminance that is not rounded to 0. */
const SMALLEST_SCALE = 0.5 / 31
/** Shares of both colour channels in what a picture without colours shows (ITU-R BT.601), besides the mean of red, green and blue. */
const YELLOW_SHARE = 0.219
const RED_SHARE = -0.144

/** Means below this are those of grey, rounded. */
const GREY_MEAN = 0.04

/** Properties of an image that quarter turns and the loss of colours change in a known way. */
export interface Signature {
  /** Light and shade of the image without its colours, unit length. */
  light: Light
  /** Means of yellow minus blue, and of red minus green, -1…1; undefined for a grey image. */
  colours: readonly [yellow: number, red: number] | undefined
}

/**
 * Reads a ThumbHash in base64. Its luminance is the plain mean of red, green and blue, which a conversion to grey is not.
 * @returns undefined for an image of one colour
 */
export function signatureOf(thumbhash: string): Signature | undefined {
  const { luminance, colours, means, scales } = readChannels(thumbhash)
  // The encoder leaves the coefficients of an image of one colour at the lowest value.
  if (luminance.every((value) => value === 0 || value === -1)) return undefined
  const shares = [
    Math.max(scales[0], SMALLEST_SCALE),
    YELLOW_SHARE * scales[1],
    RED_SHARE * scales[2],
  ] as const
  const light = luminance.map((value, at) => {
    return shares[0] * value + shares[1] * colours[0][at]! + shares[2] * colours[1][at]!
  })
  const isGrey = scales[1] === 0 && scales[2] === 0 && means.every((mean) => Math.abs(mean) < GREY_MEAN)
  return { light: toUnitLength(light), colours: isGrey ? undefined : means }
}

/** The light and shade of the turned or mirrored image. Mirroring changes the sign of odd frequencies. */
export function orient(light: Light, orientation: Orientation): Light {
  const result = new Float32Array(light.length)
  for (let y = 0; y < FREQUENCIES; y++) {
    for (let x = 0; x < FREQUENCIES; x++) {
      const value = light[isTransposed(orientation) ? x * FREQUENCIES + y : y * FREQUENCIES + x]!
      const isNegative =
        ((isMirroredAcross(orientation) ? x : 0) + (isMirroredDown(orientation) ? y : 0)) % 2 === 1
      result[y * FREQUENCIES + x] = isNegative ? -value : value
    }
  }
  return result
}

/** Cosine similarity of light and shade, of the image or its mirror image; the more similar one counts. */
export function luminanceSimilarity(a: Light, b: Light): number {
  let [even, odd, ofA, ofB] = [0, 0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [first, second] = [a[at]!, b[at]!]
    ofA += first * first
    ofB += second * second
    if ((at % FREQUENCIES) % 2 === 0) even += first * second
    else odd += first * second
  }
  return ofA * ofB === 0 ? 0 : (even + Math.abs(odd)) / Math.sqrt(ofA * ofB)
}

/** Reads the channels of a ThumbHash (layout: https://evanw.github.io/thumbhash/). */
function readChannels(thumbhash: string): Channels {
  const hash = Buffer.from(thumbhash, 'base64')
  const byteAt = (index: number) => hash[index] ?? 0
  const header24 = byteAt(0) | (byteAt(1) << 8) | (byteAt(2) << 16)
  const header16 = byteAt(3) | (byteAt(4) << 8)
  const hasAlpha = header24 >> 23 === 1
  const isLandscape = header16 >> 15 === 1
  const longer = hasAlpha ? 5 : 7
  const shorter = Math.max(3, header16 & 7)
  const [width, height] = isLandscape ? [longer, shorter] : [shorter, longer]
  let at = 2 * (hasAlpha ? HEADER_BYTES_WITH_ALPHA : HEADER_BYTES)
  const next = () => {
    const nibble = (byteAt(at >> 1) >> ((at & 1) * 4)) & MAX_NIBBLE
    at++
    return (2 * nibble) / MAX_NIBBLE - 1
  }
  const read = (across: number, down: number): Light => {
    const values = new Float32Array(FREQUENCIES * FREQUENCIES)
    for (let y = 0; y < down; y++)
      for (let x = y > 0 ? 0 : 1; x * down < across * (down - y); x++) values[y * FREQUENCIES + x] = next()
    return values
  }
  const luminance = read(width, height)
  const colours: Channels['colours'] = [
    read(COLOUR_FREQUENCIES, COLOUR_FREQUENCIES),
    read(COLOUR_FREQUENCIES, COLOUR_FREQUENCIES),
  ]
  const scales: Channels['scales'] = [
    ((header24 >> 18) & 31) / 31,
    ((header16 >> 3) & 63) / 63,
    ((header16 >> 9) & 63) / 63,
  ]
  const means: Channels['means'] = [((header24 >> 6) & 63) / 31.5 - 1, ((header24 >> 12) & 63) / 31.5 - 1]
  return { luminance, colours, means, scales }
}

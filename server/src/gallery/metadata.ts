import { rgbaToThumbHash } from 'thumbhash'
import { coloursOf } from './colour-layout.ts'
import type { FileDetails } from './details/file-details.ts'
import { type RgbImage, reduceByBlocks, resample } from './resample.ts'

/** Properties of an image that its file determines. The attributes of the catalog are read from them. */
export interface FileMetadata extends FileDetails {
  /** Size of the upright image in pixels. */
  width: number
  height: number
  contentType: string
  /** A blurred placeholder, base64 (https://evanw.github.io/thumbhash/). */
  thumbhash: string | undefined
  /** Describes damage of the file, for people. */
  note: string | undefined
  /** Which colours are where in the image: see `colour-layout.ts`. */
  colours: Float32Array | undefined
}

/** Sides of the reduced image that both the placeholder and the colours are computed from. */
const REDUCED_SIDE = 32
/** The encoder keeps at most 7 × 7 coefficients, which few pixels determine as well as many. */
const MAX_THUMBHASH_SIDE = 32
const OPAQUE = 255

/** Computes what the pixels of an image determine. Both parts share one reduced version, because reducing costs most of the time. */
export function describePixels(image: RgbImage): Pick<FileMetadata, 'thumbhash' | 'colours'> {
  const reduced = reduceByBlocks(image, REDUCED_SIDE)
  return { thumbhash: thumbhashOf(reduced), colours: coloursOf(reduced) }
}

function thumbhashOf(image: RgbImage): string {
  const scale = Math.min(1, MAX_THUMBHASH_SIDE / Math.max(image.width, image.height))
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const { data } = resample(image, width, height)
  const rgba = new Uint8Array(width * height * 4).fill(OPAQUE)
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4) {
    rgba[to] = data[from]!
    rgba[to + 1] = data[from + 1]!
    rgba[to + 2] = data[from + 2]!
  }
  return Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64')
}

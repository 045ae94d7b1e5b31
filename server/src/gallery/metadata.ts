import { rgbaToThumbHash } from 'thumbhash'
import type { FileDetails } from './details/file-details.ts'
import { type RgbImage, resample } from './resample.ts'

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
  /** Where which colours are, see `colour-layout.ts`. */
  colours: Float32Array | undefined
}

/** The encoder accepts at most 100 pixels; it keeps at most 7 × 7 coefficients, which fewer pixels determine as well. */
const MAX_THUMBHASH_SIDE = 48
const OPAQUE = 255

export function thumbhashOf(image: RgbImage): string {
  const scale = Math.min(1, MAX_THUMBHASH_SIDE / Math.max(image.width, image.height))
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const { data } = scale < 1 ? resample(image, width, height) : image
  const rgba = new Uint8Array(width * height * 4).fill(OPAQUE)
  for (let from = 0, to = 0; from < data.length; from += 3, to += 4)
    rgba.set(data.subarray(from, from + 3), to)
  return Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64')
}

import { DomainError } from '../errors.ts'
import type { RgbImage } from '../gallery/resample.ts'

/** A part of a picture; all values 0…1 of its width and height, from the top left. */
export interface Crop {
  x: number
  y: number
  width: number
  height: number
}

/** @throws {DomainError} `invalid_request` if the text is not `x,y,w,h` within the picture */
export function parseCrop(text: string): Crop {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers
  return numbers.length === 4 ? toCrop({ x, y, width, height }, text) : toCrop(NO_CROP, text)
}

const NO_CROP: Crop = { x: Number.NaN, y: 0, width: 0, height: 0 }

/** @throws {DomainError} `invalid_request` if the crop is not within the picture */
export function toCrop(crop: Crop, given = Object.values(crop).join(',')): Crop {
  const { x, y, width, height } = crop
  const isInside =
    [x, y, width, height].every((value) => value >= 0 && value <= 1) &&
    width > 0 &&
    height > 0 &&
    x + width <= 1 + ROUNDING &&
    y + height <= 1 + ROUNDING
  if (isInside) return crop
  throw new DomainError(
    'invalid_request',
    `crop must be "x,y,w,h", each 0…1 and within the picture, not ${JSON.stringify(given)}.`,
  )
}

const ROUNDING = 1e-6

/** Cuts a part out; at least one pixel is left. */
export function cropImage({ data, width, height }: RgbImage, crop: Crop): RgbImage {
  const left = Math.min(width - 1, Math.floor(crop.x * width))
  const top = Math.min(height - 1, Math.floor(crop.y * height))
  const right = Math.max(left + 1, Math.min(width, Math.round((crop.x + crop.width) * width)))
  const bottom = Math.max(top + 1, Math.min(height, Math.round((crop.y + crop.height) * height)))
  const rowBytes = (right - left) * 3
  const out = new Uint8Array(rowBytes * (bottom - top))
  for (let y = top; y < bottom; y++) {
    const from = (y * width + left) * 3
    out.set(data.subarray(from, from + rowBytes), (y - top) * rowBytes)
  }
  return { data: out, width: right - left, height: bottom - top }
}

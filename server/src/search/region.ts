import { DomainError } from '../errors.ts'
import type { Crop } from '../gallery/crop.ts'

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

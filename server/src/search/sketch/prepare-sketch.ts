import { DomainError } from '../../errors.ts'
import { fromGrey, type RgbImage, resampleGrey } from '../../gallery/resample.ts'
import { boundsOfInk, inkMap } from './ink.ts'

const MIN_INK = 0.2
/** Smaller drawings, as a share of the sheet's longer side, count as blank. */
const MIN_EXTENT = 0.01

/**
 * Brings a drawing into the form in which embedders compare it: grey ink on white, cropped to the ink, centred in a
 * square with a free border.
 * @param margin the border, as a share of the square's side
 * @param size width and height of the result; by default, the drawing keeps its size
 * @throws {DomainError} `blank_sketch` if nothing is drawn
 */
export function prepareSketch(
  sheet: RgbImage,
  margin: number,
  size?: { width: number; height: number },
): RgbImage {
  const ink = inkMap(sheet)
  const box = boundsOfInk(ink, MIN_INK)
  const extent = box === undefined ? 0 : Math.max(box.width, box.height)
  if (box === undefined || extent < Math.max(ink.width, ink.height) * MIN_EXTENT) {
    throw new DomainError(
      'blank_sketch',
      'The sketch is blank: draw something, or give the picture as kind "image".',
    )
  }
  const side = Math.round(extent / (1 - 2 * margin))
  const left = Math.round((side - box.width) / 2)
  const top = Math.round((side - box.height) / 2)
  const data = new Uint8Array(side * side).fill(255)
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      const strength = ink.strength[(box.y + y) * ink.width + box.x + x]!
      if (strength === 0) continue
      data[(top + y) * side + left + x] = Math.round(255 * (1 - strength))
    }
  }
  const grey = { data, width: side, height: side }
  return fromGrey(size === undefined ? grey : resampleGrey(grey, size.width, size.height))
}

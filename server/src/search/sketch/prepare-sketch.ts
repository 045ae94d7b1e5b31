import { DomainError } from '../../errors.ts'
import type { RgbImage } from '../../gallery/resample.ts'
import { inkLevels } from './ink.ts'
import { resizeInk } from './resize-ink.ts'

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
  const { levels, width, height, box } = inkLevels(sheet, MIN_INK)
  const extent = box === undefined ? 0 : Math.max(box.width, box.height)
  if (box === undefined || extent < Math.max(width, height) * MIN_EXTENT) {
    throw new DomainError(
      'blank_sketch',
      'The sketch is blank: draw something, or give the picture as kind "image".',
    )
  }
  const side = Math.round(extent / (1 - 2 * margin))
  const place = { x: Math.round((side - box.width) / 2), y: Math.round((side - box.height) / 2) }
  return resizeInk({ levels, width, box }, side, place, size ?? { width: side, height: side })
}

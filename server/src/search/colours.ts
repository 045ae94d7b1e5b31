import { coloursOf, inkColours } from '../gallery/colour-layout.ts'
import { cropImage } from '../gallery/crop.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { Picture } from './query.ts'
import { detectKind } from './sketch/detect-kind.ts'
import { inkMap } from './sketch/ink.ts'

/**
 * Calibrates cosines of colours to the scale of the scores of words: among unrelated photos, a standard deviation of 0.22 becomes 0.08,
 * and the mean of 0 becomes 0.1.
 */
export const COLOUR_SCORES = { weight: 0.36, offset: 0.1 }
/** Score from which colours count as close: a cosine of 0.5. */
export const CLOSE_COLOURS = 0.28

const MIN_SIZE = { width: 192, height: 192 }

/** For a drawing, only the colours of the ink count. */
export async function coloursOfPicture(
  { read, crop }: Picture,
  reader: Pick<ImageReader, 'decode'>,
): Promise<Float32Array> {
  const decoded = await reader.decode(await read(), MIN_SIZE)
  const image = crop === undefined ? decoded.image : cropImage(decoded.image, crop)
  return detectKind(image) === 'sketch' ? inkColours(image, inkMap(image).strength) : coloursOf(image)
}

import { COLOUR_DIMENSIONS, COLOUR_VERSION } from '../gallery/colour-layout.ts'
import type { FurtherSpace } from './catalog.ts'

/** The space of the colours of images. */
export const COLOUR_SPACE: FurtherSpace = {
  space: 'colours',
  fingerprint: COLOUR_VERSION,
  dimensions: COLOUR_DIMENSIONS,
}

import { COLOUR_DIMENSIONS, COLOUR_VERSION } from '../gallery/colour-layout.ts'
import { WINDOWS, type WindowSize } from '../gallery/windows.ts'
import type { FurtherSpace, VectorSpace } from './catalog.ts'

/** The space of the colours of images. */
export const COLOUR_SPACE: FurtherSpace = {
  space: 'colours',
  fingerprint: COLOUR_VERSION,
  dimensions: COLOUR_DIMENSIONS,
}

/** Distinguishes the windows of models. */
export function windowFingerprint(embedder: string, fingerprint: string): string {
  return `${embedder} ${fingerprint}`
}

/** The space of the windows of images, embedded by the same model as the images. */
export function windowSpace(
  { embedder, fingerprint, dimensions }: Omit<VectorSpace, 'further'>,
  windows: WindowSize,
): FurtherSpace {
  return {
    space: 'windows',
    fingerprint: windowFingerprint(embedder, fingerprint),
    dimensions: WINDOWS[windows].length * dimensions,
  }
}

import type { Config } from '../config/schema.ts'
import { type Crop, cropImage } from './crop.ts'
import { type RgbImage, resample } from './resample.ts'

/** Size of the parts of an image that have vectors of their own, as a share of its sides. */
export type WindowSize = Config['embedder_registry']['windows']

interface Size {
  width: number
  height: number
}

/**
 * Score of a window, relative to that of a whole image. Without it, parts of unrelated images more often score higher than
 * another image of the same thing (measured: bench/results/search.md).
 */
export const WINDOW_WEIGHT = 0.8

function grid(share: number, offsets: readonly number[]): Crop[] {
  return offsets.flatMap((y) => offsets.map((x) => ({ x, y, width: share, height: share })))
}

const HALVES = grid(1 / 2, [0, 1 / 4, 1 / 2])
const QUARTERS = grid(1 / 4, [0, 1 / 4, 1 / 2, 3 / 4])

/** Halves of the sides overlap, quarters lie side by side. Things that are small in the image are larger in one of them. */
export const WINDOWS: Readonly<Record<WindowSize, readonly Crop[]>> = {
  none: [],
  half: HALVES,
  quarter: [...HALVES, ...QUARTERS],
}

/** The size that an image has to cover, so that each window has at least the pixels of a picture of a size. */
export function windowCover({ width, height }: Size, windows: WindowSize): Size {
  const smallest = Math.min(1, ...WINDOWS[windows].map((window) => window.width))
  return { width: Math.ceil(width / smallest), height: Math.ceil(height / smallest) }
}

/** Cuts the windows out and resizes each. */
export function windowsOf(image: RgbImage, { width, height }: Size, windows: WindowSize): RgbImage[] {
  return WINDOWS[windows].map((window) => resample(cropImage(image, window), width, height))
}

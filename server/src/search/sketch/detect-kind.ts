import type { ImageKind } from '../../embedding/embedder.ts'
import { type RgbImage, resample } from '../../gallery/resample.ts'
import { hasEvenBackground, inkMap } from './ink.ts'
import type { InkMap } from './ink-map.ts'
import { inkOnPaper } from './paper.ts'

const LONGER_SIDE = 192
const MIN_INK = 0.1
/** Shading: ink that is neither faint nor full. Strokes have it only at their edges. */
const FULL_INK = 0.75
const MAX_SHADED_SHARE = 0.75

interface Limits {
  /** Share of the area. */
  inkShare: number
  /** A stroke is thinner than this share of the longer side. */
  strokeWidth: number
  /** Share of the ink that may be part of something wider than a stroke. */
  solidShare: number
}

const DRAWN_ON_SCREEN: Limits = { inkShare: 0.3, strokeWidth: 0.045, solidShare: 0.1 }
/** Stricter, because thin dark things before a plain wall look like drawings on paper. */
const DRAWN_ON_PAPER: Limits = { inkShare: 0.12, strokeWidth: 0.015, solidShare: 0.08 }

/** Share of the ink on paper that may run into the edge of the sheet. */
const MAX_CUT_SHARE = 0.3

/**
 * Distinguishes drawings of strokes from pictures: a drawing is mostly paper, and its ink is thin and mostly of one strength.
 * The limits were chosen on sketches and photos of the Sketchy database, on photos of drawings made from these, and on
 * pictures of Caltech 101.
 */
export function detectKind(image: RgbImage): ImageKind {
  if (!hasEvenBackground(image)) {
    const ink = inkOnPaper(image)
    const isDrawing = ink !== undefined && ink.cutShare < MAX_CUT_SHARE && isDrawn(ink, DRAWN_ON_PAPER)
    return isDrawing ? 'sketch' : 'photo'
  }
  return isDrawn(inkOnScreen(image), DRAWN_ON_SCREEN) ? 'sketch' : 'photo'
}

/** Whether a picture is a sheet of one colour. */
export function isBlank(image: RgbImage): boolean {
  return hasEvenBackground(image) && inkOnScreen(image).strength.every((value) => value < MIN_INK)
}

function inkOnScreen(image: RgbImage): InkMap {
  const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height))
  const scaled = (side: number) => Math.max(1, Math.round(side * scale))
  return inkMap(resample(image, scaled(image.width), scaled(image.height)))
}

function isDrawn({ strength, width, height }: InkMap, limits: Limits): boolean {
  const isInk = strength.map((value) => (value >= MIN_INK ? 1 : 0))
  const ink = sum(isInk)
  if (ink === 0 || ink > isInk.length * limits.inkShare) return false
  const shaded = sum(strength.map((value) => (value > MIN_INK && value < FULL_INK ? 1 : 0)))
  if (shaded > ink * MAX_SHADED_SHARE) return false
  const radius = Math.max(1, Math.round((Math.max(width, height) * limits.strokeWidth) / 2))
  return sum(erode(isInk, width, height, radius)) <= ink * limits.solidShare
}

/** 1 where the whole square of the given radius is 1. */
function erode(mask: Float32Array, width: number, height: number, radius: number): Float32Array {
  const rows = erodeLines(mask, height, width, width, 1, radius)
  return erodeLines(rows, width, height, 1, width, radius)
}

function erodeLines(
  mask: Float32Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  radius: number,
): Float32Array {
  const out = new Float32Array(mask.length)
  for (let line = 0; line < lines; line++) {
    let run = 0
    for (let i = 0; i < length; i++) {
      run = mask[line * lineStride + i * stride] === 1 ? run + 1 : 0
      if (run > 2 * radius) out[line * lineStride + (i - radius) * stride] = 1
    }
  }
  return out
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0)
}

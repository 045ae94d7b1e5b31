import type { ImageKind } from '../../embedding/embedder.ts'
import { type RgbImage, resample } from '../../gallery/resample.ts'
import { inkMap } from './ink.ts'

const LONGER_SIDE = 192
const MIN_INK = 0.1
/** A stroke is thinner than this share of the sheet. */
const STROKE_WIDTH = 0.045
const MAX_INK_SHARE = 0.3
/** The share of the ink that may be part of something wider than a stroke. */
const MAX_SOLID_SHARE = 0.1
/** Shading: ink that is neither faint nor full. Strokes have it only at their edges. */
const FULL_INK = 0.75
const MAX_SHADED_SHARE = 0.75

/**
 * Distinguishes a drawing of strokes from a picture: a drawing is mostly even paper, and its ink is thin everywhere and mostly of
 * one strength. The thresholds were chosen on sketches and photos of the Sketchy database and pictures of Caltech 101.
 */
export function detectKind(image: RgbImage): ImageKind {
  const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height))
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const { strength } = inkMap(resample(image, width, height))
  const isInk = strength.map((value) => (value >= MIN_INK ? 1 : 0))
  const ink = sum(isInk)
  if (ink / isInk.length > MAX_INK_SHARE) return 'photo'
  const shaded = sum(strength.map((value) => (value > MIN_INK && value < FULL_INK ? 1 : 0)))
  if (shaded > ink * MAX_SHADED_SHARE) return 'photo'
  const radius = Math.max(1, Math.round((Math.max(width, height) * STROKE_WIDTH) / 2))
  const solid = sum(erode(isInk, width, height, radius))
  return solid <= ink * MAX_SOLID_SHARE ? 'sketch' : 'photo'
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

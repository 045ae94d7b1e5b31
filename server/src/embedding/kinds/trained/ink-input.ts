import { type RgbImage, resample } from '../../../gallery/resample.ts'
import type { ImageBatch } from '../../embedder.ts'

/** Fainter ink than this is paper. */
const PAPER = 0.08
/** Ink of this rank among the drawn pixels becomes black. */
const STRONG_SHARE = 0.75

/**
 * Converts prepared sketches, black on white, to what the sketch tower was trained on: ink 0…1 on paper 0, where lines that are
 * faint or thinner than a pixel are as strong as others.
 * @param side width and height of the result
 */
export function inkInput({ data, count, width, height }: ImageBatch, side: number): ImageBatch {
  const pixels = width * height * 3
  const result = new Float32Array(count * side * side * 3)
  for (let n = 0; n < count; n++) {
    const bytes = Uint8Array.from(data.subarray(n * pixels, (n + 1) * pixels), (value) =>
      Math.round(value * 255),
    )
    const ink = levelled(greyInk(resample({ data: bytes, width, height }, side, side)))
    const start = n * side * side * 3
    for (const [i, value] of ink.entries()) result.fill(value, start + i * 3, start + i * 3 + 3)
  }
  return { data: result, count, width: side, height: side }
}

function greyInk({ data, width, height }: RgbImage): Float32Array {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const at = i * 3
    return 1 - (data[at]! + data[at + 1]! + data[at + 2]!) / (3 * 255)
  })
}

/** Scales ink so that its strong part is black. */
function levelled(ink: Float32Array): Float32Array {
  const drawn = ink.filter((value) => value > PAPER).sort()
  const strong = Math.max(percentile(drawn, STRONG_SHARE), PAPER)
  return ink.map((value) => Math.min(1, value / strong))
}

/** The value at a share of the way through sorted values, linearly interpolated; 1 if there are none. */
function percentile(sorted: Float32Array, share: number): number {
  if (sorted.length === 0) return 1
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]!
  const above = sorted[Math.ceil(place)]!
  return below + (above - below) * (place - Math.floor(place))
}

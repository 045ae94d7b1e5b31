/** An 8-bit RGB picture, row-major `[height, width, 3]`. */
export interface RgbImage {
  data: Uint8Array
  width: number
  height: number
}

/** The source pixels that one target pixel is made of, and their weights (which sum to 1). */
interface Taps {
  /** First source index of each target pixel. */
  first: Int32Array
  /** `perPixel` weights for each target pixel, zero where the filter leaves the picture. */
  weights: Float32Array
  perPixel: number
}

/**
 * Resizes to exactly `width` × `height` with the antialiased triangle filter that `PIL.Image.resize(BILINEAR)`
 * and torchvision use: the filter's support grows with the reduction, so nothing is skipped when shrinking.
 * Written by hand because sharp enlarges small pictures eight times slower than it decodes them.
 */
export function resample(image: RgbImage, width: number, height: number): RgbImage {
  if (image.width === width && image.height === height) return image
  const horizontal = resampleRows(image, width)
  return resampleColumns(horizontal, image.height, width, height)
}

function resampleRows({ data, width: sourceWidth, height }: RgbImage, width: number): Float32Array {
  const { first, weights, perPixel } = tapsFor(sourceWidth, width)
  const out = new Float32Array(width * height * 3)
  for (let y = 0, o = 0; y < height; y++) {
    const row = y * sourceWidth
    for (let x = 0; x < width; x++, o += 3) {
      let red = 0
      let green = 0
      let blue = 0
      for (let tap = 0; tap < perPixel; tap++) {
        const weight = weights[x * perPixel + tap]!
        if (weight === 0) continue
        const at = (row + first[x]! + tap) * 3
        red += weight * data[at]!
        green += weight * data[at + 1]!
        blue += weight * data[at + 2]!
      }
      out[o] = red
      out[o + 1] = green
      out[o + 2] = blue
    }
  }
  return out
}

function resampleColumns(rows: Float32Array, sourceHeight: number, width: number, height: number): RgbImage {
  const { first, weights, perPixel } = tapsFor(sourceHeight, height)
  const stride = width * 3
  const data = new Uint8Array(stride * height)
  const sum = new Float32Array(stride)
  for (let y = 0; y < height; y++) {
    sum.fill(0.5) // rounds to nearest when truncated below
    for (let tap = 0; tap < perPixel; tap++) {
      const weight = weights[y * perPixel + tap]!
      if (weight === 0) continue
      const from = (first[y]! + tap) * stride
      for (let i = 0; i < stride; i++) sum[i]! += weight * rows[from + i]!
    }
    data.set(sum, y * stride)
  }
  return { data, width, height }
}

function tapsFor(source: number, target: number): Taps {
  const scale = source / target
  const support = Math.max(1, scale)
  const perPixel = Math.ceil(support) * 2 + 1
  const first = new Int32Array(target)
  const weights = new Float32Array(target * perPixel)
  for (let i = 0; i < target; i++) {
    const center = (i + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - support + 0.5))
    const end = Math.min(source, Math.trunc(center + support + 0.5))
    first[i] = start
    let total = 0
    for (let j = start; j < end; j++) {
      const weight = Math.max(0, 1 - Math.abs(j + 0.5 - center) / support)
      weights[i * perPixel + j - start] = weight
      total += weight
    }
    for (let tap = 0; tap < perPixel; tap++) weights[i * perPixel + tap]! /= total
  }
  return { first, weights, perPixel }
}

/** One channel of a picture, row-major `[height, width]`. */
export interface Plane {
  data: Float32Array
  width: number
  height: number
}

/** Luma of an RGB picture `[height, width, 3]` (ITU-R BT.601 weights). */
export function toGrey(rgb: Float32Array, width: number, height: number): Plane {
  const data = new Float32Array(width * height)
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    data[i] = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!
  }
  return { data, width, height }
}

/** Halves both sides by averaging 2 × 2 pixels. */
export function halve({ data, width, height }: Plane): Plane {
  const halfWidth = width >> 1
  const halfHeight = height >> 1
  const out = new Float32Array(halfWidth * halfHeight)
  for (let y = 0; y < halfHeight; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const i = 2 * y * width + 2 * x
      out[y * halfWidth + x] = (data[i]! + data[i + 1]! + data[i + width]! + data[i + width + 1]!) / 4
    }
  }
  return { data: out, width: halfWidth, height: halfHeight }
}

/** Smooths with the 3 × 3 binomial kernel (1 2 1)ᵀ(1 2 1) / 16; the border is repeated. */
export function binomialBlur({ data, width, height }: Plane): Plane {
  const rows = new Float32Array(data.length)
  const out = new Float32Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const left = data[x > 0 ? i - 1 : i]!
      const right = data[x < width - 1 ? i + 1 : i]!
      rows[i] = (left + 2 * data[i]! + right) / 4
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x
      const above = rows[y > 0 ? i - width : i]!
      const below = rows[y < height - 1 ? i + width : i]!
      out[i] = (above + 2 * rows[i]! + below) / 4
    }
  }
  return { data: out, width, height }
}

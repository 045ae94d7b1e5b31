import type { Plane } from './plane.ts'

type Extreme = (a: number, b: number) => number

/**
 * Grey closing with a square: fills dark details that are narrower than `2 × radius + 1` pixels. Beyond the border, the outermost
 * values continue.
 */
export function closing({ values, width, height }: Plane, radius: number): Plane {
  const border = 2 * radius
  const wide = width + 2 * border
  const high = height + 2 * border
  const inside = (place: number, length: number) => Math.min(length - 1, Math.max(0, place - border))
  const padded = Float32Array.from(
    { length: wide * high },
    (_, i) => values[inside(Math.floor(i / wide), height) * width + inside(i % wide, width)]!,
  )
  const closed = filtered(filtered(padded, wide, high, radius, Math.max), wide, high, radius, Math.min)
  const result = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const start = (y + border) * wide + border
    result.set(closed.subarray(start, start + width), y * width)
  }
  return { values: result, width, height }
}

/** Extreme of the square around each pixel, by rows and then by columns. */
function filtered(values: Float32Array, width: number, height: number, radius: number, extreme: Extreme) {
  const rows = values.slice()
  for (let y = 0; y < height; y++) filterLine(values, rows, y * width, 1, width, radius, extreme)
  const result = rows.slice()
  for (let x = 0; x < width; x++) filterLine(rows, result, x, width, height, radius, extreme)
  return result
}

/** Running extreme in constant time for each value (van Herk 1992): blocks as long as the window, from either end. */
function filterLine(
  from: Float32Array,
  to: Float32Array,
  start: number,
  stride: number,
  length: number,
  radius: number,
  extreme: Extreme,
): void {
  const window = 2 * radius + 1
  const forward = new Float32Array(length)
  const backward = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const value = from[start + i * stride]!
    forward[i] = i % window === 0 ? value : extreme(forward[i - 1]!, value)
  }
  for (let i = length - 1; i >= 0; i--) {
    const value = from[start + i * stride]!
    const isEnd = i === length - 1 || i % window === window - 1
    backward[i] = isEnd ? value : extreme(backward[i + 1]!, value)
  }
  for (let i = 0; i < length; i++) {
    const first = Math.max(0, i - radius)
    to[start + i * stride] = extreme(backward[first]!, forward[Math.min(length - 1, i + radius)]!)
  }
}

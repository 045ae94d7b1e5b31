import { type RgbImage, type Taps, tapsFor } from '../../gallery/resample.ts'
import type { InkLevels } from './ink.ts'

/** The target pixels that each source pixel is a part of, and its weights in them: `Taps`, seen from the source. */
interface Shares {
  /** Index of the first target pixel of each source pixel. */
  first: Int32Array
  /** Index of the first weight of each source pixel; its weights end where those of the next one begin. */
  start: Int32Array
  weights: Float32Array
}

/** Sums of the target, and one row of it, in buffers that only grow. */
let sumBuffer = new Float32Array(0)
let rowBuffer = new Float32Array(0)

/**
 * Draws the ink of a box in black on a white square, as `resample` would resize that square. Only pixels with ink take time, and a
 * drawing is mostly paper.
 * @param side of the square
 * @param place of the box in the square
 */
export function resizeInk(
  {
    levels,
    width: stride,
    box,
  }: Pick<InkLevels, 'levels' | 'width'> & { box: NonNullable<InkLevels['box']> },
  side: number,
  place: { x: number; y: number },
  { width, height }: { width: number; height: number },
): RgbImage {
  const columns = sharesFor(side, width)
  const rows = sharesFor(side, height)
  if (sumBuffer.length < width * height) sumBuffer = new Float32Array(width * height)
  if (rowBuffer.length < width) rowBuffer = new Float32Array(width)
  const sums = sumBuffer.fill(0)
  for (let y = 0; y < box.height; y++) {
    const from = (box.y + y) * stride + box.x
    const span = addRow(levels.subarray(from, from + box.width), place.x, columns, rowBuffer.fill(0))
    addToRows(rowBuffer, span, place.y + y, rows, sums, width)
  }
  const data = new Uint8Array(width * height * 3)
  for (let i = 0, at = 0; at < data.length; i++, at += 3) {
    // Rounds to nearest when it is truncated.
    const value = 255.5 - sums[i]!
    data[at] = value
    data[at + 1] = value
    data[at + 2] = value
  }
  return { data, width, height }
}

/** Adds the ink of a row to the target pixels that it is a part of. @returns the first of these, and the one after the last */
function addRow(
  levels: Uint8Array,
  x: number,
  { first, start, weights }: Shares,
  row: Float32Array,
): [number, number] {
  let [begin, end] = [row.length, 0]
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!
    if (level === 0) continue
    const source = x + i
    let target = first[source]!
    if (target < begin) begin = target
    const last = start[source + 1]!
    for (let n = start[source]!; n < last; n++, target++) row[target]! += level * weights[n]!
    if (target > end) end = target
  }
  return [begin, end]
}

function addToRows(
  row: Float32Array,
  [begin, end]: [number, number],
  y: number,
  { first, start, weights }: Shares,
  sums: Float32Array,
  width: number,
): void {
  if (begin >= end) return
  const last = start[y + 1]!
  for (let n = start[y]!, at = first[y]! * width; n < last; n++, at += width) {
    const weight = weights[n]!
    for (let x = begin; x < end; x++) sums[at + x]! += weight * row[x]!
  }
}

function sharesFor(source: number, target: number): Shares {
  const taps = tapsFor(source, target)
  const counts = new Int32Array(source + 1)
  const first = new Int32Array(source).fill(target)
  eachTap(taps, (from, to) => {
    counts[from]!++
    if (to < first[from]!) first[from] = to
  })
  const start = new Int32Array(source + 1)
  for (let i = 0; i < source; i++) start[i + 1] = start[i]! + counts[i]!
  const weights = new Float32Array(start[source]!)
  eachTap(taps, (from, to, weight) => {
    weights[start[from]! + to - first[from]!] = weight
  })
  return { first, start, weights }
}

function eachTap({ first, start, weights }: Taps, visit: (from: number, to: number, weight: number) => void) {
  for (let to = 0; to < first.length; to++)
    for (let n = start[to]!; n < start[to + 1]!; n++) visit(first[to]! + n - start[to]!, to, weights[n]!)
}

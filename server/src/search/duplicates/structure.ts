import { type RgbImage, resample } from '../../gallery/resample.ts'
import { isMirroredAcross, isMirroredDown, isTransposed, type Orientation } from './orientation.ts'

/** Sides of the square to which pictures are resized, so that quarter turns keep the size. */
const SIDE = 96
/** Pixels on each side over whose mean a detail stands out. */
const DETAIL_RADIUS = 3
/** Pixels on each side over which contrast is measured. */
const CONTRAST_RADIUS = 6
/** Weaker details, in steps of brightness, are mostly noise. */
const NOISE = 3
/** Pixels by which copies may be moved. */
const MAX_SHIFT = 1
/** Blocks in each direction. */
const BLOCKS = 4
/** Mean square of the details in a block with enough of them to be compared. */
const MIN_DETAILS = 0.15
const MIN_BLOCKS = 4
/** Share of the blocks that may have changed, by a caption for example. */
const CHANGED_BLOCKS = 0.15
/** Least correlations of copies (measured: bench/results/duplicates.md). */
const MIN_CORRELATION = 0.87
const MIN_BLOCK_CORRELATION = 0.7

/** The details of a picture relative to the contrast around them, `[SIDE, SIDE]`. Brightness, contrast and colours change them little. */
export type Structure = Float32Array

export function structureOf(image: RgbImage): Structure {
  const { data } = resample(image, SIDE, SIDE)
  const grey = new Float32Array(SIDE * SIDE)
  // ITU-R BT.601
  for (let i = 0, at = 0; i < grey.length; i++, at += 3)
    grey[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!
  const means = blurred(blurred(grey, DETAIL_RADIUS), DETAIL_RADIUS)
  const details = grey.map((value, i) => value - means[i]!)
  const squares = details.map((value) => value * value)
  const contrasts = blurred(squares, CONTRAST_RADIUS)
  return details.map((value, i) => value / (Math.sqrt(Math.max(0, contrasts[i]!)) + NOISE))
}

/** Whether two structures, the second one turned and mirrored, are those of one picture. Pictures with few details are not. */
export function isSameStructure(a: Structure, b: Structure, orientation: Orientation): boolean {
  const oriented = orientStructure(b, orientation)
  const { correlation, across, down } = bestShift(a, oriented)
  if (correlation < MIN_CORRELATION) return false
  const blocks = blockCorrelations(a, oriented, across, down).sort((x, y) => x - y)
  return (
    blocks.length >= MIN_BLOCKS &&
    blocks[Math.floor(CHANGED_BLOCKS * blocks.length)]! >= MIN_BLOCK_CORRELATION
  )
}

/** Means of the squares around each pixel, within the picture. */
function blurred(values: Float32Array, radius: number): Float32Array {
  const rows = new Float32Array(values.length)
  const result = new Float32Array(values.length)
  for (let line = 0; line < SIDE; line++) blurLine(values, rows, line * SIDE, 1, radius)
  for (let line = 0; line < SIDE; line++) blurLine(rows, result, line, SIDE, radius)
  return result
}

function blurLine(from: Float32Array, to: Float32Array, start: number, step: number, radius: number): void {
  let [sum, count] = [0, 0]
  for (let i = -radius; i < SIDE; i++) {
    if (i + radius < SIDE) {
      sum += from[start + (i + radius) * step]!
      count++
    }
    if (i - radius > 0) {
      sum -= from[start + (i - radius - 1) * step]!
      count--
    }
    if (i >= 0) to[start + i * step] = sum / count
  }
}

function orientStructure(structure: Structure, orientation: Orientation): Structure {
  const result = new Float32Array(structure.length)
  for (let y = 0; y < SIDE; y++) {
    const row = isMirroredDown(orientation) ? SIDE - 1 - y : y
    for (let x = 0; x < SIDE; x++) {
      const column = isMirroredAcross(orientation) ? SIDE - 1 - x : x
      result[y * SIDE + x] = structure[isTransposed(orientation) ? column * SIDE + row : row * SIDE + column]!
    }
  }
  return result
}

interface Shift {
  correlation: number
  across: number
  down: number
}

function bestShift(a: Structure, b: Structure): Shift {
  let best: Shift = { correlation: -1, across: 0, down: 0 }
  const whole = { left: 0, top: 0, right: SIDE, bottom: SIDE }
  for (let down = -MAX_SHIFT; down <= MAX_SHIFT; down++) {
    for (let across = -MAX_SHIFT; across <= MAX_SHIFT; across++) {
      const { correlation } = correlate(a, b, whole, across, down)
      if (correlation > best.correlation) best = { correlation, across, down }
    }
  }
  return best
}

/** Correlations of the blocks in which a picture has details. */
function blockCorrelations(a: Structure, b: Structure, across: number, down: number): number[] {
  const side = SIDE / BLOCKS
  return Array.from({ length: BLOCKS * BLOCKS }, (_, n) => {
    const [left, top] = [(n % BLOCKS) * side, Math.floor(n / BLOCKS) * side]
    return correlate(a, b, { left, top, right: left + side, bottom: top + side }, across, down)
  }).flatMap(({ correlation, details }) => (details >= MIN_DETAILS ? [correlation] : []))
}

/** Normalised correlation in a box of the first structure, of which the second one is moved. */
function correlate(
  a: Structure,
  b: Structure,
  { left, top, right, bottom }: { left: number; top: number; right: number; bottom: number },
  across: number,
  down: number,
): { correlation: number; details: number } {
  let [both, ofA, ofB] = [0, 0, 0]
  for (let y = Math.max(top, down); y < Math.min(bottom, SIDE + down); y++) {
    for (let x = Math.max(left, across); x < Math.min(right, SIDE + across); x++) {
      const [first, second] = [a[y * SIDE + x]!, b[(y - down) * SIDE + x - across]!]
      both += first * second
      ofA += first * first
      ofB += second * second
    }
  }
  const details = Math.max(ofA, ofB) / ((right - left) * (bottom - top))
  return { correlation: ofA * ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB), details }
}

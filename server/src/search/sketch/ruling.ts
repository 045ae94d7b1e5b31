import { type Plane, transposed } from './plane.ts'

/** Printed lines have ink over at least this share of the paper that they cross. */
const MIN_COVERAGE = 0.65
/** Printed lines differ from the horizontal or vertical by at most this slope. */
const MAX_SLOPE = 0.25
const SLOPE_STEP = 0.01
/** Ink is counted in every fourth column. */
const COLUMN_STEP = 4
/** Fewer parallel lines may be drawn. */
const MIN_LINES = 4
/** Pixels between two printed lines. */
const MIN_GAP = 5
/** Ink that is stronger than the usual ink of the line it crosses by this factor is drawn. */
const DRAWN_OVER = 1.3
/** Half of a printed line's width, in pixels. */
const HALF_LINE_PX = 2

interface Line {
  /** y at the left border; may lie outside. */
  start: number
  slope: number
  coverage: number
}

/**
 * Removes the lines of ruled and squared paper, in place: nearly horizontal or vertical straight lines that cross most of the paper, found by
 * counting ink along every slope and offset (Duda and Hart 1972).
 * @param ink 0…1
 * @param isPaper 1 where there is paper
 * @param threshold fainter ink is noise
 */
export function removeRuling(ink: Plane, isPaper: Uint8Array, threshold: number): void {
  const paper = { ...ink, values: Float32Array.from(isPaper) }
  eraseLines(ink, paper, threshold)
  const turned = transposed(ink)
  eraseLines(turned, transposed(paper), threshold)
  ink.values.set(transposed(turned).values)
}

function eraseLines(ink: Plane, paper: Plane, threshold: number): void {
  const lines = separate(linesAcross(ink, paper, threshold), ink.width)
  if (lines.length < MIN_LINES) return
  for (const line of lines) erase(ink, line)
}

function linesAcross({ values, width, height }: Plane, paper: Plane, threshold: number): Line[] {
  const isInk = Uint8Array.from(values, (value, i) =>
    value > threshold || (values[i - width] ?? 0) > threshold || (values[i + width] ?? 0) > threshold ? 1 : 0,
  )
  const rise = Math.ceil(MAX_SLOPE * width)
  const lines: Line[] = []
  for (let slope = -MAX_SLOPE; slope <= MAX_SLOPE; slope += SLOPE_STEP) {
    const inked = new Uint16Array(height + 2 * rise)
    const crossed = new Uint16Array(height + 2 * rise)
    for (let x = 0; x < width; x += COLUMN_STEP) {
      const shift = rise - Math.round(slope * x)
      for (let y = 0, i = x; y < height; y++, i += width) {
        if (paper.values[i] === 0) continue
        crossed[y + shift]!++
        inked[y + shift]! += isInk[i]!
      }
    }
    for (const [offset, count] of inked.entries()) {
      const coverage = count / Math.max(1, crossed[offset]!)
      if (crossed[offset]! * COLUMN_STEP > width / 3 && coverage > MIN_COVERAGE)
        lines.push({ start: offset - rise, slope, coverage })
    }
  }
  return lines
}

/** Keeps the best of lines that meet or nearly meet at one of their ends. */
function separate(lines: Line[], width: number): Line[] {
  const kept: Line[] = []
  for (const line of lines.toSorted((a, b) => b.coverage - a.coverage)) {
    const end = line.start + line.slope * width
    const isNear = kept.some(
      (other) =>
        Math.abs(other.start - line.start) < MIN_GAP ||
        Math.abs(other.start + other.slope * width - end) < MIN_GAP,
    )
    if (!isNear) kept.push(line)
  }
  return kept
}

function erase(ink: Plane, line: Line): void {
  const { values, width, height } = ink
  const before = values.slice()
  const at = (x: number, y: number) => (y >= 0 && y < height ? before[y * width + x]! : 0)
  const rowAt = (x: number) => Math.round(line.start + line.slope * x)
  const along: number[] = []
  for (let x = 0; x < width; x++) {
    const y = rowAt(x)
    if (y >= 0 && y < height) along.push(Math.max(at(x, y - 1), at(x, y), at(x, y + 1)))
  }
  const drawn = DRAWN_OVER * (along.sort((a, b) => a - b)[Math.floor(along.length / 2)] ?? 0)
  for (let x = 0; x < width; x++) {
    const y = rowAt(x)
    const isCrossed =
      isDrawnBeside(at, x, y - HALF_LINE_PX - 1, drawn) && isDrawnBeside(at, x, y + HALF_LINE_PX + 1, drawn)
    if (isCrossed) continue
    for (let row = Math.max(0, y - HALF_LINE_PX); row <= Math.min(height - 1, y + HALF_LINE_PX); row++)
      if (before[row * width + x]! < drawn) values[row * width + x] = 0
  }
}

/** Whether a stroke is drawn at most two pixels beside a place. */
function isDrawnBeside(at: (x: number, y: number) => number, x: number, y: number, drawn: number): boolean {
  for (let dx = -2; dx <= 2; dx++) if (at(x + dx, y) > drawn / DRAWN_OVER) return true
  return false
}

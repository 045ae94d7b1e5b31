import { largestComponent } from './components.ts'
import { type Plane, shrunk } from './plane.ts'

/** Pixels of a cell's side: paper is looked for in cells. */
const CELL = 8
/** Paper is at least this bright, relative to its brightest part: a shadow is lighter, most tables are darker. */
const MIN_BRIGHTNESS = 0.33
/** The ratios of red and blue to green differ by less than this factor over a sheet. */
const MAX_TINT = 1.14
/** Wood and cloth have a grain: more than half of their pixels are darker than their surroundings by this share. */
const GRAIN = 0.05
/** A photo of a drawing shows at least this much paper. */
const MIN_SHARE = 0.25

/**
 * Finds the sheet of paper in a photo: the largest bright area of one colour without a grain.
 * @param paper red, green and blue of the background of the ink
 * @param ink how much darker each pixel is, 0…1
 * @returns 1 for each pixel of the sheet; undefined if there is none
 */
export function paperArea(paper: Plane[], ink: Plane): Uint8Array | undefined {
  const { width, height } = ink
  const [red, green, blue] = paper.map((channel) => shrunk(channel, CELL))
  const columns = green!.width
  const rows = green!.height
  const grain = shrunk({ ...ink, values: ink.values.map((value) => (value > GRAIN ? 1 : 0)) }, CELL).values
  const brightest = percentile(green!.values, 0.95)
  const isBright = [...green!.values.keys()].filter((i) => green!.values[i]! > 0.6 * brightest)
  const ratio = (channel: Plane, i: number) => channel.values[i]! / Math.max(1, green!.values[i]!)
  const usualRed = percentile(
    isBright.map((i) => ratio(red!, i)),
    0.5,
  )
  const usualBlue = percentile(
    isBright.map((i) => ratio(blue!, i)),
    0.5,
  )
  const isLike = (a: number, b: number) => a < b * MAX_TINT && b < a * MAX_TINT
  const candidates = Uint8Array.from(green!.values, (value, i) =>
    value > MIN_BRIGHTNESS * brightest &&
    isLike(ratio(red!, i), usualRed) &&
    isLike(ratio(blue!, i), usualBlue) &&
    grain[i]! <= 0.5
      ? 1
      : 0,
  )
  const filled = rowsFilled(largestComponent(candidates, columns, rows), columns)
  const sheet = withoutBorder(withoutBorder(filled, columns, rows), columns, rows)
  if (sheet.filter((value) => value === 1).length < MIN_SHARE * sheet.length) return undefined
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width
    return sheet[Math.floor((i - x) / width / CELL) * columns + Math.floor(x / CELL)]!
  })
}

/** Fills each row between its first and its last cell, because ink leaves holes. */
function rowsFilled(mask: Uint8Array, columns: number): Uint8Array {
  const filled = mask.slice()
  for (let start = 0; start < mask.length; start += columns) {
    const row = mask.subarray(start, start + columns)
    const first = row.indexOf(1)
    if (first >= 0) filled.fill(1, start + first, start + row.lastIndexOf(1) + 1)
  }
  return filled
}

/** Removes cells beside the edge of the sheet; the frame of the photo is no edge. */
function withoutBorder(mask: Uint8Array, columns: number, rows: number): Uint8Array {
  return mask.map((value, i) => {
    const x = i % columns
    const y = (i - x) / columns
    for (let ny = Math.max(0, y - 1); ny <= Math.min(rows - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(columns - 1, x + 1); nx++)
        if (mask[ny * columns + nx] === 0) return 0
    }
    return value
  })
}

function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float32Array.from(values).sort()
  return sorted[Math.floor((sorted.length - 1) * share)] ?? 0
}

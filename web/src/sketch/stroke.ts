import {
  applied,
  type Box,
  boxAround,
  distance,
  distanceToSegment,
  type Matrix,
  type Vector,
} from './geometry.ts'

/** In units of the sheet; pressure 0…1, time in milliseconds since the stroke began. */
export type StrokePoint = [x: number, y: number, pressure: number, time: number]

export interface Stroke {
  tool: 'pen' | 'brush'
  /** Width in units of the sheet, at a pressure of one half. */
  size: number
  /** Colour of the ink; black without it. */
  colour?: string | undefined
  points: readonly StrokePoint[]
}

/** Side in units of the square of the sheet that every window shows. */
export const SHEET_UNITS = 1000
/** On a sheet of usual size, whose square is 640 pixels wide. Widths and lengths that people choose are in such pixels. */
export const UNITS_PER_PIXEL = SHEET_UNITS / 640
export const INK = '#1a1a18'
export const BRUSH_OPACITY = 0.55

const HUNDREDTHS = 100

/** A stroke with the precision with which it is kept, so that a restored sketch equals the one that was drawn. */
export function roundedStroke(stroke: Stroke): Stroke {
  const points = stroke.points.map(
    ([x, y, pressure, time]): StrokePoint => [
      round(x, HUNDREDTHS),
      round(y, HUNDREDTHS),
      round(pressure, HUNDREDTHS),
      Math.round(time),
    ],
  )
  return { ...stroke, size: round(stroke.size, HUNDREDTHS), points }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

const boxes = new WeakMap<Stroke, Box>()

/** The ink of a stroke lies within it. */
export function inkBox(stroke: Stroke): Box {
  const known = boxes.get(stroke)
  if (known !== undefined) return known
  const box = boxAround(stroke.points, stroke.size)!
  boxes.set(stroke, box)
  return box
}

export function inkLength({ points }: Stroke): number {
  let length = 0
  for (let n = 1; n < points.length; n++) length += distance(points[n - 1]!, points[n]!)
  return length
}

export function transformed(stroke: Stroke, matrix: Matrix): Stroke {
  const [a, b, c, d] = matrix
  const points = stroke.points.map(([x, y, pressure, time]): StrokePoint => {
    const [newX, newY] = applied(matrix, [x, y])
    return [newX, newY, pressure, time]
  })
  return roundedStroke({ ...stroke, size: stroke.size * Math.sqrt(Math.abs(a * d - b * c)), points })
}

/** Whether the ink of a stroke comes within `reach` of a point. */
export function passes({ points, size }: Stroke, [x, y]: Vector, reach: number): boolean {
  const most = reach + size / 2
  return points.some(
    ([ax, ay], n) => distanceToSegment([x, y], [ax, ay], toVector(points[n + 1] ?? points[n]!)) <= most,
  )
}

const toVector = ([x, y]: StrokePoint): Vector => [x, y]

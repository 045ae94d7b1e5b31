import { boxAround, distance, distanceToSegment, type Vector } from './geometry.ts'
import type { Stroke, StrokePoint } from './stroke.ts'

export type Shape = 'line' | 'circle' | 'ellipse' | 'rectangle'

/** Maximum deviation of a stroke, as a share of the size of the shape. */
const MAX_DEVIATION = { line: 0.07, ellipse: 0.075, rectangle: 0.075 } as const
/** Maximum gap between the ends of a closed shape, as a share of its outline. */
const MAX_GAP = 0.16
/** An ellipse less slender than this is a circle, a rectangle less turned than this stands upright. */
const [ROUND, UPRIGHT] = [0.86, (9 / 180) * Math.PI]
const SAMPLES = 96

/** The line, circle, ellipse or rectangle that a stroke was meant to be; undefined for any other. */
export function tidied(stroke: Stroke): { shape: Shape; stroke: Stroke } | undefined {
  const { points } = stroke
  const first = points[0]!
  const last = points.at(-1)!
  const evenly = resampled(points)
  if (evenly.length < SAMPLES) return undefined
  const length = pathLength(points)
  const pressure = points.reduce((sum, point) => sum + point[2], 0) / points.length
  const made = (shape: Shape, outline: readonly Vector[]) => ({
    shape,
    stroke: {
      ...stroke,
      points: outline.map(
        ([x, y], n): StrokePoint => [x, y, pressure, Math.round((last[3] * n) / (outline.length - 1))],
      ),
    },
  })
  const [start, end]: Vector[] = [
    [first[0], first[1]],
    [last[0], last[1]],
  ]
  const chord = distance(start!, end!)
  const stray = Math.max(...evenly.map((point) => distanceToSegment(point, start!, end!)))
  // Measured in long steps, so that tremor does not count.
  const course = pathLength(evenly.filter((_, n) => n % 8 === 0))
  if (stray <= MAX_DEVIATION.line * chord && course <= 1.2 * chord) return made('line', [start!, end!])
  if (chord > MAX_GAP * length) return undefined
  const [ellipse, rectangle] = [fittedEllipse(evenly), fittedRectangle(evenly)]
  const best =
    ellipse.error / MAX_DEVIATION.ellipse < rectangle.error / MAX_DEVIATION.rectangle ? ellipse : rectangle
  return best.error <= MAX_DEVIATION[best === ellipse ? 'ellipse' : 'rectangle']
    ? made(best.shape, best.outline)
    : undefined
}

interface Fit {
  shape: Shape
  outline: Vector[]
  /** The greatest distance of the stroke from the shape, as a share of its size. */
  error: number
}

/** With the same second moments as the outline that was drawn. */
function fittedEllipse(points: readonly Vector[]): Fit {
  const { middle, angle, major, minor } = principalAxes(points)
  const ratio = minor / major
  const shape = ratio >= ROUND ? 'circle' : 'ellipse'
  const radius = points.reduce((sum, point) => sum + distance(point, middle), 0) / points.length
  const [a, b] = shape === 'circle' ? [radius, radius] : [major, minor]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const errors = points.map(([x, y]) => {
    const [dx, dy] = [x - middle[0], y - middle[1]]
    const [along, across] = [dx * cos + dy * sin, dy * cos - dx * sin]
    const away = Math.hypot(along / a, across / b)
    // The share by which the point is off, in units of the mean radius.
    return (Math.abs(away - 1) * Math.hypot(along, across)) / (away * Math.sqrt(a * b))
  })
  const outline = Array.from({ length: 49 }, (_, n): Vector => {
    const turn = (n / 48) * 2 * Math.PI
    const [along, across] = [a * Math.cos(turn), b * Math.sin(turn)]
    return [middle[0] + along * cos - across * sin, middle[1] + along * sin + across * cos]
  })
  return { shape, outline, error: percentile(errors, 0.95) * 0.6 }
}

/** Axes of an ellipse, from the moments of points along its outline. */
function principalAxes(points: readonly Vector[]) {
  const weights = points.map((point, n) => distance(point, points[(n + 1) % points.length]!))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (value: (point: Vector) => number) =>
    points.reduce((sum, point, n) => sum + weights[n]! * value(point), 0) / total
  const middle: Vector = [mean(([x]) => x), mean(([, y]) => y)]
  const xx = mean(([x]) => (x - middle[0]) ** 2)
  const yy = mean(([, y]) => (y - middle[1]) ** 2)
  const xy = mean(([x, y]) => (x - middle[0]) * (y - middle[1]))
  const angle = Math.atan2(2 * xy, xx - yy) / 2
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const reach = (ux: number, uy: number) => {
    const along = points.map(([x, y]) => Math.abs((x - middle[0]) * ux + (y - middle[1]) * uy))
    return percentile(along, 0.97)
  }
  return { middle, angle, major: reach(cos, sin), minor: Math.max(1e-6, reach(-sin, cos)) }
}

/** The turned rectangle around the stroke from whose sides it strays least. */
function fittedRectangle(points: readonly Vector[]): Fit {
  let best: Fit | undefined
  for (let step = 0; step < 45; step++) {
    const angle = ((step - 22) / 45) * (Math.PI / 2)
    const fit = rectangleAt(points, angle)
    if (best === undefined || fit.error < best.error) best = fit
  }
  const upright = rectangleAt(points, 0)
  const [a, b] = best!.outline
  const turn = Math.atan2(b![1] - a![1], b![0] - a![0])
  return Math.abs(turn) < UPRIGHT && upright.error < 1.5 * MAX_DEVIATION.rectangle
    ? { ...upright, error: best!.error }
    : best!
}

function rectangleAt(points: readonly Vector[], angle: number): Fit {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const turned = points.map(([x, y]): Vector => [x * cos + y * sin, y * cos - x * sin])
  const sidesOf = (axis: 0 | 1) => {
    const values = turned.map((point) => point[axis])
    return [meanOfExtreme(values, false), meanOfExtreme(values, true)] as const
  }
  const [[left, right], [top, bottom]] = [sidesOf(0), sidesOf(1)]
  const corners: Vector[] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
    [left, top],
  ]
  const size = Math.sqrt(Math.max(1e-6, (right - left) * (bottom - top)))
  const away = turned.map((point) =>
    Math.min(...corners.slice(1).map((corner, n) => distanceToSegment(point, corners[n]!, corner))),
  )
  const outline = corners.map(([x, y]): Vector => [x * cos - y * sin, x * sin + y * cos])
  return { shape: 'rectangle', outline, error: percentile(away, 0.95) / size }
}

/** Mean of the tenth of the values at one end: the position of a side of a rectangle. */
function meanOfExtreme(values: readonly number[], isUpper: boolean): number {
  const sorted = [...values].sort((a, b) => (isUpper ? b - a : a - b))
  const end = sorted.slice(0, Math.ceil(values.length / 10))
  return end.reduce((sum, value) => sum + value, 0) / end.length
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

function pathLength(points: readonly (readonly number[])[]): number {
  return points.reduce((sum, point, n) => (n === 0 ? 0 : sum + distance(points[n - 1]!, point)), 0)
}

/** Points at equal distances along a stroke; fewer than requested if it is hardly longer than a dot. */
function resampled(points: readonly StrokePoint[]): Vector[] {
  const step = pathLength(points) / SAMPLES
  const box = boxAround(points)!
  if (Math.max(box.right - box.left, box.bottom - box.top) < 12) return []
  const result: Vector[] = [[points[0]![0], points[0]![1]]]
  let left = step
  for (let n = 1; n < points.length; n++) {
    const [a, b] = [points[n - 1]!, points[n]!]
    const length = distance(a, b)
    let at = left
    for (; at <= length; at += step) {
      const t = at / length
      result.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])])
    }
    left = at - length
  }
  return result
}

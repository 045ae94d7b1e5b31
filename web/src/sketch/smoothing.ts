import { distance, turnAt, type Vector } from './geometry.ts'
import type { StrokePoint } from './stroke.ts'

/** In pixels: hands tremble and mice report whole pixels within this distance. */
const WINDOW_PX = 5
const SIGMA_PX = 2
/** A turn is measured between arms of this length in pixels, or the next points where those are farther apart. */
const ARM_PX = 6
/** A line that turns by more than this within a few pixels has a corner there. */
const CORNER = (50 / 180) * Math.PI

/**
 * Removes tremor from densely sampled points. Both ends and all corners stay where they are, and so do points that are farther
 * apart than the window: a fast mouse leaves few, and each of them was on the line.
 * @param unitsPerPixel of the screen on which the points were drawn
 */
export function withoutTremor(points: readonly StrokePoint[], unitsPerPixel: number): StrokePoint[] {
  const reach = WINDOW_PX * unitsPerPixel
  const corners = cornersOf(points, ARM_PX * unitsPerPixel)
  const spread = 2 * (SIGMA_PX * unitsPerPixel) ** 2
  return points.map((point, n) => {
    if (n === 0 || n === points.length - 1 || corners.has(n)) return point
    const sums = [0, 0, 0]
    let weights = 0
    const add = ([x, y, pressure]: StrokePoint, away: number) => {
      const weight = Math.exp((-away * away) / spread)
      weights += weight
      sums[0]! += weight * x
      sums[1]! += weight * y
      sums[2]! += weight * pressure
    }
    add(point, 0)
    // Both sides alike, so that a curve is not drawn towards the side with more points.
    const before = neighbours(points, n, -1, reach, corners)
    const after = neighbours(points, n, 1, reach, corners)
    const most = Math.min(before.at(-1)?.away ?? 0, after.at(-1)?.away ?? 0)
    for (const { at, away } of [...before, ...after]) if (away <= most) add(points[at]!, away)
    return [sums[0]! / weights, sums[1]! / weights, sums[2]! / weights, point[3]]
  })
}

/** The points to one side that lie within `reach` along the line, up to the next corner. */
function neighbours(
  points: readonly StrokePoint[],
  from: number,
  step: 1 | -1,
  reach: number,
  corners: ReadonlySet<number>,
): { at: number; away: number }[] {
  const found: { at: number; away: number }[] = []
  let away = 0
  for (let at = from + step; at >= 0 && at < points.length; at += step) {
    away += distance(points[at - step]!, points[at]!)
    if (away > reach) break
    found.push({ at, away })
    if (corners.has(at)) break
  }
  return found
}

/** The numbers of the points at which the line turns most sharply within an arm's length. */
function cornersOf(points: readonly StrokePoint[], arm: number): Set<number> {
  const turns = points.map((point, n) => {
    const [a, c] = [armEnd(points, n, -1, arm), armEnd(points, n, 1, arm)]
    return a === undefined || c === undefined ? 0 : turnAt(a, point, c)
  })
  const corners = new Set<number>()
  for (const [n, turn] of turns.entries()) {
    if (turn < CORNER) continue
    const isSharpest = (step: 1 | -1) => {
      for (let at = n + step; at >= 0 && at < points.length; at += step) {
        if (distance(points[at]!, points[n]!) > arm) return true
        if (turns[at]! > turn || (turns[at] === turn && step < 0)) return false
      }
      return true
    }
    if (isSharpest(-1) && isSharpest(1)) corners.add(n)
  }
  return corners
}

/** The first point that is at least an arm away; at the end of the line the last one. */
function armEnd(points: readonly StrokePoint[], from: number, step: 1 | -1, arm: number) {
  let end: StrokePoint | undefined
  for (let at = from + step; at >= 0 && at < points.length; at += step) {
    end = points[at]!
    if (distance(end, points[from]!) >= arm) break
  }
  return end
}

/** The length of a step of a curve, in units of the sheet. */
const STEP = 2.5

export type CurvePoint = [x: number, y: number, pressure: number]

/**
 * A curve through all points, in short steps. It turns sharply where the points do: four points of a square stay a square.
 */
export function curveThrough(points: readonly StrokePoint[]): CurvePoint[] {
  const tangents = points.map((_, n) => tangentAt(points, n))
  const curve = points.slice(0, 1).map(([x, y, pressure]): CurvePoint => [x, y, pressure])
  for (let n = 1; n < points.length; n++) {
    const [start, end] = [points[n - 1]!, points[n]!]
    const length = distance(start, end)
    if (length === 0) continue
    const direction: Vector = [(end[0] - start[0]) / length, (end[1] - start[1]) / length]
    const [before, after] = [tangents[n - 1], tangents[n]]
    const m0 = before ?? (after === undefined ? direction : bent(direction, after))
    const m1 = after ?? (before === undefined ? direction : bent(direction, before))
    for (const t of stepsOf(length, before === undefined && after === undefined)) {
      curve.push([
        hermite(start[0], end[0], m0[0] * length, m1[0] * length, t),
        hermite(start[1], end[1], m0[1] * length, m1[1] * length, t),
        start[2] + t * (end[2] - start[2]),
      ])
    }
  }
  return curve
}

/** A straight line needs points only beside its ends, where the outline turns. */
function stepsOf(length: number, isStraight: boolean): number[] {
  if (length <= STEP) return [1]
  if (isStraight) return [1 / length, 1 - 1 / length, 1]
  const steps = Math.ceil(length / STEP)
  return Array.from({ length: steps }, (_, n) => (n + 1) / steps)
}

/** The direction of the curve at a point; undefined at ends and corners, where each side has its own. */
function tangentAt(points: readonly StrokePoint[], n: number): Vector | undefined {
  const [before, point, after] = [points[n - 1], points[n]!, points[n + 1]]
  if (before === undefined || after === undefined || turnAt(before, point, after) > CORNER) return undefined
  const [d0, d1] = [distance(before, point), distance(point, after)]
  if (d0 === 0 || d1 === 0) return undefined
  const along = (axis: 0 | 1) =>
    (((point[axis] - before[axis]) / d0) * d1 + ((after[axis] - point[axis]) / d1) * d0) / (d0 + d1)
  return [along(0), along(1)]
}

/** At the end of a segment without a tangent of its own: the one that bends it least. */
const bent = ([dx, dy]: Vector, [mx, my]: Vector): Vector => [1.5 * dx - 0.5 * mx, 1.5 * dy - 0.5 * my]

function hermite(p0: number, p1: number, m0: number, m1: number, t: number): number {
  const [t2, t3] = [t * t, t * t * t]
  return (2 * t3 - 3 * t2 + 1) * p0 + (t3 - 2 * t2 + t) * m0 + (3 * t2 - 2 * t3) * p1 + (t3 - t2) * m1
}

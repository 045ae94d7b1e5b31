import { type Box, boxAround, distanceToSegment, grown, overlaps, union, type Vector } from './geometry.ts'
import { inkBox, roundedStroke, type Stroke, type StrokePoint } from './stroke.ts'

/**
 * Share of a stroke's half width that the eraser has to reach. With all of it, strokes would be erased that the eraser only
 * touches.
 */
const WIDTH_SHARE = 0.6
/** Pieces shorter than this, in units of the sheet, are crumbs. */
const MIN_PIECE_LENGTH = 0.5

type Interval = readonly [from: number, to: number]

/**
 * Returns the rest of a stroke after erasing.
 * @param path of the middle of the eraser
 * @returns the pieces, or undefined if the eraser did not touch the stroke
 */
export function erased(stroke: Stroke, path: readonly Vector[], radius: number): Stroke[] | undefined {
  const swept = boxAround(path, radius)
  if (swept === undefined || !overlaps(swept, inkBox(stroke))) return undefined
  const reach = radius + (stroke.size / 2) * WIDTH_SHARE
  const first = stroke.points[0]!
  if (stroke.points.length === 1) {
    const isHit = path.some(
      (point, n) => distanceToSegment(pointOf(first), point, path[n + 1] ?? point) < reach,
    )
    return isHit ? [] : undefined
  }
  let pieces: StrokePoint[][] = [[...stroke.points]]
  let isTouched = false
  for (const [n, from] of path.entries()) {
    if (n > 0 && n === path.length - 1) break
    const cut = pieces.map((points) => cutOut(points, from, path[n + 1] ?? from, reach))
    if (cut.every((part) => part === undefined)) continue
    isTouched = true
    pieces = cut.flatMap((part, piece) => part ?? [pieces[piece]!])
  }
  return isTouched ? pieces.map((points) => roundedStroke({ ...stroke, points })) : undefined
}

/** Where a stroke looks different once a part of it is cut out: its curve bends by the next points on either side. */
export function boxBesideCut({ points, size }: Stroke, swept: Box): Box | undefined {
  const near = grown(swept, size)
  const beside = points.filter((_, n) => {
    const around = boxAround(points.slice(Math.max(0, n - 2), n + 3))
    return around !== undefined && overlaps(around, near)
  })
  return union(swept, boxAround(beside, size))
}

/** @returns undefined if no point of the line comes within `reach` of the segment */
function cutOut(points: StrokePoint[], from: Vector, to: Vector, reach: number): StrokePoint[][] | undefined {
  const pieces: StrokePoint[][] = []
  let piece: StrokePoint[] = [points[0]!]
  let isCut = false
  const finish = () => {
    if (lengthOf(piece) > MIN_PIECE_LENGTH) pieces.push(piece)
    piece = []
  }
  for (let n = 1; n < points.length; n++) {
    const [a, b] = [points[n - 1]!, points[n]!]
    const inside = insideCapsule(a, b, from, to, reach)
    if (inside !== undefined) {
      isCut = true
      if (inside[0] > 0) piece.push(between(a, b, inside[0]))
      finish()
      if (inside[1] >= 1) continue
      piece.push(between(a, b, inside[1]))
    }
    piece.push(b)
  }
  finish()
  return isCut ? pieces : undefined
}

/** The part of the segment a…b, as shares of it, that lies within `reach` of the segment from…to. A capsule is convex, so it is one. */
function insideCapsule(
  a: StrokePoint,
  b: StrokePoint,
  from: Vector,
  to: Vector,
  reach: number,
): Interval | undefined {
  const parts = [
    insideCircle(a, b, from, reach),
    insideCircle(a, b, to, reach),
    insideBand(a, b, from, to, reach),
  ]
  return parts.reduce((all, part) => {
    if (all === undefined || part === undefined) return all ?? part
    return [Math.min(all[0], part[0]), Math.max(all[1], part[1])]
  }, undefined)
}

function insideCircle(a: StrokePoint, b: StrokePoint, [x, y]: Vector, radius: number): Interval | undefined {
  const [dx, dy, fx, fy] = [b[0] - a[0], b[1] - a[1], a[0] - x, a[1] - y]
  const squared = dx * dx + dy * dy
  if (squared === 0) return fx * fx + fy * fy < radius * radius ? [0, 1] : undefined
  const half = (fx * dx + fy * dy) / squared
  const discriminant = half * half - (fx * fx + fy * fy - radius * radius) / squared
  if (discriminant <= 0) return undefined
  const root = Math.sqrt(discriminant)
  return within01(-half - root, -half + root)
}

/** The rectangle between the two half circles of the capsule. */
function insideBand(
  a: StrokePoint,
  b: StrokePoint,
  from: Vector,
  to: Vector,
  reach: number,
): Interval | undefined {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1])
  if (length === 0) return undefined
  const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length]
  const along = (point: StrokePoint) => (point[0] - from[0]) * ux + (point[1] - from[1]) * uy
  const across = (point: StrokePoint) => (point[1] - from[1]) * ux - (point[0] - from[0]) * uy
  const lengthwise = shareBetween(along(a), along(b), 0, length)
  const crosswise = shareBetween(across(a), across(b), -reach, reach)
  if (lengthwise === undefined || crosswise === undefined) return undefined
  return within01(Math.max(lengthwise[0], crosswise[0]), Math.min(lengthwise[1], crosswise[1]))
}

/** For which shares a value that runs from `start` to `end` is between two bounds. */
function shareBetween(start: number, end: number, least: number, most: number): Interval | undefined {
  if (start === end) return start >= least && start <= most ? [0, 1] : undefined
  const [first, second] = [(least - start) / (end - start), (most - start) / (end - start)]
  return within01(Math.min(first, second), Math.max(first, second))
}

function within01(from: number, to: number): Interval | undefined {
  const [start, end] = [Math.max(0, from), Math.min(1, to)]
  return start < end ? [start, end] : undefined
}

function between(a: StrokePoint, b: StrokePoint, share: number): StrokePoint {
  const at = (n: 0 | 1 | 2 | 3) => a[n] + share * (b[n] - a[n])
  return [at(0), at(1), at(2), at(3)]
}

function lengthOf(points: readonly StrokePoint[]): number {
  return points.reduce((sum, point, n) => {
    const before = points[n - 1]
    return before === undefined ? 0 : sum + Math.hypot(point[0] - before[0], point[1] - before[1])
  }, 0)
}

const pointOf = ([x, y]: StrokePoint): Vector => [x, y]

/** A place on the sheet, in its units, or on the screen, in CSS pixels. */
export type Vector = readonly [x: number, y: number]

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** x' = a·x + c·y + e, y' = b·x + d·y + f: the order of `DOMMatrix` and of a canvas. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

export function distance([ax, ay]: readonly number[], [bx, by]: readonly number[]): number {
  return Math.hypot(bx! - ax!, by! - ay!)
}

/** From a point to the segment between `a` and `b`. */
export function distanceToSegment([x, y]: Vector, [ax, ay]: Vector, [bx, by]: Vector): number {
  const [dx, dy] = [bx - ax, by - ay]
  const squared = dx * dx + dy * dy
  const t = squared === 0 ? 0 : clamp(((x - ax) * dx + (y - ay) * dy) / squared, 0, 1)
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}

export function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value))
}

export function boxAround(points: Iterable<readonly number[]>, margin = 0): Box | undefined {
  let box: Box | undefined
  for (const [x, y] of points as Iterable<[number, number]>) {
    box ??= { left: x, top: y, right: x, bottom: y }
    if (x < box.left) box.left = x
    if (x > box.right) box.right = x
    if (y < box.top) box.top = y
    if (y > box.bottom) box.bottom = y
  }
  return box && grown(box, margin)
}

export function grown({ left, top, right, bottom }: Box, margin: number): Box {
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin }
}

export function union(a: Box | undefined, b: Box | undefined): Box | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  }
}

export function overlaps(a: Box, b: Box): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom
}

export const widthOf = ({ left, right }: Box) => right - left
export const heightOf = ({ top, bottom }: Box) => bottom - top
export const middleOf = ({ left, right, top, bottom }: Box): Vector => [
  (left + right) / 2,
  (top + bottom) / 2,
]

/** Even-odd rule; the polygon closes by itself. */
export function isInside([x, y]: readonly number[], polygon: readonly Vector[]): boolean {
  let inside = false
  for (let n = 0, before = polygon.length - 1; n < polygon.length; before = n++) {
    const [ax, ay] = polygon[n]!
    const [bx, by] = polygon[before]!
    if (ay > y! !== by > y! && x! < ((bx - ax) * (y! - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}

/** The angle by which the path turns at `b`, 0 (straight on) to π (back). */
export function turnAt(a: readonly number[], b: readonly number[], c: readonly number[]): number {
  const before = Math.atan2(b[1]! - a[1]!, b[0]! - a[0]!)
  const after = Math.atan2(c[1]! - b[1]!, c[0]! - b[0]!)
  const turn = Math.abs(after - before)
  return turn > Math.PI ? 2 * Math.PI - turn : turn
}

export function applied([a, b, c, d, e, f]: Matrix, [x, y]: readonly number[]): Vector {
  return [a * x! + c * y! + e, b * x! + d * y! + f]
}

/** First `inner`, then `outer`. */
export function composed(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d] = outer
  const [ia, ib, ic, id, ie, iF] = inner
  const [e, f] = applied(outer, [ie, iF])
  return [a * ia + c * ib, b * ia + d * ib, a * ic + c * id, b * ic + d * id, e, f]
}

export const moved = ([dx, dy]: Vector): Matrix => [1, 0, 0, 1, dx, dy]

/** Scales about a point; a negative factor mirrors. */
export const scaledAbout = ([x, y]: Vector, sx: number, sy: number): Matrix => [
  sx,
  0,
  0,
  sy,
  x - sx * x,
  y - sy * y,
]

export function turnedAbout([x, y]: Vector, angle: number): Matrix {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]
}

/** The end of a line from `start`, turned to the nearest multiple of 15° and as long as it reaches in that direction. */
export function snappedEnd(start: Vector, end: Vector): Vector {
  const step = Math.PI / 12
  const [dx, dy] = [end[0] - start[0], end[1] - start[1]]
  const angle = Math.round(Math.atan2(dy, dx) / step) * step
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const length = dx * cos + dy * sin
  return [start[0] + length * cos, start[1] + length * sin]
}

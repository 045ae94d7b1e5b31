import { type Box, boxAround, union } from './geometry.ts'
import { outlineToFill } from './outline.ts'
import type { Stroke, StrokePoint } from './stroke.ts'

/** Number of points at the end of a growing stroke that may still change. */
const UNSETTLED_POINTS = 48
/** The tail becomes part of the head when it is longer than both. */
const HEAD_STEP = 96
/** Number of points that adjacent parts share, so that no gap is between them. */
const SHARED_POINTS = 4

/** The outline of a growing stroke. Only its end is computed again for each frame, however long it has become. */
export class LivePath {
  #first: StrokePoint | undefined
  /** The number of points in the head. */
  #settled = 0
  #head = new Path2D()
  /** Areas that the last tail and the whole stroke have covered. */
  #tailBox: Box | undefined
  #allBox: Box | undefined

  /** Everything that was covered. */
  get box(): Box | undefined {
    return this.#allBox
  }

  /** @returns one path, so that a translucent brush is painted once, and the part of the sheet that has to be repainted */
  update(stroke: Stroke): { path: Path2D; changed: Box } {
    const { points, size } = stroke
    const isContinued = this.#first === points[0] && points.length > this.#settled
    const before = isContinued ? this.#tailBox : this.#allBox
    if (!isContinued) {
      this.#first = points[0]
      this.#settled = 0
      this.#head = new Path2D()
      this.#allBox = undefined
    }
    const from = Math.max(0, this.#settled - SHARED_POINTS)
    const tailBox = boxAround(points.slice(from), size)!
    this.#tailBox = tailBox
    this.#allBox = union(this.#allBox, tailBox)
    if (points.length - this.#settled > HEAD_STEP + UNSETTLED_POINTS) {
      const to = points.length - UNSETTLED_POINTS
      this.#head.addPath(pathOf(stroke, from, to))
      this.#settled = to
    }
    const path = new Path2D(this.#head)
    path.addPath(pathOf(stroke, Math.max(0, this.#settled - SHARED_POINTS), points.length))
    return { path, changed: union(before, tailBox)! }
  }
}

function pathOf(stroke: Stroke, from: number, to: number): Path2D {
  return outlineToFill({ ...stroke, points: stroke.points.slice(from, to) })
}

import {
  type Box,
  isInside,
  type Matrix,
  middleOf,
  moved,
  scaledAbout,
  turnedAbout,
  type Vector,
} from './geometry.ts'
import { appendStrokes, replaceStrokes, type Sketch } from './sketch.ts'
import { passes, type Stroke, transformed } from './stroke.ts'

export type Selection = ReadonlySet<Stroke>

export const NOTHING: Selection = new Set()
/** Share of the points of a stroke that have to lie within a lasso. */
const MAJORITY = 0.5

/** The strokes that lie mostly within a lasso. */
export function strokesWithin(strokes: readonly Stroke[], lasso: readonly Vector[]): Selection {
  return new Set(
    strokes.filter(({ points }) => {
      const inside = points.filter((point) => isInside(point, lasso)).length
      return inside > 0 && inside >= MAJORITY * points.length
    }),
  )
}

/** The topmost stroke that passes a point. */
export function strokeAt(strokes: readonly Stroke[], point: Vector, reach: number): Stroke | undefined {
  return strokes.findLast((stroke) => passes(stroke, point, reach))
}

/** Adds the stroke to the selection, or takes it out. */
export function toggled(selection: Selection, stroke: Stroke): Selection {
  const next = new Set(selection)
  if (!next.delete(stroke)) next.add(stroke)
  return next
}

/** Returns the strokes that are still on the sheet: Undo may have removed some. */
export function stillThere(selection: Selection, { strokes }: Sketch): Selection {
  if (selection.size === 0) return selection
  const there = strokes.filter((stroke) => selection.has(stroke))
  return there.length === selection.size ? selection : new Set(there)
}

export interface Change {
  sketch: Sketch
  selection: Selection
}

/** Moves, scales, turns or mirrors the selection. */
export function transformSelected(sketch: Sketch, selection: Selection, matrix: Matrix): Change {
  const replacements = new Map([...selection].map((stroke) => [stroke, [transformed(stroke, matrix)]]))
  return {
    sketch: replaceStrokes(sketch, replacements),
    selection: new Set([...replacements.values()].flat()),
  }
}

/** In units of the sheet, to the right and down. */
const COPY_OFFSET = 30

/** The copies lie on top, a little beside, and are selected. */
export function duplicateSelected(sketch: Sketch, selection: Selection): Change {
  const copies = sketch.strokes
    .filter((stroke) => selection.has(stroke))
    .map((stroke) => transformed(stroke, moved([COPY_OFFSET, COPY_OFFSET])))
  return { sketch: appendStrokes(sketch, copies), selection: new Set(copies) }
}

/** A handle of the box around the selection: its corners scale, `turn` turns, `inside` moves. */
export type Handle = 'inside' | 'turn' | 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right'

/** A corner is never dragged beyond this share of the size, which could not be undone by hand. */
const MIN_SCALE = 0.05

/** @param isStepped whether turning goes in steps of 15° */
export function handleMatrix(handle: Handle, box: Box, from: Vector, to: Vector, isStepped = false): Matrix {
  const middle = middleOf(box)
  if (handle === 'inside') return moved([to[0] - from[0], to[1] - from[1]])
  if (handle === 'turn') {
    const angleOf = ([x, y]: Vector) => Math.atan2(y - middle[1], x - middle[0])
    const turn = angleOf(to) - angleOf(from)
    const step = Math.PI / 12
    return turnedAbout(middle, isStepped ? Math.round(turn / step) * step : turn)
  }
  const anchor: Vector = [
    handle.endsWith('left') ? box.right : box.left,
    handle.startsWith('top') ? box.bottom : box.top,
  ]
  // Along the diagonal, so that the shape stays what it is.
  const [dx, dy] = [from[0] - anchor[0], from[1] - anchor[1]]
  const share = ((to[0] - anchor[0]) * dx + (to[1] - anchor[1]) * dy) / Math.max(1e-6, dx * dx + dy * dy)
  const factor = Math.max(MIN_SCALE, share)
  return scaledAbout(anchor, factor, factor)
}

export function mirrorMatrix(box: Box): Matrix {
  return scaledAbout(middleOf(box), -1, 1)
}

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/** The selection by keyboard: arrows move, with Shift they scale, with Alt they turn. */
export function arrowMatrix(
  key: ArrowKey,
  box: Box,
  { isScaling, isTurning, step }: { isScaling: boolean; isTurning: boolean; step: number },
): Matrix {
  const forward = key === 'ArrowRight' || key === 'ArrowUp' ? 1 : -1
  if (isTurning) return turnedAbout(middleOf(box), (forward * Math.PI) / 36)
  if (isScaling) {
    const factor = forward > 0 ? 1.05 : 1 / 1.05
    return scaledAbout(middleOf(box), factor, factor)
  }
  return key === 'ArrowLeft' || key === 'ArrowRight'
    ? moved([forward * step, 0])
    : moved([0, -forward * step])
}

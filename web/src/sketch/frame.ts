import { type Box, heightOf, middleOf, union, widthOf } from './geometry.ts'
import { inkBox, SHEET_UNITS, type Stroke } from './stroke.ts'

/** A square part of the sheet. */
export interface Frame {
  left: number
  top: number
  side: number
}

export const BLANK_FRAME: Frame = { left: 0, top: 0, side: SHEET_UNITS }
/** The free border around the ink, as a share of the side: a search recognises the paper by it. */
const MARGIN = 0.08
/** A dot is not enlarged to fill the picture. */
const MIN_SIDE = 125

export function boundsOf(strokes: Iterable<Stroke>): Box | undefined {
  let box: Box | undefined
  for (const stroke of strokes) box = union(box, inkBox(stroke))
  return box
}

/** The square that holds all ink, wherever on the sheet it is; undefined on a blank sheet. */
export function frameOf(strokes: readonly Stroke[]): Frame | undefined {
  const box = boundsOf(strokes)
  if (box === undefined) return undefined
  const side = Math.max(MIN_SIDE, Math.max(widthOf(box), heightOf(box)) / (1 - 2 * MARGIN))
  const [x, y] = middleOf(box)
  return { left: round(x - side / 2), top: round(y - side / 2), side: round(side) }
}

/** Whether a picture of some strokes becomes one of more strokes by drawing those that were added. */
export function canContinue(
  drawn: { strokes: readonly Stroke[]; frame: Frame },
  strokes: readonly Stroke[],
  { left, top, side }: Frame,
): boolean {
  const { frame } = drawn
  const isSameFrame = frame.left === left && frame.top === top && frame.side === side
  return isSameFrame && isPrefix(drawn.strokes, strokes)
}

export function isPrefix(before: readonly Stroke[], after: readonly Stroke[]): boolean {
  return before.length <= after.length && before.every((stroke, n) => stroke === after[n])
}

const round = (value: number) => Math.round(value * 100) / 100

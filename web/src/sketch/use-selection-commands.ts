import { boundsOf } from './frame.ts'
import {
  type ArrowKey,
  arrowMatrix,
  type Change,
  duplicateSelected,
  mirrorMatrix,
  NOTHING,
  transformSelected,
} from './select.ts'
import { removeStrokes, type Sketch } from './sketch.ts'
import { UNITS_PER_PIXEL } from './stroke.ts'
import type { Sheet } from './use-sheet.ts'

const [STEP, LARGE_STEP] = [2 * UNITS_PER_PIXEL, 20 * UNITS_PER_PIXEL]

/** Commands of buttons and keys on the selection. */
export function useSelectionCommands({ controller, selection }: Sheet) {
  const box = boundsOf(selection)
  const apply = (change: (sketch: Sketch) => Change) =>
    controller?.edit((sketch) => {
      const { sketch: next, selection: nextSelection } = change(sketch)
      controller.select(nextSelection)
      return next
    })
  const remove = () =>
    apply((sketch) => ({ sketch: removeStrokes(sketch, 'delete', selection), selection: NOTHING }))
  return {
    mirror: () => box && apply((sketch) => transformSelected(sketch, selection, mirrorMatrix(box))),
    duplicate: () => apply((sketch) => duplicateSelected(sketch, selection)),
    remove,
    /** Arrows move, with Shift scale, with Alt turn. @returns whether the key did something */
    onKey: (event: KeyboardEvent): boolean => {
      if (box === undefined) return false
      if (event.key === 'Escape') controller?.select(NOTHING)
      else if (event.key === 'Delete' || event.key === 'Backspace') remove()
      else if (event.key.startsWith('Arrow')) {
        const options = {
          isScaling: event.shiftKey,
          isTurning: event.altKey,
          step: event.repeat ? LARGE_STEP : STEP,
        }
        const matrix = arrowMatrix(event.key as ArrowKey, box, options)
        apply((sketch) => transformSelected(sketch, selection, matrix))
      } else return false
      return true
    },
  }
}

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
import { joined, removeStrokes, type Sketch } from './sketch.ts'
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
  const remove = () => apply((sketch) => ({ sketch: removeStrokes(sketch, selection), selection: NOTHING }))
  return {
    mirror: () => box && apply((sketch) => transformSelected(sketch, selection, mirrorMatrix(box))),
    duplicate: () => apply((sketch) => duplicateSelected(sketch, selection)),
    remove,
    /** @returns whether the key did something */
    onKey: (event: KeyboardEvent): boolean => {
      if (box === undefined) return false
      const command = selectionKey(event)
      if (command === undefined) return false
      if (command === 'deselect') controller?.select(NOTHING)
      else if (command === 'remove') remove()
      else {
        const options = {
          isScaling: command === 'scale',
          isTurning: command === 'turn',
          step: event.repeat ? LARGE_STEP : STEP,
        }
        const matrix = arrowMatrix(event.key as ArrowKey, box, options)
        apply((sketch) => {
          const change = transformSelected(sketch, selection, matrix)
          // A key that is held is one step, as a drag is.
          return event.repeat ? { ...change, sketch: joined(change.sketch) } : change
        })
      }
      return true
    },
  }
}

/** Returns the command of a key on the selected strokes. */
export function selectionKey({ key, shiftKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey'>) {
  if (key === 'Escape') return 'deselect'
  if (key === 'Delete' || key === 'Backspace') return 'remove'
  if (!key.startsWith('Arrow')) return undefined
  return altKey ? 'turn' : shiftKey ? 'scale' : 'move'
}

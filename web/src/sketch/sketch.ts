/** A point of a stroke: x and y in units of the sheet, pressure 0…1. */
export type StrokePoint = [x: number, y: number, pressure: number]

export interface Stroke {
  tool: 'pen' | 'eraser'
  /** Width in units of the sheet. */
  size: number
  points: StrokePoint[]
}

/** What was done, in order: a stroke, or everything before it cleared away. */
export type SketchAction = Stroke | 'clear'

/** A drawing is its history: what was undone can be redone until something new is drawn. */
export interface Sketch {
  done: readonly SketchAction[]
  undone: readonly SketchAction[]
}

/** The sheet is a square of so many units, however large it is shown. */
export const SHEET_UNITS = 1000

export const EMPTY_SKETCH: Sketch = { done: [], undone: [] }

export function addAction(sketch: Sketch, action: SketchAction): Sketch {
  return { done: [...sketch.done, action], undone: [] }
}

export function undo({ done, undone }: Sketch): Sketch {
  const last = done.at(-1)
  return last === undefined ? { done, undone } : { done: done.slice(0, -1), undone: [...undone, last] }
}

export function redo({ done, undone }: Sketch): Sketch {
  const next = undone.at(-1)
  return next === undefined ? { done, undone } : { done: [...done, next], undone: undone.slice(0, -1) }
}

/** The strokes since the sheet was last cleared. */
export function visibleStrokes({ done }: Sketch): Stroke[] {
  const cleared = done.lastIndexOf('clear')
  return done.slice(cleared + 1).filter((action) => action !== 'clear')
}

/** Whether nothing can be seen; a stroke that was wholly erased still counts as drawn. */
export function isBlank(sketch: Sketch): boolean {
  return !visibleStrokes(sketch).some(({ tool }) => tool === 'pen')
}

/** A point of a stroke: x and y in units of the sheet, pressure 0…1. */
export type StrokePoint = [x: number, y: number, pressure: number]

export interface Stroke {
  tool: 'pen' | 'eraser'
  /** Width in units of the sheet. */
  size: number
  /** Of the ink; black without it. */
  colour?: string | undefined
  points: StrokePoint[]
}

/** A stroke that was taken away as a whole: its place in the history. */
export interface Removal {
  removed: number
}

/** What was done, in order: a stroke, one taken away, or everything before it cleared away. */
export type SketchAction = Stroke | Removal | 'clear'

/** A drawing is its history: what was undone can be redone until something new is drawn. */
export interface Sketch {
  done: readonly SketchAction[]
  undone: readonly SketchAction[]
}

/** The sheet is a square of so many units, however large it is shown. */
export const SHEET_UNITS = 1000
export const INK = '#1b1a18'

export const EMPTY_SKETCH: Sketch = { done: [], undone: [] }

/** A stroke is kept no finer than can be seen, and searched by as it is kept: whoever is sent the drawing sees the same answers. */
export function addAction(sketch: Sketch, action: SketchAction): Sketch {
  const added = action === 'clear' || isRemoval(action) ? action : roundedStroke(action)
  return { done: [...sketch.done, added], undone: [] }
}

function roundedStroke(stroke: Stroke): Stroke {
  const points = stroke.points.map(
    ([x, y, pressure]): StrokePoint => [rounded(x, 10), rounded(y, 10), rounded(pressure, 100)],
  )
  return { ...stroke, points }
}

function rounded(value: number, parts: number): number {
  return Math.round(value * parts) / parts
}

/** The same drawing if nothing was done. */
export function undo(sketch: Sketch): Sketch {
  const { done, undone } = sketch
  const last = done.at(-1)
  return last === undefined ? sketch : { done: done.slice(0, -1), undone: [...undone, last] }
}

/** The same drawing if nothing was undone. */
export function redo(sketch: Sketch): Sketch {
  const { done, undone } = sketch
  const next = undone.at(-1)
  return next === undefined ? sketch : { done: [...done, next], undone: undone.slice(0, -1) }
}

/** The strokes since the sheet was last cleared, without those taken away. */
export function visibleStrokes({ done }: Sketch): Stroke[] {
  return placedStrokes(done).map(({ stroke }) => stroke)
}

function placedStrokes(done: Sketch['done']): { stroke: Stroke; place: number }[] {
  const cleared = done.lastIndexOf('clear')
  const removed = new Set(done.flatMap((action) => (isRemoval(action) ? [action.removed] : [])))
  return done.flatMap((stroke, place) =>
    place <= cleared || stroke === 'clear' || isRemoval(stroke) || removed.has(place)
      ? []
      : [{ stroke, place }],
  )
}

function isRemoval(action: SketchAction): action is Removal {
  return action !== 'clear' && 'removed' in action
}

/** Whether nothing can be seen; a stroke that was wholly erased still counts as drawn. */
export function isBlank(sketch: Sketch): boolean {
  return !visibleStrokes(sketch).some(({ tool }) => tool === 'pen')
}

/** Takes the topmost stroke away that passes a point, within `reach` units of the sheet. */
export function removeStrokeAt(sketch: Sketch, [x, y]: readonly number[], reach: number): Sketch {
  const hit = placedStrokes(sketch.done).findLast(
    ({ stroke }) => stroke.tool === 'pen' && distanceTo(stroke.points, x!, y!) <= reach + stroke.size / 2,
  )
  return hit === undefined ? sketch : addAction(sketch, { removed: hit.place })
}

function distanceTo(points: readonly StrokePoint[], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY
  for (const [n, [ax, ay]] of points.entries()) {
    const [bx, by] = points[n + 1] ?? [ax, ay]
    const length = (bx - ax) ** 2 + (by - ay) ** 2
    const t =
      length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length))
    least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
  }
  return least
}

/** The server keeps two million characters of a drawing; a point takes up to 20. */
const MAX_POINTS = 90_000

/** A drawing as it is kept, without what was undone; of a very large one, as many points as can be kept. */
export function toKept(sketch: Sketch): { version: 1; strokes: Stroke[] } {
  const strokes = visibleStrokes(sketch)
  const step = Math.ceil(strokes.reduce((sum, { points }) => sum + points.length, 0) / MAX_POINTS)
  return { version: 1, strokes: step <= 1 ? strokes : strokes.map((stroke) => thinned(stroke, step)) }
}

/** Every so many points of a stroke, with both its ends. */
function thinned(stroke: Stroke, step: number): Stroke {
  const last = stroke.points.length - 1
  return { ...stroke, points: stroke.points.filter((_, n) => n % step === 0 || n === last) }
}

/** Puts another drawing in the place of one; that can be undone. */
export function replaceBy(sketch: Sketch, other: Sketch): Sketch {
  const strokes = visibleStrokes(other)
  return sketch.done.length === 0
    ? { done: strokes, undone: [] }
    : {
        done: [...sketch.done, ...(sketch.done.at(-1) === 'clear' ? [] : ['clear' as const]), ...strokes],
        undone: [],
      }
}

/** @returns undefined if it is no drawing that was kept */
export function fromKept(value: unknown): Sketch | undefined {
  if (typeof value !== 'object' || value === null || !('strokes' in value)) return undefined
  const { strokes } = value
  if (!Array.isArray(strokes) || !strokes.every(isStroke)) return undefined
  return { done: strokes, undone: [] }
}

function isStroke(value: unknown): value is Stroke {
  if (typeof value !== 'object' || value === null) return false
  const { tool, size, points, colour } = value as Partial<Stroke>
  const isPoint = (point: unknown) =>
    Array.isArray(point) && point.length === 3 && point.every((number) => Number.isFinite(number))
  return (
    (tool === 'pen' || tool === 'eraser') &&
    Number.isFinite(size) &&
    (colour === undefined || /^#[0-9a-f]{6}$/i.test(colour)) &&
    Array.isArray(points) &&
    points.length > 0 &&
    points.every(isPoint)
  )
}

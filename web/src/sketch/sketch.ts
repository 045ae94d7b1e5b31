import { inkLength, roundedStroke, type Stroke, UNITS_PER_PIXEL } from './stroke.ts'

/** At a position in the list of strokes as it was before the edit: some are taken out, others come in their place. */
interface Splice {
  at: number
  removed: readonly Stroke[]
  added: readonly Stroke[]
}

/** One step of the history. Its splices are in ascending order and do not overlap. */
export type Edit = readonly Splice[]

/** A drawing with its history. Strokes never change, so that they can be compared and cached by identity. */
export interface Sketch {
  strokes: readonly Stroke[]
  past: readonly Edit[]
  future: readonly Edit[]
}

export const EMPTY_SKETCH: Sketch = { strokes: [], past: [], future: [] }
export const MAX_UNDO = 500

export function addStroke(sketch: Sketch, stroke: Stroke): Sketch {
  return edited(sketch, [{ at: sketch.strokes.length, removed: [], added: [roundedStroke(stroke)] }])
}

/** The same sketch if nothing is on it. */
export function cleared(sketch: Sketch): Sketch {
  const { strokes } = sketch
  return edited(sketch, strokes.length === 0 ? [] : [{ at: 0, removed: strokes, added: [] }])
}

/** Replaces each stroke by others, or by none to remove it. Returns the same sketch if none of the strokes is on it. */
export function replaceStrokes(sketch: Sketch, replacements: ReadonlyMap<Stroke, readonly Stroke[]>): Sketch {
  const splices: { at: number; removed: Stroke[]; added: Stroke[] }[] = []
  for (const [at, stroke] of sketch.strokes.entries()) {
    const added = replacements.get(stroke)
    if (added === undefined) continue
    const last = splices.at(-1)
    if (last !== undefined && last.at + last.removed.length === at) {
      last.removed.push(stroke)
      last.added.push(...added)
    } else {
      splices.push({ at, removed: [stroke], added: [...added] })
    }
  }
  return edited(sketch, splices)
}

export function removeStrokes(sketch: Sketch, strokes: Iterable<Stroke>): Sketch {
  return replaceStrokes(sketch, new Map([...strokes].map((stroke) => [stroke, []])))
}

export function appendStrokes(sketch: Sketch, strokes: readonly Stroke[]): Sketch {
  return edited(
    sketch,
    strokes.length === 0 ? [] : [{ at: sketch.strokes.length, removed: [], added: strokes }],
  )
}

/** Replaces a drawing by another one; this can be undone. */
export function replaceBy(sketch: Sketch, { strokes }: Sketch): Sketch {
  if (sketch.strokes.length === 0 && sketch.past.length === 0) return { ...EMPTY_SKETCH, strokes }
  return edited(sketch, [{ at: 0, removed: sketch.strokes, added: strokes }])
}

/** The same sketch if there is nothing to undo. */
export function undo(sketch: Sketch): Sketch {
  const { strokes, past, future } = sketch
  const last = past.at(-1)
  if (last === undefined) return sketch
  return {
    strokes: spliced(strokes, inverted(last)),
    past: past.slice(0, -1),
    future: [...future, last],
  }
}

/** The same sketch if there is nothing to redo. */
export function redo(sketch: Sketch): Sketch {
  const { strokes, past, future } = sketch
  const next = future.at(-1)
  if (next === undefined) return sketch
  return { strokes: spliced(strokes, next), past: [...past, next], future: future.slice(0, -1) }
}

/** Makes one step of the last two, if the later one replaces exactly what the earlier one added. */
export function joined(sketch: Sketch): Sketch {
  const [earlier, later] = sketch.past.slice(-2)
  if (earlier === undefined || later === undefined) return sketch
  const isReplaced = ({ added }: Splice, n: number) =>
    added.length === later[n]?.removed.length && added.every((stroke, at) => stroke === later[n]!.removed[at])
  if (earlier.length !== later.length || !earlier.every(isReplaced)) return sketch
  const both = earlier.map((splice, n) => ({ ...splice, added: later[n]!.added }))
  return { ...sketch, past: [...sketch.past.slice(0, -2), both] }
}

export function isBlank({ strokes }: Sketch): boolean {
  return strokes.length === 0
}

/** Whether both show the same strokes. */
export function isSameDrawing(a: Sketch, b: Sketch): boolean {
  const textOf = ({ strokes }: Sketch) =>
    JSON.stringify(strokes.map(({ tool, size, colour, points }) => [tool, size, colour, points]))
  return a.strokes.length === b.strokes.length && textOf(a) === textOf(b)
}

/** Minimum ink for a search: less is a slip, or the beginning of a stroke. */
const MIN_INK = 24 * UNITS_PER_PIXEL

/** Whether there is enough to search with. */
export function hasEnoughInk(strokes: readonly Stroke[]): boolean {
  let length = 0
  return strokes.some((stroke) => {
    length += inkLength(stroke)
    return length >= MIN_INK
  })
}

/** All strokes that a sketch or its history refer to, each once. */
export function allStrokes({ strokes, past, future }: Sketch): Set<Stroke> {
  const all = new Set(strokes)
  for (const splices of [...past, ...future]) {
    for (const { removed, added } of splices) {
      for (const stroke of removed) all.add(stroke)
      for (const stroke of added) all.add(stroke)
    }
  }
  return all
}

function edited(sketch: Sketch, splices: Edit): Sketch {
  if (splices.length === 0) return sketch
  return {
    strokes: spliced(sketch.strokes, splices),
    past: [...sketch.past, splices].slice(-MAX_UNDO),
    future: [],
  }
}

function spliced(strokes: readonly Stroke[], splices: Edit): Stroke[] {
  const result: Stroke[] = []
  let from = 0
  for (const { at, removed, added } of splices) {
    for (let n = from; n < at; n++) result.push(strokes[n]!)
    for (const stroke of added) result.push(stroke)
    from = at + removed.length
  }
  for (let n = from; n < strokes.length; n++) result.push(strokes[n]!)
  return result
}

function inverted(splices: Edit): Splice[] {
  let shift = 0
  return splices.map(({ at, removed, added }) => {
    const inverse = { at: at + shift, removed: added, added: removed }
    shift += added.length - removed.length
    return inverse
  })
}

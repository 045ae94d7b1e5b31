import { boxBesideCut, erased } from './erase.ts'
import {
  type Box,
  boxAround,
  distance,
  IDENTITY,
  type Matrix,
  overlaps,
  union,
  type Vector,
} from './geometry.ts'
import { LiveStroke, type Sample } from './live-stroke.ts'
import { loadTidy, tidiedOnceLoaded } from './load-tidy.ts'
import type { SheetPainter } from './painter.ts'
import { deriveOutlines } from './render.ts'
import {
  type Handle,
  handleMatrix,
  type Selection,
  strokeAt,
  strokesWithin,
  toggled,
  transformSelected,
} from './select.ts'
import { addStroke, replaceStrokes, type Sketch } from './sketch.ts'
import { inkBox, inkLength, passes, roundedStroke, type Stroke } from './stroke.ts'

/** Work of a drag on the sheet, from its press to its release. */
export interface Job {
  /** @param predicted where the pointer will probably be next */
  extend(samples: readonly Sample[], predicted: readonly Sample[], isShiftHeld: boolean): void
  /** The sketch as it would be if the drag ended now. */
  preview(): Sketch
  /** Ends the drag. @returns the sketch after it */
  end(): Sketch
  cancel(): void
}

export interface JobContext {
  sketch: Sketch
  painter: SheetPainter
  unitsPerPixel: number
}

/** A pointer that stays within this distance is held still. */
const STILL_PX = 3
const TIDY_AFTER_MS = 350
/** A pause at the beginning of a stroke is no end. */
const MIN_TIDIED_PX = 24
const RESUME_PX = 12
const WHOLE_AFTER_MS = 450

/** Calls back once when a pointer has been held still for a while. */
class Hold {
  readonly #reach: number
  readonly #after: number
  readonly #onHeld: () => void
  #at: Vector
  #timer: number

  constructor(at: Vector, reach: number, after: number, onHeld: () => void) {
    this.#reach = reach
    this.#after = after
    this.#onHeld = onHeld
    this.#at = at
    this.#timer = window.setTimeout(onHeld, after)
  }

  /** @returns whether the pointer has moved away from where it was held */
  move(at: Vector): boolean {
    if (distance(at, this.#at) <= this.#reach) return false
    this.#at = at
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(this.#onHeld, this.#after)
    return true
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}

export class DrawJob implements Job {
  readonly #context: JobContext
  readonly #live: LiveStroke
  readonly #isTidying: boolean
  readonly #hold: Hold
  /** Once the pointer has been held still, the shape that the stroke has become. */
  #tidy: Stroke | undefined
  #tidiedAt: Vector = [0, 0]

  /** @param isTidying whether every stroke is tidied, not only one at whose end the pointer is held */
  constructor(context: JobContext, style: Omit<Stroke, 'points'>, first: Sample, isTidying: boolean) {
    // It may have failed before.
    loadTidy().catch((error: unknown) => console.warn('Strokes stay as they are drawn:', error))
    this.#context = context
    this.#live = new LiveStroke(style, context.unitsPerPixel, first)
    this.#isTidying = isTidying
    this.#hold = new Hold(placeOf(first), STILL_PX * context.unitsPerPixel, TIDY_AFTER_MS, () => {
      const free = this.#live.stroke()
      if (inkLength(free) < MIN_TIDIED_PX * context.unitsPerPixel) return
      this.#tidy = tidiedOnceLoaded(free)?.stroke
      this.#tidiedAt = placeOf(this.#live.end)
      if (this.#tidy !== undefined) context.painter.setOverlay({ live: this.#tidy })
    })
    context.painter.setOverlay({ live: this.#live.stroke() })
  }

  extend(samples: readonly Sample[], predicted: readonly Sample[], isShiftHeld: boolean): void {
    const last = samples.at(-1)
    if (last === undefined) return
    this.#hold.move(placeOf(last))
    if (this.#tidy !== undefined) {
      // A lifted hand slips a little; a longer movement continues the free stroke.
      if (distance(placeOf(last), this.#tidiedAt) > RESUME_PX * this.#context.unitsPerPixel)
        this.#tidy = undefined
    }
    if (isShiftHeld) this.#live.straighten(last)
    else for (const sample of samples) this.#live.extend(sample)
    const free = this.#live.stroke(isShiftHeld ? [] : predicted)
    this.#context.painter.setOverlay({ live: this.#tidy ?? free })
  }

  preview(): Sketch {
    return addStroke(this.#context.sketch, this.#tidy ?? this.#live.stroke())
  }

  end(): Sketch {
    const free = this.#live.stroke()
    const shape = this.#tidy ?? (this.#isTidying ? tidiedOnceLoaded(free)?.stroke : undefined)
    this.cancel()
    const drawn = addStroke(this.#context.sketch, free)
    // Two steps: the first undo returns the free stroke.
    return shape === undefined
      ? drawn
      : replaceStrokes(drawn, new Map([[drawn.strokes.at(-1)!, [roundedStroke(shape)]]]))
  }

  cancel(): void {
    this.#hold.end()
    this.#context.painter.setOverlay({})
  }
}

export class EraseJob implements Job {
  readonly #context: JobContext
  readonly #radius: number
  readonly #hold: Hold
  /** Rest of the strokes that were on the sheet. */
  readonly #left = new Map<Stroke, readonly Stroke[]>()
  #at: Vector
  #takesWhole: boolean
  #mayBecomeWhole = true

  /** @param takesWhole whether strokes are erased as a whole from the beginning; holding the eraser still does the same */
  constructor(context: JobContext, radius: number, first: Sample, takesWhole: boolean) {
    this.#context = context
    this.#radius = radius
    this.#at = placeOf(first)
    this.#takesWhole = takesWhole
    this.#hold = new Hold(this.#at, STILL_PX * context.unitsPerPixel, WHOLE_AFTER_MS, () => {
      if (!this.#mayBecomeWhole) return
      this.#takesWhole = true
      this.#eraseTo(this.#at)
    })
    this.#eraseTo(this.#at)
  }

  extend(samples: readonly Sample[]): void {
    for (const sample of samples) {
      const at = placeOf(sample)
      if (this.#hold.move(at)) this.#mayBecomeWhole = false
      this.#eraseTo(at)
    }
  }

  preview(): Sketch {
    return replaceStrokes(this.#context.sketch, this.#left)
  }

  end(): Sketch {
    this.#hold.end()
    return this.preview()
  }

  cancel(): void {
    this.#hold.end()
    this.#context.painter.setStrokes(this.#context.sketch.strokes)
  }

  #eraseTo(to: Vector): void {
    const path = [this.#at, to]
    this.#at = to
    const swept = boxAround(path, this.#radius)!
    let changed: Box | undefined
    for (const stroke of this.#context.sketch.strokes) {
      if (!overlaps(swept, inkBox(stroke))) continue
      const pieces = this.#left.get(stroke) ?? [stroke]
      const left = pieces.flatMap((piece) => {
        const cut = erased(piece, path, this.#radius)
        return cut === undefined ? [piece] : this.#takesWhole ? [] : cut
      })
      if (left.length === pieces.length && left.every((piece, n) => piece === pieces[n])) continue
      // One touch erases the rest of a stroke.
      this.#left.set(stroke, this.#takesWhole ? [] : left)
      changed = union(changed, this.#takesWhole ? inkBox(stroke) : boxBesideCut(stroke, swept))
    }
    if (changed !== undefined) this.#context.painter.setStrokes(this.preview().strokes, changed)
  }
}

/** Selects by a lasso, or by a click on a stroke. */
export class LassoJob implements Job {
  readonly #context: JobContext
  readonly #selection: Selection
  readonly #onLasso: (path: readonly Vector[] | undefined) => void
  readonly #onSelect: (selection: Selection) => void
  readonly #path: Vector[]
  #isAdding = false

  constructor(
    context: JobContext,
    first: Sample,
    selection: Selection,
    on: { lasso: (path: readonly Vector[] | undefined) => void; select: (selection: Selection) => void },
  ) {
    this.#context = context
    this.#selection = selection
    this.#onLasso = on.lasso
    this.#onSelect = on.select
    this.#path = [placeOf(first)]
  }

  extend(samples: readonly Sample[], _: readonly Sample[], isShiftHeld: boolean): void {
    this.#isAdding = isShiftHeld
    this.#path.push(...samples.map(placeOf))
    this.#onLasso([...this.#path])
  }

  preview(): Sketch {
    return this.#context.sketch
  }

  end(): Sketch {
    this.cancel()
    const { sketch, unitsPerPixel } = this.#context
    const [first] = this.#path
    const isClick = this.#path.every((point) => distance(point, first!) <= CLICK_PX * unitsPerPixel)
    if (isClick) {
      const stroke = strokeAt(sketch.strokes, first!, REACH_PX * unitsPerPixel)
      const base = this.#isAdding ? this.#selection : new Set<Stroke>()
      this.#onSelect(stroke === undefined ? base : toggled(base, stroke))
    } else {
      const within = strokesWithin(sketch.strokes, this.#path)
      this.#onSelect(this.#isAdding ? new Set([...this.#selection, ...within]) : within)
    }
    return sketch
  }

  cancel(): void {
    this.#onLasso(undefined)
  }
}

const CLICK_PX = 4
const REACH_PX = 10

/** Moves, scales or turns the selection by a handle of its box. */
export class TransformJob implements Job {
  readonly #context: JobContext
  readonly #selection: Selection
  readonly #handle: Handle
  readonly #box: Box
  readonly #from: Vector
  readonly #on: { matrix: (matrix: Matrix | undefined) => void; select: (selection: Selection) => void }
  #matrix: Matrix = IDENTITY
  #isMoved = false

  constructor(
    context: JobContext,
    first: Sample,
    { selection, handle, box }: { selection: Selection; handle: Handle; box: Box },
    on: { matrix: (matrix: Matrix | undefined) => void; select: (selection: Selection) => void },
  ) {
    this.#context = context
    this.#selection = selection
    this.#handle = handle
    this.#box = box
    this.#from = placeOf(first)
    this.#on = on
  }

  extend(samples: readonly Sample[], _: readonly Sample[], isShiftHeld: boolean): void {
    const last = samples.at(-1)
    if (last === undefined) return
    const to = placeOf(last)
    const { sketch, painter, unitsPerPixel } = this.#context
    if (!this.#isMoved) {
      if (distance(to, this.#from) <= CLICK_PX * unitsPerPixel) return
      this.#isMoved = true
      painter.setStrokes(sketch.strokes.filter((stroke) => !this.#selection.has(stroke)))
    }
    this.#matrix = handleMatrix(this.#handle, this.#box, this.#from, to, isShiftHeld)
    painter.setOverlay({ dragged: { strokes: this.#selection, matrix: this.#matrix } })
    this.#on.matrix(this.#matrix)
  }

  preview(): Sketch {
    return this.#isMoved ? this.#change().sketch : this.#context.sketch
  }

  end(): Sketch {
    const { sketch, selection } = this.#isMoved ? this.#change() : this.#click()
    this.#on.matrix(undefined)
    this.#on.select(selection)
    this.#context.painter.setStrokes(sketch.strokes)
    this.#context.painter.setOverlay({})
    return sketch
  }

  cancel(): void {
    this.#on.matrix(undefined)
    this.#context.painter.setStrokes(this.#context.sketch.strokes)
    this.#context.painter.setOverlay({})
  }

  #change() {
    const change = transformSelected(this.#context.sketch, this.#selection, this.#matrix)
    deriveOutlines(this.#selection, change.selection, this.#matrix)
    return change
  }

  /** A click into the box selects only the stroke that it hits, or nothing. */
  #click(): { sketch: Sketch; selection: Selection } {
    const { sketch, unitsPerPixel } = this.#context
    if (this.#handle !== 'inside') return { sketch, selection: this.#selection }
    const hit = sketch.strokes.findLast((stroke) => passes(stroke, this.#from, REACH_PX * unitsPerPixel))
    return { sketch, selection: new Set(hit === undefined ? [] : [hit]) }
  }
}

const placeOf = ({ x, y }: Sample): Vector => [x, y]

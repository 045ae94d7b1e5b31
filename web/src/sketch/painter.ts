import { clipTo, FinishedInk, toSheetUnits } from './finished-ink.ts'
import { boundsOf } from './frame.ts'
import { type Box, IDENTITY, type Matrix, union, type Vector } from './geometry.ts'
import { LivePath } from './live-path.ts'
import { drawStrokes, fillStroke } from './render.ts'
import type { Stroke } from './stroke.ts'
import type { Size, View } from './view.ts'

interface Dragged {
  strokes: ReadonlySet<Stroke>
  matrix: Matrix
}

/** Layer that is painted over the finished strokes. */
export interface Overlay {
  /** The stroke that is being drawn. */
  live?: Stroke | undefined
  /** Selected strokes, where they are being dragged to. They are not among the finished ones. */
  dragged?: Dragged | undefined
}

/** More strokes than this are dragged as a bitmap. */
const MAX_SHARP_DRAGGED = 100

/** Paints the sheet: finished strokes, and over them the stroke or the selection that is being dragged. */
export class SheetPainter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #finished: FinishedInk
  #black: string
  #view: View = { scale: 1, x: 0, y: 0 }
  #ratio = 1
  #overlay: Overlay = {}
  #livePath = new LivePath()
  #live: { path: Path2D; changed: Box } | undefined
  /** The selection after its drag, until it is drawn at its new place. */
  #held: Dragged | undefined
  /** A large selection while it is dragged. */
  #draggedInk: { strokes: ReadonlySet<Stroke>; ink: FinishedInk } | undefined
  /** Strokes that the next frame shows, and where they differ. */
  #next: { strokes: readonly Stroke[]; hint: Box | undefined } | undefined
  /** Area to repaint, in units of the sheet. */
  #covered: Box | undefined
  #frame = 0

  constructor(canvas: HTMLCanvasElement, black: string) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')!
    this.#black = black
    this.#finished = new FinishedInk(black)
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
  }

  /** @param black the colour in which black ink is shown */
  setBlack(black: string): void {
    this.#black = black
    if (this.#finished.setBlack(black)) this.#paintAll()
  }

  /** A change of size empties the canvas; `setView` follows and paints at once. */
  setSize({ width, height }: Size, ratio: number): void {
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
    if (this.#canvas.width === w && this.#canvas.height === h) return
    this.#canvas.width = w
    this.#canvas.height = h
    this.#ratio = ratio
  }

  /** Shows the present strokes moved and enlarged at once, and sharp ones when they are drawn. */
  setView(view: View): void {
    this.#view = view
    this.#takeStrokes()
    this.#finished.setView(view, this.#canvas, this.#ratio)
    this.#draggedInk = undefined
    this.#paintAll()
  }

  /** Repaints only where strokes came or went. @param hint where that is, if it is less than their boxes */
  setStrokes(strokes: readonly Stroke[], hint?: Box): void {
    const before = this.#next
    // Without a hint for one of two changes the boxes of the strokes count for both.
    const both = before === undefined ? hint : hint && before.hint && union(hint, before.hint)
    this.#next = { strokes, hint: both }
    this.#requestFrame()
  }

  setOverlay(overlay: Overlay): void {
    this.#takeStrokes()
    if (overlay.dragged !== undefined) this.#held = undefined
    else if (this.#finished.isRedrawing) this.#held ??= this.#overlay.dragged
    this.#overlay = overlay
    this.#requestFrame()
  }

  #requestFrame(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paintFrame())
  }

  #takeStrokes(): void {
    const next = this.#next
    if (next === undefined) return
    this.#next = undefined
    this.#covered = union(this.#covered, this.#finished.setStrokes(next.strokes, next.hint))
  }

  #paintFrame(): void {
    this.#frame = 0
    this.#takeStrokes()
    const isChanged = [this.#finished, this.#draggedInk?.ink].map((ink) => ink?.advance()).includes(true)
    if (isChanged) this.#paintAll()
    else this.#paintCovered()
    if (this.#finished.isRedrawing || this.#draggedInk?.ink.isRedrawing) this.#requestFrame()
  }

  #paintAll(): void {
    if (!this.#finished.isRedrawing) this.#held = undefined
    else this.#requestFrame()
    this.#updateOverlay()
    this.#covered = this.#draggedBox()
    const context = this.#context
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#paint()
  }

  #paintCovered(): void {
    const box = union(this.#covered, this.#updateOverlay())
    this.#covered = this.#draggedBox()
    if (box === undefined) return
    const context = this.#context
    context.save()
    clipTo(context, box, this.#view, this.#ratio)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#paint()
    context.restore()
  }

  #paint(): void {
    const context = this.#context
    this.#finished.paint(context, this.#view, IDENTITY)
    const dragged = this.#dragged
    if (dragged !== undefined && dragged.strokes.size > MAX_SHARP_DRAGGED) {
      this.#inkOf(dragged).paint(context, this.#view, dragged.matrix)
    } else if (dragged !== undefined) {
      toSheetUnits(context, this.#view, this.#ratio)
      context.transform(...dragged.matrix)
      drawStrokes(context, dragged.strokes, this.#black)
    }
    const { live } = this.#overlay
    if (live === undefined || this.#live === undefined) return
    toSheetUnits(context, this.#view, this.#ratio)
    fillStroke(context, live, this.#live.path, this.#black)
  }

  #inkOf({ strokes }: Dragged): FinishedInk {
    if (this.#draggedInk?.strokes !== strokes) {
      const ink = new FinishedInk(this.#black)
      ink.setView(this.#view, this.#canvas, this.#ratio)
      ink.setStrokes([...strokes])
      this.#draggedInk = { strokes, ink }
    }
    return this.#draggedInk.ink
  }

  get #dragged(): Dragged | undefined {
    return this.#overlay.dragged ?? this.#held
  }

  /** @returns the part of the sheet that the overlay changes */
  #updateOverlay(): Box | undefined {
    const { live } = this.#overlay
    let changed: Box | undefined
    if (live !== undefined) {
      this.#live = this.#livePath.update(live)
      changed = this.#live.changed
    } else if (this.#live !== undefined) {
      changed = this.#livePath.box
      this.#live = undefined
      this.#livePath = new LivePath()
    }
    if (this.#dragged === undefined) this.#draggedInk = undefined
    return union(changed, this.#draggedBox())
  }

  #draggedBox(): Box | undefined {
    const dragged = this.#dragged
    const ink = dragged && boundsOf(dragged.strokes)
    return ink && dragged && transformedBox(ink, dragged.matrix)
  }
}

function transformedBox({ left, top, right, bottom }: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners: Vector[] = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ]
  const xs = corners.map(([x, y]) => a * x + c * y + e)
  const ys = corners.map(([x, y]) => b * x + d * y + f)
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) }
}

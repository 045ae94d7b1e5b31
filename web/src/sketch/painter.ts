import { boundsOf, isPrefix } from './frame.ts'
import { type Box, grown, type Matrix, overlaps, union, type Vector } from './geometry.ts'
import { LivePath } from './live-path.ts'
import { drawStrokes, fillStroke } from './render.ts'
import { inkBox, type Stroke } from './stroke.ts'
import type { Size, View } from './view.ts'

/** Layer that is painted over the finished strokes. */
export interface Overlay {
  /** The stroke that is being drawn. */
  live?: Stroke | undefined
  /** Selected strokes, where they are being dragged to. They are not among the finished ones. */
  dragged?: { strokes: Iterable<Stroke>; matrix: Matrix } | undefined
}

/** Redrawing all strokes sharply waits for this pause while the view changes. */
const SHARPEN_AFTER_MS = 120
/** Redrawing that takes no longer than this is done at once. */
const QUICK_MS = 6

/**
 * Paints the sheet. Finished strokes are kept in a bitmap, so that a frame costs as much as the stroke that is being
 * drawn, however many there are.
 */
export class SheetPainter {
  readonly #canvas: HTMLCanvasElement
  readonly #context: CanvasRenderingContext2D
  readonly #finished = document.createElement('canvas')
  readonly #finishedContext = this.#finished.getContext('2d')!
  #finishedView: View = { scale: 1, x: 0, y: 0 }
  #strokes: readonly Stroke[] = []
  #black: string
  #view: View = { scale: 1, x: 0, y: 0 }
  #ratio = 1
  #overlay: Overlay = {}
  #livePath = new LivePath()
  #live: { path: Path2D; changed: Box } | undefined
  /** Area to repaint, in units of the sheet. */
  #covered: Box | undefined
  #frame = 0
  #sharpening = 0
  #lastRedrawMs = 0

  constructor(canvas: HTMLCanvasElement, black: string) {
    this.#canvas = canvas
    this.#context = canvas.getContext('2d')!
    this.#black = black
  }

  close(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#sharpening)
  }

  /** @param black the colour in which black ink is shown */
  setBlack(black: string): void {
    if (black === this.#black) return
    this.#black = black
    this.#redraw()
  }

  /** A change of size empties the canvas, so this paints at once. */
  setSize({ width, height }: Size, ratio: number): void {
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))]
    if (this.#canvas.width === w && this.#canvas.height === h) return
    this.#canvas.width = w
    this.#canvas.height = h
    this.#ratio = ratio
  }

  /** Shows the bitmap moved and enlarged at once, and sharp strokes as soon as the view rests. */
  setView(view: View): void {
    this.#view = view
    const isSized =
      this.#finished.width === this.#canvas.width && this.#finished.height === this.#canvas.height
    if (isSized && isSameView(view, this.#finishedView)) {
      this.#paintAll()
      return
    }
    clearTimeout(this.#sharpening)
    if (this.#lastRedrawMs <= QUICK_MS) {
      this.#redraw()
      return
    }
    this.#paintAll()
    this.#sharpening = window.setTimeout(() => this.#redraw(), SHARPEN_AFTER_MS)
  }

  /** Repaints only where strokes came or went. */
  setStrokes(strokes: readonly Stroke[]): void {
    if (strokes === this.#strokes) return
    const isAppended = isPrefix(this.#strokes, strokes)
    const added = isAppended ? strokes.slice(this.#strokes.length) : strokes
    const changed = isAppended ? boundsOf(added) : changedBox(this.#strokes, strokes)
    this.#strokes = strokes
    if (changed === undefined) return
    this.#covered = union(this.#covered, changed)
    if (!isSameView(this.#view, this.#finishedView)) {
      this.#redraw()
      return
    }
    const context = this.#finishedContext
    if (isAppended) {
      this.#toSheetUnits(context, this.#view)
      drawStrokes(context, added, this.#black)
    } else {
      context.save()
      this.#clip(context, changed)
      context.clearRect(0, 0, this.#finished.width, this.#finished.height)
      this.#toSheetUnits(context, this.#view)
      drawStrokes(
        context,
        strokes.filter((stroke) => overlaps(inkBox(stroke), changed)),
        this.#black,
      )
      context.restore()
    }
    this.#requestFrame()
  }

  setOverlay(overlay: Overlay): void {
    this.#overlay = overlay
    this.#requestFrame()
  }

  #requestFrame(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#paintCovered())
  }

  #redraw(): void {
    clearTimeout(this.#sharpening)
    const start = performance.now()
    const { width, height } = this.#canvas
    this.#finished.width = width
    this.#finished.height = height
    this.#finishedView = this.#view
    this.#toSheetUnits(this.#finishedContext, this.#view)
    const seen = this.#seenBox()
    drawStrokes(
      this.#finishedContext,
      this.#strokes.filter((stroke) => overlaps(inkBox(stroke), seen)),
      this.#black,
    )
    this.#lastRedrawMs = performance.now() - start
    this.#paintAll()
  }

  #seenBox(): Box {
    const { scale, x, y } = this.#view
    const [width, height] = [this.#canvas.width / this.#ratio, this.#canvas.height / this.#ratio]
    return { left: -x / scale, top: -y / scale, right: (width - x) / scale, bottom: (height - y) / scale }
  }

  #paintAll(): void {
    this.#updateOverlay()
    this.#covered = this.#draggedBox()
    const context = this.#context
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#paint()
  }

  #paintCovered(): void {
    this.#frame = 0
    const box = union(this.#covered, this.#updateOverlay())
    this.#covered = this.#draggedBox()
    if (box === undefined) return
    const context = this.#context
    context.save()
    this.#clip(context, box)
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height)
    this.#paint()
    context.restore()
  }

  #paint(): void {
    const context = this.#context
    const [from, to] = [this.#finishedView, this.#view]
    const scale = to.scale / from.scale
    context.setTransform(
      scale,
      0,
      0,
      scale,
      (to.x - from.x * scale) * this.#ratio,
      (to.y - from.y * scale) * this.#ratio,
    )
    if (this.#finished.width > 0 && this.#finished.height > 0) context.drawImage(this.#finished, 0, 0)
    this.#toSheetUnits(context, to)
    const { live, dragged } = this.#overlay
    if (dragged !== undefined) {
      context.transform(...dragged.matrix)
      drawStrokes(context, dragged.strokes, this.#black)
      this.#toSheetUnits(context, to)
    }
    if (live !== undefined && this.#live !== undefined)
      fillStroke(context, live, this.#live.path, this.#black)
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
    return union(changed, this.#draggedBox())
  }

  #draggedBox(): Box | undefined {
    const { dragged } = this.#overlay
    const ink = dragged && boundsOf(dragged.strokes)
    return ink && dragged && transformedBox(ink, dragged.matrix)
  }

  #toSheetUnits(context: CanvasRenderingContext2D, { scale, x, y }: View): void {
    const ratio = this.#ratio
    context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio)
  }

  /** To whole pixels, one more than is covered. */
  #clip(context: CanvasRenderingContext2D, box: Box): void {
    const { scale, x, y } = this.#view
    const at = (value: number, offset: number) => (value * scale + offset) * this.#ratio
    const [left, top] = [Math.floor(at(box.left, x)) - 2, Math.floor(at(box.top, y)) - 2]
    const [right, bottom] = [Math.ceil(at(box.right, x)) + 2, Math.ceil(at(box.bottom, y)) + 2]
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.beginPath()
    context.rect(left, top, right - left, bottom - top)
    context.clip()
  }
}

/** Where strokes came or went. */
function changedBox(before: readonly Stroke[], after: readonly Stroke[]): Box | undefined {
  const [old, now] = [new Set(before), new Set(after)]
  const changed = boundsOf([
    ...before.filter((stroke) => !now.has(stroke)),
    ...after.filter((stroke) => !old.has(stroke)),
  ])
  return changed && grown(changed, 2)
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

function isSameView(a: View, b: View): boolean {
  return a.scale === b.scale && a.x === b.x && a.y === b.y
}

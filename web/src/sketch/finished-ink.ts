import { boundsOf, isPrefix } from './frame.ts'
import { type Box, grown, type Matrix, overlaps } from './geometry.ts'
import { drawStrokes } from './render.ts'
import { inkBox, type Stroke } from './stroke.ts'
import { isSameView, type Size, type View } from './view.ts'

/** Time in a frame for redrawing, in milliseconds. */
const SLICE_MS = 6
/** Strokes that are drawn between two readings of the clock. */
const STROKES_PER_CHUNK = 16
/** Where more strokes than this have to be drawn again, they are drawn in slices. */
const MAX_AT_ONCE = 200

interface Bitmap {
  context: CanvasRenderingContext2D
  view: View
  ratio: number
}

/** A bitmap that is being drawn while the one before is shown. */
interface Redrawing {
  bitmap: Bitmap
  /** The strokes in view, and how many of them have been drawn. */
  strokes: Stroke[]
  drawn: number
}

/**
 * The finished strokes as a bitmap, so that a frame costs as much as the stroke that is being drawn. Drawing thousands
 * again is spread over frames; the bitmap before is shown meanwhile.
 */
export class FinishedInk {
  #shown: Bitmap = { context: newContext({ width: 1, height: 1 }), view: { scale: 1, x: 0, y: 0 }, ratio: 1 }
  #redrawing: Redrawing | undefined
  /** A bitmap that is no longer shown, for the next redrawing: browsers limit the memory of all bitmaps. */
  #spare: Bitmap | undefined
  /** Whether nothing has been drawn on the bitmap that is shown. */
  #isBlank = true
  #hasChanged = false
  #strokes: readonly Stroke[] = []
  #black: string
  /** In pixels of the device. */
  #size: Size = { width: 1, height: 1 }
  #ratio = 1
  #view: View = this.#shown.view
  readonly #probe = newContext({ width: 1, height: 1 })

  constructor(black: string) {
    this.#black = black
  }

  get isRedrawing(): boolean {
    return this.#redrawing !== undefined || !this.#isCurrent
  }

  setBlack(black: string): boolean {
    if (black === this.#black) return false
    this.#black = black
    this.#redraw()
    return true
  }

  /** Keeps the shown bitmap, moved and enlarged, until `advance` draws the strokes for the new view. */
  setView(view: View, size: Size, ratio: number): void {
    this.#view = view
    this.#size = size
    this.#ratio = ratio
  }

  /**
   * @param hint area of the change, if it is smaller than the boxes of the strokes. @returns where the bitmap has changed
   * already
   */
  setStrokes(strokes: readonly Stroke[], hint?: Box): Box | undefined {
    if (strokes === this.#strokes) return undefined
    const before = this.#strokes
    this.#strokes = strokes
    if (isPrefix(before, strokes)) return this.#append(strokes.slice(before.length))
    const changed = hint ?? changedBox(before, strokes)
    if (changed === undefined) return undefined
    const affected = strokes.filter((stroke) => overlaps(inkBox(stroke), changed))
    if (affected.length > MAX_AT_ONCE || this.#redrawing !== undefined) {
      this.#redraw()
      return undefined
    }
    const { context, view, ratio } = this.#shown
    context.save()
    clipTo(context, changed, view, ratio)
    context.clearRect(0, 0, context.canvas.width, context.canvas.height)
    toSheetUnits(context, view, ratio)
    drawStrokes(context, affected, this.#black)
    context.restore()
    return changed
  }

  /** Draws on for a part of a frame. @returns whether all of what is shown may have changed since the last call */
  advance(): boolean {
    if (this.#isCurrent) this.#drawSlice()
    else this.#redraw()
    const hasChanged = this.#hasChanged
    this.#hasChanged = false
    return hasChanged
  }

  #drawSlice(): void {
    const redrawing = this.#redrawing
    if (redrawing === undefined) return
    const { bitmap, strokes } = redrawing
    const end = performance.now() + SLICE_MS
    toSheetUnits(bitmap.context, bitmap.view, bitmap.ratio)
    while (redrawing.drawn < strokes.length && performance.now() < end) {
      const next = redrawing.drawn + STROKES_PER_CHUNK
      drawStrokes(bitmap.context, strokes.slice(redrawing.drawn, next), this.#black)
      redrawing.drawn = next
      // Browsers postpone drawing until its result is needed: all of it would be done in one frame.
      this.#probe.drawImage(bitmap.context.canvas, 0, 0, 1, 1, 0, 0, 1, 1)
    }
    const isDone = redrawing.drawn >= strokes.length
    this.#hasChanged ||= isDone || this.#shown === bitmap
    if (!isDone) return
    if (this.#shown !== bitmap) this.#spare = this.#shown
    this.#shown = bitmap
    this.#isBlank = strokes.length === 0
    this.#redrawing = undefined
  }

  /** @param matrix how all of it is dragged, in units of the sheet */
  paint(context: CanvasRenderingContext2D, view: View, matrix: Matrix): void {
    const { context: source, view: from, ratio } = this.#shown
    const transform = matrixOf(view, ratio)
      .multiply(new DOMMatrix([...matrix]))
      .multiply(matrixOf(from, ratio).inverse())
    context.setTransform(transform)
    context.drawImage(source.canvas, 0, 0)
  }

  /** Whether the bitmap that is being drawn, or shown, is sharp in the view. */
  get #isCurrent(): boolean {
    const { context, view } = this.#redrawing?.bitmap ?? this.#shown
    return isSameView(view, this.#view) && hasSize(context, this.#size)
  }

  #append(added: readonly Stroke[]): Box | undefined {
    const { context, view, ratio } = this.#shown
    if (added.length > MAX_AT_ONCE || (this.#isBlank && !this.#isCurrent)) {
      this.#redraw()
      return undefined
    }
    this.#redrawing?.strokes.push(...added)
    // On a bitmap that is being filled while it is shown, strokes are drawn in their turn.
    if (this.#redrawing?.bitmap === this.#shown) return undefined
    this.#isBlank = false
    toSheetUnits(context, view, ratio)
    drawStrokes(context, added, this.#black)
    return boundsOf(added)
  }

  #blankContext(): CanvasRenderingContext2D {
    const context = this.#spare?.context
    this.#spare = undefined
    if (context === undefined || !hasSize(context, this.#size)) return newContext(this.#size)
    context.resetTransform()
    context.clearRect(0, 0, this.#size.width, this.#size.height)
    return context
  }

  #redraw(): void {
    const seen = seenBox(this.#view, this.#size, this.#ratio)
    const abandoned = this.#redrawing?.bitmap
    if (abandoned !== undefined && abandoned !== this.#shown) this.#spare = abandoned
    const bitmap = { context: this.#blankContext(), view: this.#view, ratio: this.#ratio }
    const strokes = this.#strokes.filter((stroke) => overlaps(inkBox(stroke), seen))
    this.#redrawing = { bitmap, strokes, drawn: 0 }
    // There is nothing to keep in sight.
    if (this.#isBlank) {
      this.#spare = this.#shown
      this.#shown = bitmap
    }
    this.#drawSlice()
  }
}

const hasSize = ({ canvas }: CanvasRenderingContext2D, { width, height }: Size) =>
  canvas.width === width && canvas.height === height

const matrixOf = ({ scale, x, y }: View, ratio: number) =>
  new DOMMatrix([scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio])

function newContext({ width, height }: Size): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas.getContext('2d')!
}

function seenBox({ scale, x, y }: View, size: Size, ratio: number): Box {
  const [width, height] = [size.width / ratio, size.height / ratio]
  return { left: -x / scale, top: -y / scale, right: (width - x) / scale, bottom: (height - y) / scale }
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

export function toSheetUnits(context: CanvasRenderingContext2D, { scale, x, y }: View, ratio: number): void {
  context.setTransform(scale * ratio, 0, 0, scale * ratio, x * ratio, y * ratio)
}

/** To whole pixels, one more than is covered. */
export function clipTo(
  context: CanvasRenderingContext2D,
  box: Box,
  { scale, x, y }: View,
  ratio: number,
): void {
  const at = (value: number, offset: number) => (value * scale + offset) * ratio
  const [left, top] = [Math.floor(at(box.left, x)) - 2, Math.floor(at(box.top, y)) - 2]
  const [right, bottom] = [Math.ceil(at(box.right, x)) + 2, Math.ceil(at(box.bottom, y)) + 2]
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.beginPath()
  context.rect(left, top, right - left, bottom - top)
  context.clip()
}

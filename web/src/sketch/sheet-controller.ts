import { boundsOf } from './frame.ts'
import type { Box, Matrix, Vector } from './geometry.ts'
import {
  GestureRecogniser,
  type GestureSettings,
  type PointerInput,
  type PointerKind,
  type SheetAction,
} from './gesture.ts'
import { DrawJob, EraseJob, type Job, type JobContext, LassoJob, TransformJob } from './jobs.ts'
import type { Sample } from './live-stroke.ts'
import { SheetPainter } from './painter.ts'
import { type Handle, NOTHING, type Selection, stillThere } from './select.ts'
import { EMPTY_SKETCH, hasEnoughInk, isBlank, redo, type Sketch, undo } from './sketch.ts'
import { INK, UNITS_PER_PIXEL } from './stroke.ts'
import type { ToolSettings } from './tool-settings.ts'
import {
  type Camera,
  dragged,
  FITTING,
  fittedBox,
  type Size,
  toSheet,
  type View,
  viewOf,
  zoomedAt,
} from './view.ts'

/** Reports of the sheet. All of them may be called many times a second. */
export interface SheetListener {
  /** The sketch was changed. */
  onSketch(sketch: Sketch): void
  /** The sketch as it would be if the drag under way ended now, from its beginning on; undefined after its end. */
  onLive(sketch: Sketch | undefined): void
  onView(view: View, camera: Camera): void
  onSelection(selection: Selection): void
  /** A lasso that is being drawn, in units of the sheet. */
  onLasso(path: readonly Vector[] | undefined): void
  /** How the selection is being dragged. */
  onMatrix(matrix: Matrix | undefined): void
}

const LIVE_EVERY_MS = 250
/** Live sketches take at most this fraction (1 / 20) of the time of a drag: a selection may have thousands of strokes. */
const LIVE_SHARE = 20
/** Pixels of the eraser and the brush for each pixel of the pen. */
const [ERASER_WIDTH, BRUSH_WIDTH] = [4, 4]
const WHEEL_LINE_PX = 16

/** All sheets share it, so that a pen is not forgotten when the sheet is opened again. */
const GESTURES: GestureSettings = { drawsWithFingers: false, isPenSeen: false }

/** Turns pointer events on the sheet into strokes, erasures, selections and views. */
export class SheetController {
  readonly #surface: HTMLElement
  readonly #listener: SheetListener
  readonly #painter: SheetPainter
  readonly #recogniser = new GestureRecogniser(GESTURES)
  #tools: ToolSettings
  #sketch = EMPTY_SKETCH
  /** Sketches that were reported. One that comes back late must not replace newer strokes. */
  readonly #reported = new WeakSet<Sketch>()
  #selection = NOTHING
  #job: Job | undefined
  #liveTimer: number | undefined
  #liveEveryMs = LIVE_EVERY_MS
  #size: Size = { width: 1, height: 1 }
  #fitted: Box = fittedBox(undefined)
  #camera: Camera = FITTING
  #view: View = { scale: 1, x: 0, y: 0 }
  /** Position of the surface in the window, while a pointer is down on it. */
  #origin: Vector = [0, 0]
  #isSpaceHeld = false

  constructor(surface: HTMLElement, canvas: HTMLCanvasElement, tools: ToolSettings, listener: SheetListener) {
    this.#surface = surface
    this.#listener = listener
    this.#tools = tools
    this.#painter = new SheetPainter(canvas, INK)
  }

  /** Starts to listen. @returns what ends that */
  open(): () => void {
    const ending = new AbortController()
    const { signal } = ending
    const surface = this.#surface
    for (const [type, name] of Object.entries(EVENTS) as [PointerInput['type'], string][])
      surface.addEventListener(name, (event) => this.#onPointer(type, event as PointerEvent), { signal })
    surface.addEventListener('wheel', (event) => this.#onWheel(event), { signal, passive: false })
    surface.addEventListener('contextmenu', (event) => event.preventDefault(), { signal })
    // Prevents the magnifier and the selection of text on a long press.
    surface.addEventListener('touchstart', (event) => event.preventDefault(), { signal, passive: false })
    return () => {
      ending.abort()
      this.#cancelJob()
      this.#painter.close()
    }
  }

  setTools(tools: ToolSettings): void {
    this.#tools = tools
    GESTURES.drawsWithFingers = tools.drawsWithFingers
    if (tools.tool !== 'select') this.select(NOTHING)
  }

  setSpaceHeld(isHeld: boolean): void {
    this.#isSpaceHeld = isHeld
  }

  /** @param black the colour in which black ink is shown */
  setBlack(black: string): void {
    this.#painter.setBlack(black)
  }

  /** Ends the drag under way, then changes the current sketch, which may be newer than the rendered one. */
  edit(change: (sketch: Sketch) => Sketch): void {
    this.#end()
    const before = this.#sketch
    this.#change(change(before))
    this.#refitOther(before)
  }

  /** A drawing from outside: opened or restored. */
  setSketch(sketch: Sketch): void {
    if (sketch === this.#sketch || this.#reported.has(sketch)) return
    this.#cancelJob()
    const before = this.#sketch
    this.#sketch = sketch
    this.#painter.setStrokes(sketch.strokes)
    this.select(stillThere(this.#selection, sketch))
    this.#refitOther(before)
  }

  /** @param size of the part of the pane that nothing covers */
  setSize(canvas: Size, size: Size): void {
    this.#size = size
    this.#painter.setSize(canvas, devicePixelRatio)
    this.#refit()
  }

  select(selection: Selection): void {
    if (selection === this.#selection || (selection.size === 0 && this.#selection.size === 0)) return
    this.#selection = selection
    this.#listener.onSelection(selection)
  }

  fit(): void {
    this.#camera = FITTING
    this.#refit()
  }

  zoom(factor: number): void {
    const middle: Vector = [this.#size.width / 2, this.#size.height / 2]
    this.#setCamera(zoomedAt(this.#camera, this.#size, this.#fitted, middle, factor))
  }

  /** Shows all of a drawing of which nothing was on the sheet before. A selection stays where it is moved to. */
  #refitOther({ strokes }: Sketch): void {
    if (isBlank(this.#sketch) || this.#selection.size > 0) return
    if (!this.#sketch.strokes.some((stroke) => strokes.includes(stroke))) this.#refit()
  }

  /** The whole drawing stays in sight, wherever the ink is. */
  #refit(): void {
    this.#fitted = fittedBox(boundsOf(this.#sketch.strokes))
    this.#setCamera(this.#camera)
  }

  #setCamera(camera: Camera): void {
    this.#camera = camera
    this.#view = viewOf(camera, this.#size, this.#fitted)
    this.#painter.setView(this.#view)
    this.#listener.onView(this.#view, camera)
  }

  #onPointer(type: PointerInput['type'], event: PointerEvent): void {
    if (type === 'down') {
      // The browser leaves the focus where it is, as the event is handled here: keys would go to another pane.
      ;(document.activeElement as HTMLElement | null)?.blur()
      const { left, top } = this.#surface.getBoundingClientRect()
      this.#origin = [left, top]
    }
    const actions = this.#recogniser.handle(this.#inputOf(type, event))
    if (type === 'down' && actions.length > 0 && event.pointerType === 'mouse') event.preventDefault()
    if (type === 'down') this.#surface.setPointerCapture(event.pointerId)
    for (const action of actions) this.#act(action, event)
  }

  #inputOf(type: PointerInput['type'], event: PointerEvent): PointerInput {
    const [x, y] = this.#placeOf(event)
    return {
      type,
      id: event.pointerId,
      kind: (['pen', 'touch'].includes(event.pointerType) ? event.pointerType : 'mouse') as PointerKind,
      x,
      y,
      time: event.timeStamp,
      contact: Math.max(event.width, event.height),
      button: event.button,
      isSpaceHeld: this.#isSpaceHeld,
    }
  }

  #act(action: SheetAction, event: PointerEvent): void {
    switch (action.do) {
      case 'begin':
        this.#begin(event, action.isEraser)
        break
      case 'extend':
        this.#extend(event)
        break
      case 'end':
        this.#extend(event)
        this.#end()
        break
      case 'cancel':
        this.#cancelJob()
        break
      case 'drag':
        this.#setCamera(dragged(this.#camera, this.#size, this.#fitted, action))
        break
      case 'undo':
        this.edit(undo)
        break
      case 'redo':
        this.edit(redo)
        break
    }
  }

  #begin(event: PointerEvent, isEraser: boolean): void {
    const first = this.#sampleOf(event)
    const { tool, width, colour, isTidying, erasesWhole } = this.#tools
    const context: JobContext = {
      sketch: this.#sketch,
      painter: this.#painter,
      unitsPerPixel: 1 / this.#view.scale,
    }
    const size = width * UNITS_PER_PIXEL
    if (isEraser || tool === 'eraser') {
      this.#job = new EraseJob(context, (size * ERASER_WIDTH) / 2, first, erasesWhole)
    } else if (tool === 'select') {
      this.#job = this.#selectJob(context, first, event)
    } else {
      const ink = colour === INK ? {} : { colour }
      const style = { tool, size: tool === 'brush' ? size * BRUSH_WIDTH : size, ...ink }
      this.#job = new DrawJob(context, style, first, isTidying && tool === 'pen')
    }
    this.#listener.onLive(this.#sketch)
  }

  #selectJob(context: JobContext, first: Sample, event: PointerEvent): Job {
    const box = boundsOf(this.#selection)
    const select = (selection: Selection) => this.select(selection)
    const handle = (event.target as Element).closest<HTMLElement>('[data-handle]')?.dataset.handle
    if (box === undefined || handle === undefined)
      return new LassoJob(context, first, this.#selection, {
        lasso: (path) => this.#listener.onLasso(path),
        select,
      })
    return new TransformJob(
      context,
      first,
      { selection: this.#selection, handle: handle as Handle, box },
      { matrix: (matrix) => this.#listener.onMatrix(matrix), select },
    )
  }

  #extend(event: PointerEvent): void {
    const job = this.#job
    if (job === undefined) return
    const all = event.getCoalescedEvents?.() ?? []
    const samples = (all.length > 0 ? all : [event]).map((part) => this.#sampleOf(part))
    const predicted = (event.getPredictedEvents?.() ?? []).map((part) => this.#sampleOf(part))
    job.extend(samples, predicted, event.shiftKey)
    this.#liveTimer ??= window.setTimeout(() => {
      this.#liveTimer = undefined
      const start = performance.now()
      const sketch = this.#job?.preview()
      if (sketch !== undefined && hasEnoughInk(sketch.strokes)) this.#listener.onLive(sketch)
      this.#liveEveryMs = Math.max(LIVE_EVERY_MS, LIVE_SHARE * (performance.now() - start))
    }, this.#liveEveryMs)
  }

  #end(): void {
    const sketch = this.#job?.end()
    this.#endJob()
    if (sketch !== undefined) this.#change(sketch)
  }

  #cancelJob(): void {
    this.#job?.cancel()
    this.#endJob()
  }

  #endJob(): void {
    if (this.#job === undefined) return
    this.#job = undefined
    clearTimeout(this.#liveTimer)
    this.#liveTimer = undefined
    this.#liveEveryMs = LIVE_EVERY_MS
    this.#listener.onLive(undefined)
  }

  /** Painted at once: the page follows later. */
  #change(sketch: Sketch): void {
    this.#painter.setStrokes(sketch.strokes)
    if (sketch === this.#sketch) return
    this.#sketch = sketch
    this.#reported.add(sketch)
    this.select(stillThere(this.#selection, sketch))
    this.#listener.onSketch(sketch)
  }

  #placeOf({ clientX, clientY }: { clientX: number; clientY: number }): Vector {
    return [clientX - this.#origin[0], clientY - this.#origin[1]]
  }

  #sampleOf(event: PointerEvent): Sample {
    const [x, y] = toSheet(this.#view, this.#placeOf(event))
    const pressure = event.pointerType === 'pen' && event.pressure > 0 ? event.pressure : undefined
    return { x, y, pressure, time: event.timeStamp }
  }

  #onWheel(event: WheelEvent): void {
    event.preventDefault()
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1
    const { left, top } = this.#surface.getBoundingClientRect()
    const at: Vector = [event.clientX - left, event.clientY - top]
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp((-event.deltaY * unit) / 300)
      this.#setCamera(zoomedAt(this.#camera, this.#size, this.#fitted, at, factor))
    } else {
      const to: Vector = [at[0] - event.deltaX * unit, at[1] - event.deltaY * unit]
      this.#setCamera(dragged(this.#camera, this.#size, this.#fitted, { from: at, to }))
    }
  }
}

const EVENTS: Record<PointerInput['type'], string> = {
  down: 'pointerdown',
  move: 'pointermove',
  up: 'pointerup',
  cancel: 'pointercancel',
}

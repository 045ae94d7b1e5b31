import { type PointerEvent, useEffect, useRef } from 'react'
import { messages } from '../messages.ts'
import { drawStroke, drawStrokes } from './render.ts'
import { INK, SHEET_UNITS, type Stroke, type StrokePoint } from './sketch.ts'

interface SketchCanvasProps {
  strokes: readonly Stroke[]
  tool: Tool
  size: number
  colour: string
  onStroke: (stroke: Stroke) => void
  /** Where the eraser of whole strokes was put. */
  onRemoveAt: (point: StrokePoint) => void
}

/** The eraser takes away what it passes, or strokes as a whole. */
export type Tool = Stroke['tool'] | 'stroke-eraser'

/** A dot is a stroke too, but perfect-freehand wants some length. */
const DOT = 0.1

/** The sheet. It is white in both themes: paper is. */
export function SketchCanvas({ strokes, tool, size, colour, onStroke, onRemoveAt }: SketchCanvasProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null)
  const current = useRef<Stroke | null>(null)
  /** The pointer that draws; other fingers and the palm are left out. */
  const pointer = useRef<{ id: number; isTouch: boolean }>(undefined)
  const frame = useRef(0)
  const shown = useRef(strokes)

  useEffect(() => {
    shown.current = strokes
    paint(canvasRef.current, strokes, current.current)
  }, [strokes])

  useEffect(() => {
    const canvas = canvasRef.current!
    const observer = new ResizeObserver(() => {
      const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio))
      if (canvas.width !== side) {
        canvas.width = side
        canvas.height = side
      }
      paint(canvas, shown.current, current.current)
    })
    observer.observe(canvas)
    return () => observer.disconnect()
  }, [])

  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.button !== 0 && event.button !== 5) return
    const isPenAfterPalm = pointer.current?.isTouch === true && event.pointerType === 'pen'
    if (pointer.current !== undefined && !isPenAfterPalm) return
    pointer.current = { id: event.pointerId, isTouch: event.pointerType === 'touch' }
    event.currentTarget.setPointerCapture(event.pointerId)
    if (tool === 'stroke-eraser' && event.button === 0) {
      onRemoveAt(pointOf(event, event.currentTarget))
      return
    }
    // Button 5 is the eraser at the other end of a pen.
    const used = event.button === 5 || tool === 'stroke-eraser' ? 'eraser' : tool
    current.current = {
      tool: used,
      size: used === 'eraser' ? size * 4 : size,
      ...(used === 'pen' && colour !== INK ? { colour } : {}),
      points: [pointOf(event, event.currentTarget)],
    }
    requestPaint()
  }
  const extend = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.pointerId !== pointer.current?.id) return
    if (current.current === null) {
      const isRubbing = tool === 'stroke-eraser' && event.buttons === 1
      if (isRubbing) onRemoveAt(pointOf(event, event.currentTarget))
      return
    }
    if (event.shiftKey) {
      current.current.points = straightened(current.current.points[0]!, pointOf(event, event.currentTarget))
      requestPaint()
      return
    }
    const events = event.nativeEvent.getCoalescedEvents?.() ?? []
    for (const part of events.length > 0 ? events : [event.nativeEvent]) {
      current.current.points.push(pointOf(part, event.currentTarget))
    }
    requestPaint()
  }
  const end = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.pointerId !== pointer.current?.id) return
    pointer.current = undefined
    const stroke = current.current
    current.current = null
    if (stroke === null) return
    const [x, y, pressure] = stroke.points[0]!
    if (stroke.points.length === 1) stroke.points.push([x + DOT, y + DOT, pressure])
    onStroke(stroke)
  }
  const cancel = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.pointerId !== pointer.current?.id) return
    pointer.current = undefined
    current.current = null
    requestPaint()
  }

  function requestPaint() {
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => paint(canvasRef.current, shown.current, current.current))
  }

  return (
    <canvas
      ref={canvasRef}
      role="img"
      aria-label={messages.sketch.sheet}
      className="block aspect-square w-full cursor-crosshair touch-none rounded-xl bg-white"
      onPointerDown={begin}
      onPointerMove={extend}
      onPointerUp={end}
      onPointerCancel={cancel}
    />
  )
}

function paint(canvas: HTMLCanvasElement | null, strokes: readonly Stroke[], current: Stroke | null): void {
  const context = canvas?.getContext('2d')
  if (!canvas || !context) return
  const scale = canvas.width / SHEET_UNITS
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.setTransform(scale, 0, 0, scale, 0, 0)
  drawStrokes(context, strokes)
  if (current !== null) drawStroke(context, current)
}

/** Enough points that the smoothing of strokes keeps to the line. */
const LINE_POINTS = 12

function straightened([x, y, pressure]: StrokePoint, [endX, endY]: StrokePoint): StrokePoint[] {
  return Array.from({ length: LINE_POINTS + 1 }, (_, n) => {
    const t = n / LINE_POINTS
    return [x + t * (endX - x), y + t * (endY - y), pressure]
  })
}

function pointOf(
  event: { clientX: number; clientY: number; pressure: number },
  canvas: HTMLCanvasElement,
): StrokePoint {
  const box = canvas.getBoundingClientRect()
  const x = ((event.clientX - box.left) / box.width) * SHEET_UNITS
  const y = ((event.clientY - box.top) / box.height) * SHEET_UNITS
  return [x, y, event.pressure || 0.5]
}

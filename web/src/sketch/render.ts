import { BLANK_FRAME, canContinue, type Frame, frameOf } from './frame.ts'
import { outlinePath } from './outline.ts'
import { BRUSH_OPACITY, INK, type Stroke } from './stroke.ts'

/** Outlines of finished strokes take longer to compute than to paint. */
const outlines = new WeakMap<Stroke, Path2D>()

/** Draws finished strokes onto a context that is scaled to the units of the sheet. @param black the colour in which black is shown */
export function drawStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: Iterable<Stroke>,
  black: string = INK,
): void {
  for (const stroke of strokes) {
    const outline = outlines.get(stroke) ?? new Path2D(outlinePath(stroke))
    outlines.set(stroke, outline)
    fillStroke(context, stroke, outline, black)
  }
}

export function fillStroke(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { tool, colour }: Omit<Stroke, 'points'>,
  outline: Path2D,
  black: string,
): void {
  context.globalAlpha = tool === 'brush' ? BRUSH_OPACITY : 1
  context.fillStyle = colour ?? black
  context.fill(outline)
  context.globalAlpha = 1
}

/** The drawing as an SVG image, ink on white. */
export function toSvg(strokes: readonly Stroke[]): string {
  const { left, top, side } = frameOf(strokes) ?? BLANK_FRAME
  const paths = strokes.map((stroke) => {
    const opacity = stroke.tool === 'brush' ? ` fill-opacity="${BRUSH_OPACITY}"` : ''
    return `<path fill="${stroke.colour ?? INK}"${opacity} d="${outlinePath(stroke)}"/>`
  })
  const area = `x="${left}" y="${top}" width="${side}" height="${side}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="1000" viewBox="${left} ${top} ${side} ${side}"><rect ${area} fill="#ffffff"/>${paths.join('')}</svg>`
}

/** The last picture without its last stroke, which may still be growing. */
let base: { canvas: HTMLCanvasElement; strokes: readonly Stroke[]; frame: Frame; side: number } | undefined

/**
 * The drawing as a PNG of `side` × `side` pixels, ink on white, as large as it fits. While a stroke grows in a large
 * drawing, only that stroke is drawn again.
 */
export function renderSketch(strokes: readonly Stroke[], side: number): Promise<Blob> {
  const frame = frameOf(strokes) ?? BLANK_FRAME
  const finished = strokes.slice(0, -1)
  const isReused = base !== undefined && base.side === side && canContinue(base, finished, frame)
  const canvas = isReused ? base!.canvas : blankCanvas(side)
  const context = scaledContext(canvas, frame)
  drawStrokes(context, isReused ? finished.slice(base!.strokes.length) : finished)
  base = { canvas, strokes: finished, frame, side }
  const picture = blankCanvas(side)
  picture.getContext('2d')!.drawImage(canvas, 0, 0)
  drawStrokes(scaledContext(picture, frame), strokes.slice(-1))
  return new Promise((resolve, reject) => {
    picture.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The sketch could not be encoded'))),
      'image/png',
    )
  })
}

function blankCanvas(side: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')!
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, side, side)
  return canvas
}

function scaledContext(canvas: HTMLCanvasElement, { left, top, side }: Frame): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')!
  const scale = canvas.width / side
  context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale)
  return context
}

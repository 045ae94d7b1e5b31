import { BLANK_FRAME, frameOf } from './frame.ts'
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

/** The drawing as a PNG of `side` × `side` pixels, ink on white, as large as it fits. */
export function renderSketch(strokes: readonly Stroke[], side: number): Promise<Blob> {
  const frame = frameOf(strokes) ?? BLANK_FRAME
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')!
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, side, side)
  const scale = side / frame.side
  context.setTransform(scale, 0, 0, scale, -frame.left * scale, -frame.top * scale)
  drawStrokes(context, strokes)
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The sketch could not be encoded'))),
      'image/png',
    )
  })
}

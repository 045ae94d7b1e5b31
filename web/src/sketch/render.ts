import { BLANK_FRAME, frameOf } from './frame.ts'
import type { Matrix } from './geometry.ts'
import { outlinePath, outlineToFill } from './outline.ts'
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
    const outline = outlines.get(stroke) ?? outlineToFill(stroke)
    outlines.set(stroke, outline)
    fillStroke(context, stroke, outline, black)
  }
}

/** Moves known outlines along with their strokes, which is faster than computing them. @param matrix moves, turns, mirrors or scales evenly */
export function deriveOutlines(from: Iterable<Stroke>, to: Iterable<Stroke>, matrix: Matrix): void {
  const derived = [...to]
  for (const [n, stroke] of [...from].entries()) {
    const outline = outlines.get(stroke)
    if (outline === undefined) continue
    const path = new Path2D()
    path.addPath(outline, new DOMMatrix([...matrix]))
    outlines.set(derived[n]!, path)
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

/** The address of the drawing as an SVG. */
export function svgUrl(strokes: readonly Stroke[]): string {
  return `data:image/svg+xml,${encodeURIComponent(toSvg(strokes))}`
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

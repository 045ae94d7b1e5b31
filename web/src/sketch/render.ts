import { getStroke } from 'perfect-freehand'
import { INK, SHEET_UNITS, type Stroke } from './sketch.ts'

/** Of finished strokes, which do not change any more: their outlines take longer than painting them. */
const outlines = new WeakMap<Stroke, Path2D>()

/** Draws finished strokes onto a context that is scaled to the units of the sheet. */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[]): void {
  for (const stroke of strokes) {
    const outline = outlines.get(stroke) ?? new Path2D(outlinePath(outlineOf(stroke)))
    outlines.set(stroke, outline)
    fill(context, stroke, outline)
  }
}

/** Draws one that is still growing. */
export function drawStroke(context: CanvasRenderingContext2D, stroke: Stroke): void {
  fill(context, stroke, new Path2D(outlinePath(outlineOf(stroke))))
}

function fill(context: CanvasRenderingContext2D, { tool, colour = INK }: Stroke, outline: Path2D): void {
  context.globalCompositeOperation = tool === 'pen' ? 'source-over' : 'destination-out'
  context.fillStyle = colour
  context.fill(outline)
  context.globalCompositeOperation = 'source-over'
}

function outlineOf({ tool, size, points }: Stroke): number[][] {
  const hasPressure = points.some(([, , pressure]) => pressure !== points[0]![2])
  return getStroke(points, {
    size,
    thinning: tool === 'pen' ? 0.45 : 0,
    smoothing: 0.5,
    streamline: 0.35,
    simulatePressure: tool === 'pen' && !hasPressure,
  })
}

/** A closed path through the midpoints of the outline, with its points as control points, as SVG writes it. */
function outlinePath(outline: number[][]): string {
  const [first] = outline
  if (first === undefined) return ''
  const at = (value: number) => value.toFixed(1)
  const parts = outline.map(([x, y], i) => {
    const [nextX, nextY] = outline[(i + 1) % outline.length]!
    return `Q${at(x!)} ${at(y!)} ${at((x! + nextX!) / 2)} ${at((y! + nextY!) / 2)}`
  })
  return `M${at(first[0]!)} ${at(first[1]!)}${parts.join('')}Z`
}

/** The drawing as an SVG image, ink on white; what was rubbed out is drawn over in white. */
export function toSvg(strokes: readonly Stroke[]): string {
  const paths = strokes.map((stroke) => {
    const fill = stroke.tool === 'pen' ? (stroke.colour ?? INK) : '#ffffff'
    return `<path fill="${fill}" d="${outlinePath(outlineOf(stroke))}"/>`
  })
  const size = `width="${SHEET_UNITS}" height="${SHEET_UNITS}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${SHEET_UNITS} ${SHEET_UNITS}"><rect ${size} fill="#ffffff"/>${paths.join('')}</svg>`
}

/** The drawing as a PNG of `side` × `side` pixels, ink on white. */
export function renderSketch(strokes: readonly Stroke[], side: number): Promise<Blob> {
  const ink = canvasOf(side)
  ink.context.scale(side / SHEET_UNITS, side / SHEET_UNITS)
  drawStrokes(ink.context, strokes)
  const sheet = canvasOf(side)
  sheet.context.fillStyle = '#ffffff'
  sheet.context.fillRect(0, 0, side, side)
  sheet.context.drawImage(ink.canvas, 0, 0)
  return new Promise((resolve, reject) => {
    sheet.canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The sketch could not be encoded'))),
      'image/png',
    )
  })
}

function canvasOf(side: number) {
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  return { canvas, context: canvas.getContext('2d')! }
}

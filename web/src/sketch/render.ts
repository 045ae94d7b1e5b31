import { getStroke } from 'perfect-freehand'
import { SHEET_UNITS, type Stroke } from './sketch.ts'

const INK = '#1b1a18'

/** Draws strokes onto a context that is scaled to the units of the sheet. */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[]): void {
  for (const stroke of strokes) drawStroke(context, stroke)
}

export function drawStroke(context: CanvasRenderingContext2D, { tool, size, points }: Stroke): void {
  const hasPressure = points.some(([, , pressure]) => pressure !== points[0]![2])
  const outline = getStroke(points, {
    size,
    thinning: tool === 'pen' ? 0.45 : 0,
    smoothing: 0.5,
    streamline: 0.35,
    simulatePressure: tool === 'pen' && !hasPressure,
  })
  context.globalCompositeOperation = tool === 'pen' ? 'source-over' : 'destination-out'
  context.fillStyle = INK
  context.fill(outlinePath(outline))
  context.globalCompositeOperation = 'source-over'
}

/** A closed path through the midpoints of the outline, with its points as control points. */
function outlinePath(outline: number[][]): Path2D {
  const path = new Path2D()
  const [first] = outline
  if (first === undefined) return path
  path.moveTo(first[0]!, first[1]!)
  for (const [i, point] of outline.entries()) {
    const next = outline[(i + 1) % outline.length]!
    path.quadraticCurveTo(point[0]!, point[1]!, (point[0]! + next[0]!) / 2, (point[1]! + next[1]!) / 2)
  }
  path.closePath()
  return path
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

import { getStrokeOutlinePoints } from 'perfect-freehand'
import { type CurvePoint, curveThrough } from './smoothing.ts'
import type { Stroke } from './stroke.ts'

const THINNING = 0.45
/** Outline points that are closer together than this share of the width are left out. */
const COARSENESS = 0.08

/** The outline of a stroke as a path of SVG. */
export function outlinePath(stroke: Stroke): string {
  const outline = outlineOf(stroke)
  if (outline === undefined) return ''
  if ('radius' in outline) return dotPath(outline)
  const parts: string[] = []
  trace(outline.points, {
    moveTo: (x, y) => parts.push(`M${at(x)} ${at(y)}`),
    quadraticCurveTo: (cx, cy, x, y) => parts.push(`Q${at(cx)} ${at(cy)} ${at(x)} ${at(y)}`),
  })
  return `${parts.join('')}Z`
}

/** The outline of a stroke, to be filled on a canvas. */
export function outlineToFill(stroke: Stroke): Path2D {
  const path = new Path2D()
  const outline = outlineOf(stroke)
  if (outline === undefined) return path
  if ('radius' in outline) path.arc(outline.x, outline.y, outline.radius, 0, 2 * Math.PI)
  else trace(outline.points, path)
  path.closePath()
  return path
}

interface Dot {
  x: number
  y: number
  radius: number
}

/** @returns undefined without a point; a dot where the pointer did not move */
function outlineOf({ points, size, tool }: Stroke): Dot | { points: number[][] } | undefined {
  const curve = curveThrough(points)
  const [only] = curve
  if (only === undefined) return undefined
  if (curve.length === 1) {
    const [x, y, pressure] = only
    return { x, y, radius: size * (0.5 - THINNING * (0.5 - pressure)) }
  }
  return {
    points: getStrokeOutlinePoints(withDirections(curve), {
      size,
      thinning: tool === 'pen' ? THINNING : 0,
      smoothing: COARSENESS,
      simulatePressure: false,
      last: true,
    }),
  }
}

function dotPath({ x, y, radius }: Dot): string {
  return `M${at(x - radius)} ${at(y)}a${at(radius)} ${at(radius)} 0 1 0 ${at(2 * radius)} 0a${at(radius)} ${at(radius)} 0 1 0 ${at(-2 * radius)} 0Z`
}

function withDirections(curve: readonly CurvePoint[]) {
  let runningLength = 0
  const directed = curve.slice(1).map(([x, y, pressure], n) => {
    const [beforeX, beforeY] = curve[n]!
    const length = Math.hypot(x - beforeX, y - beforeY) || Number.MIN_VALUE
    runningLength += length
    return {
      point: [x, y] as [number, number],
      pressure,
      vector: [(beforeX - x) / length, (beforeY - y) / length] as [number, number],
      distance: length,
      runningLength,
    }
  })
  const [x, y, pressure] = curve[0]!
  const first = { point: [x, y] as [number, number], pressure, distance: 0, runningLength: 0 }
  return [{ ...first, vector: directed[0]!.vector }, ...directed]
}

/** Goes through the midpoints of the outline, with its points as control points. */
function trace(
  outline: readonly number[][],
  path: {
    moveTo(x: number, y: number): void
    quadraticCurveTo(cx: number, cy: number, x: number, y: number): void
  },
): void {
  for (const [i, point] of outline.entries()) {
    const [x, y] = point as [number, number]
    const [nextX, nextY] = outline[(i + 1) % outline.length] as [number, number]
    if (i === 0) path.moveTo(x, y)
    path.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2)
  }
}

const at = (value: number) => value.toFixed(2)

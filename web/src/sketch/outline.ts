import { getStrokeOutlinePoints } from 'perfect-freehand'
import { type CurvePoint, curveThrough } from './smoothing.ts'
import type { Stroke } from './stroke.ts'

const THINNING = 0.45
/** Outline points that are closer together than this share of the width are left out. */
const COARSENESS = 0.08

/** The outline of a stroke as a path of SVG. */
export function outlinePath(stroke: Stroke): string {
  const { points, size, tool } = stroke
  const curve = curveThrough(points)
  const [only] = curve
  if (only === undefined) return ''
  if (curve.length === 1) return dotPath(only, size)
  const outline = getStrokeOutlinePoints(withDirections(curve), {
    size,
    thinning: tool === 'pen' ? THINNING : 0,
    smoothing: COARSENESS,
    simulatePressure: false,
    last: true,
  })
  return roundedPath(outline)
}

function dotPath([x, y, pressure]: CurvePoint, size: number): string {
  const radius = size * (0.5 - THINNING * (0.5 - pressure))
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

/** A closed path through the midpoints of the outline, with its points as control points. */
function roundedPath(outline: number[][]): string {
  const [first] = outline
  if (first === undefined) return ''
  const parts = outline.map(([x, y], i) => {
    const [nextX, nextY] = outline[(i + 1) % outline.length]!
    return `Q${at(x!)} ${at(y!)} ${at((x! + nextX!) / 2)} ${at((y! + nextY!) / 2)}`
  })
  return `M${at(first[0]!)} ${at(first[1]!)}${parts.join('')}Z`
}

const at = (value: number) => value.toFixed(2)

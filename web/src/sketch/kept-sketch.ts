import { erased } from './erase.ts'
import { EMPTY_SKETCH, type Sketch } from './sketch.ts'
import { roundedStroke, type Stroke, type StrokePoint } from './stroke.ts'

/** A drawing as the server and the list of saved sketches keep it: its strokes, without the history. */
export interface KeptSketch {
  version: 2
  strokes: Stroke[]
}

/** The server accepts two million characters; a point takes up to 28. */
const MAX_POINTS = 65_000

/** A very large drawing is thinned out until it can be kept. */
export function toKept({ strokes }: Sketch): KeptSketch {
  const step = Math.ceil(strokes.reduce((sum, { points }) => sum + points.length, 0) / MAX_POINTS)
  return {
    version: 2,
    strokes: step <= 1 ? [...strokes] : strokes.map((stroke) => thinned(stroke, step)),
  }
}

/** Every `step`th point of a stroke, and both ends. */
function thinned(stroke: Stroke, step: number): Stroke {
  const last = stroke.points.length - 1
  return { ...stroke, points: stroke.points.filter((_, n) => n % step === 0 || n === last) }
}

/** @returns undefined if the value is no kept drawing */
export function fromKept(value: unknown): Sketch | undefined {
  if (typeof value !== 'object' || value === null || !('strokes' in value)) return undefined
  const { strokes } = value
  if (!Array.isArray(strokes) || !strokes.every(isKeptStroke)) return undefined
  return { ...EMPTY_SKETCH, strokes: strokes.reduce(withStroke, []) }
}

/** In version 1 erasers were strokes as well, and points had no time. */
interface KeptStroke extends Omit<Stroke, 'tool' | 'points'> {
  tool: Stroke['tool'] | 'eraser'
  points: number[][]
}

function withStroke(strokes: Stroke[], { tool, size, colour, points }: KeptStroke): Stroke[] {
  const timed = points.map(([x, y, pressure, time = 0]): StrokePoint => [x!, y!, pressure!, time])
  if (tool !== 'eraser')
    return [...strokes, roundedStroke({ tool, size, ...(colour && { colour }), points: timed })]
  const path = timed.map(([x, y]) => [x, y] as const)
  return strokes.flatMap((stroke) => erased(stroke, path, size / 2) ?? [stroke])
}

function isKeptStroke(value: unknown): value is KeptStroke {
  if (typeof value !== 'object' || value === null) return false
  const { tool, size, points, colour } = value as Partial<KeptStroke>
  const isPoint = (point: unknown) =>
    Array.isArray(point) &&
    (point.length === 3 || point.length === 4) &&
    point.every((number) => Number.isFinite(number))
  return (
    (tool === 'pen' || tool === 'brush' || tool === 'eraser') &&
    Number.isFinite(size) &&
    (colour === undefined || /^#[0-9a-f]{6}$/i.test(colour)) &&
    Array.isArray(points) &&
    points.length > 0 &&
    points.every(isPoint)
  )
}

import { clamp, distance, snappedEnd } from './geometry.ts'
import { withoutTremor } from './smoothing.ts'
import type { Stroke, StrokePoint } from './stroke.ts'

/** One reading of a pointer, in units of the sheet and milliseconds. */
export interface Sample {
  x: number
  y: number
  /** 0…1; undefined for a mouse or a finger, whose speed stands for it. */
  pressure: number | undefined
  time: number
}

/** Points closer together than this, in pixels, add nothing. */
const MIN_STEP_PX = 0.5
/** Distance in points from the end of a stroke after which smoothing does not change any more. */
const SETTLED_AFTER_POINTS = 40
/** At this speed, in pixels per millisecond, a simulated pen is at its lightest. */
const FULL_SPEED = 2.4
const [HEAVIEST, LIGHTEST] = [0.62, 0.36]
/** How long the simulated pressure takes to follow the speed. */
const FOLLOW_MS = 60

/** A stroke that is being drawn. */
export class LiveStroke {
  readonly #style: Omit<Stroke, 'points'>
  readonly #unitsPerPixel: number
  readonly #start: number
  #points: StrokePoint[]
  /** The beginning of the stroke without tremor, which further points do not change. */
  #smooth: StrokePoint[] = []
  /** The last reading, which may be too close to the last point to be one. */
  #last: Sample

  constructor(style: Omit<Stroke, 'points'>, unitsPerPixel: number, first: Sample) {
    this.#style = style
    this.#unitsPerPixel = unitsPerPixel
    this.#start = first.time
    this.#last = first
    this.#points = [[first.x, first.y, first.pressure ?? 0.5, 0]]
  }

  get end(): Sample {
    return this.#last
  }

  extend(sample: Sample): void {
    const before = this.#points.at(-1)!
    this.#last = sample
    if (distance(before, [sample.x, sample.y]) < MIN_STEP_PX * this.#unitsPerPixel) return
    this.#points.push(this.#pointAfter(before, sample))
  }

  /** Makes it a straight line from its start, in steps of 15°. */
  straighten(sample: Sample): void {
    const start = this.#points[0]!
    const [x, y] = snappedEnd([start[0], start[1]], [sample.x, sample.y])
    this.#last = { ...sample, x, y }
    this.#points = [start, [x, y, start[2], sample.time - this.#start]]
    this.#smooth = []
  }

  /** The stroke up to the last reading, without tremor. @param predicted where the pointer will probably be next */
  stroke(predicted: readonly Sample[] = []): Stroke {
    const points = [...this.#points]
    for (const sample of [this.#last, ...predicted]) {
      const before = points.at(-1)!
      if (sample.x !== before[0] || sample.y !== before[1]) points.push(this.#pointAfter(before, sample))
    }
    const known = this.#smooth.length
    const from = Math.max(0, known - SETTLED_AFTER_POINTS)
    const end = withoutTremor(points.slice(from), this.#unitsPerPixel).slice(known - from)
    const settled = Math.max(0, this.#points.length - SETTLED_AFTER_POINTS - known)
    this.#smooth.push(...end.slice(0, settled))
    return { ...this.#style, points: [...this.#smooth, ...end.slice(settled)] }
  }

  #pointAfter(before: StrokePoint, { x, y, pressure, time }: Sample): StrokePoint {
    const since = time - this.#start
    return [x, y, pressure ?? this.#simulatedPressure(before, x, y, since), since]
  }

  /** Light where the pointer is fast. It depends on time, so that a mouse with 240 readings a second draws what one with 60 draws. */
  #simulatedPressure(before: StrokePoint, x: number, y: number, since: number): number {
    const elapsed = Math.max(1, since - before[3])
    const speed = distance(before, [x, y]) / this.#unitsPerPixel / elapsed
    const target = HEAVIEST + clamp(speed / FULL_SPEED, 0, 1) * (LIGHTEST - HEAVIEST)
    return before[2] + (target - before[2]) * (1 - Math.exp(-elapsed / FOLLOW_MS))
  }
}

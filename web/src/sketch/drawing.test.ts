import { describe, expect, it } from 'vitest'
import { erased } from './erase.ts'
import { distance, distanceToSegment, type Vector } from './geometry.ts'
import { LiveStroke, type Sample } from './live-stroke.ts'
import { outlinePath } from './outline.ts'
import { curveThrough, withoutTremor } from './smoothing.ts'
import type { Stroke, StrokePoint } from './stroke.ts'
import { tidied } from './tidy.ts'

const pen = (points: readonly (readonly number[])[]): Stroke => ({
  tool: 'pen',
  size: 10,
  points: points.map(([x, y, time = 0]): StrokePoint => [x!, y!, 0.5, time]),
})
const along = (count: number, at: (share: number) => Vector): Vector[] =>
  Array.from({ length: count + 1 }, (_, n) => at(n / count))
const onCircle = (share: number, radius = 100): Vector => [
  300 + radius * Math.cos(share * 2 * Math.PI),
  300 + radius * Math.sin(share * 2 * Math.PI),
]
const onSquare = (share: number): Vector => {
  const side = Math.min(3, Math.floor(share * 4))
  const t = share * 4 - side
  const corners: Vector[] = [
    [100, 100],
    [300, 100],
    [300, 300],
    [100, 300],
    [100, 100],
  ]
  const [a, b] = [corners[side]!, corners[side + 1]!]
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]
}
/** Repeatable noise of a hand. */
const shaken = (points: Vector[], by: number): Vector[] =>
  points.map(([x, y], n) => [x + by * Math.sin(n * 12.9898), y + by * Math.sin(n * 78.233)])

describe('an eraser', () => {
  const line = pen([
    [0, 0],
    [100, 0],
  ])
  it.each<[name: string, path: Vector[], left: number[][] | undefined]>([
    [
      'cuts a gap',
      [[50, 0]],
      [
        [0, 37],
        [63, 100],
      ],
    ],
    [
      'cuts as far as it was moved',
      [
        [40, 0],
        [60, 0],
      ],
      [
        [0, 27],
        [73, 100],
      ],
    ],
    [
      'cuts where it crosses',
      [
        [50, -80],
        [50, 80],
      ],
      [
        [0, 37],
        [63, 100],
      ],
    ],
    ['shortens an end', [[100, 0]], [[0, 87]]],
    [
      'takes all that it covers',
      [
        [-20, 0],
        [120, 0],
      ],
      [],
    ],
    ['leaves what it does not reach', [[50, 40]], undefined],
    [
      'leaves what only its bounding box touches',
      [
        [-60, 60],
        [160, 20],
      ],
      undefined,
    ],
    [
      'cuts several gaps in one go',
      [
        [20, 0],
        [20, 60],
        [80, 60],
        [80, 0],
      ],
      [
        [0, 7],
        [33, 67],
        [93, 100],
      ],
    ],
  ])('%s', (_, path, left) => {
    const pieces = erased(line, path, 10)
    expect(pieces?.map(({ points }) => [points[0]![0], points.at(-1)![0]])).toEqual(left)
  })

  it('removes a dot', () => {
    expect(
      erased(
        pen([[5, 5]]),
        [
          [0, 0],
          [20, 0],
        ],
        10,
      ),
    ).toEqual([])
    expect(
      erased(
        pen([[5, 50]]),
        [
          [0, 0],
          [20, 0],
        ],
        10,
      ),
    ).toBeUndefined()
  })

  it('interpolates pressure and time where it cuts', () => {
    const [piece] = erased(
      {
        ...line,
        points: [
          [0, 0, 0, 0],
          [100, 0, 1, 1000],
        ],
      },
      [[100, 0]],
      10,
    )!
    expect(piece!.points.at(-1)).toEqual([87, 0, 0.87, 870])
  })
})

describe('smoothing', () => {
  it('keeps both ends and the corners of a densely sampled square', () => {
    const points = pen(shaken(along(400, onSquare), 0.4)).points
    const smooth = withoutTremor(points, 1)
    expect(smooth[0]).toEqual(points[0])
    expect(smooth.at(-1)).toEqual(points.at(-1))
    for (const corner of [
      [300, 100],
      [300, 300],
      [100, 300],
    ])
      expect(Math.min(...smooth.map((point) => distance(point, corner)))).toBeLessThan(1.2)
  })

  it('removes most of the tremor', () => {
    const ideal = along(400, (share) => [share * 400, 0])
    const stray = (points: readonly StrokePoint[]) =>
      Math.max(...points.slice(8, -8).map(([, y]) => Math.abs(y)))
    const points = pen(shaken(ideal, 0.5)).points
    expect(stray(withoutTremor(points, 1))).toBeLessThan(stray(points) / 2.5)
  })

  it('keeps sparse points', () => {
    const points = pen(along(12, onCircle)).points
    expect(withoutTremor(points, 1)).toEqual(points)
  })

  it('passes through all sparse points and rounds no corner off', () => {
    const corners = along(4, onSquare)
    const curve = curveThrough(pen(corners).points)
    for (const [x, y] of curve) {
      const away = Math.min(
        ...corners.slice(1).map((corner, n) => distanceToSegment([x, y], corners[n]!, corner)),
      )
      expect(away).toBeLessThan(0.01)
    }
    for (const corner of corners) expect(Math.min(...curve.map((point) => distance(point, corner)))).toBe(0)
  })

  it('forms a circle from few points of a fast mouse', () => {
    const curve = curveThrough(pen(along(16, onCircle)).points)
    const inner = curve.filter(([x, y]) => distance([x, y], onCircle(0)) > 60)
    for (const [x, y] of inner) expect(Math.abs(distance([x, y], [300, 300]) - 100)).toBeLessThan(1.5)
  })
})

describe('an outline', () => {
  const numbersOf = (path: string) => path.match(/-?[\d.]+/g)!.map(Number)
  it.each<[name: string, points: Vector[]]>([
    ['a dot', [[10, 10]]],
    [
      'a short line',
      [
        [10, 10],
        [11, 10],
      ],
    ],
    [
      'a line there and back',
      [
        [10, 10],
        [50, 10],
        [10, 10],
      ],
    ],
  ])('of %s is finite and contains its points', (_, points) => {
    const numbers = numbersOf(outlinePath(pen(points)))
    expect(numbers.length).toBeGreaterThan(4)
    expect(numbers.every(Number.isFinite)).toBe(true)
  })

  it('ends where the pen was lifted', () => {
    const numbers = numbersOf(outlinePath(pen(along(300, (share) => [share * 200, 50]))))
    const xs = numbers.filter((_, n) => n % 2 === 0)
    // Half the width beyond the last point.
    expect(Math.max(...xs)).toBeGreaterThan(204.5)
    expect(Math.max(...xs)).toBeLessThan(205.2)
  })
})

describe('a stroke that is being drawn', () => {
  const style = { tool: 'pen', size: 10 } as const
  const reading = (x: number, y: number, time: number, pressure?: number): Sample => ({
    x,
    y,
    time,
    pressure,
  })
  /** A quarter of a second along an arc. @param rate in events per second */
  const drawn = (rate: number) => {
    const count = rate / 4
    const at = (n: number) => {
      const [x, y] = onCircle((n / count) * 0.6)
      return reading(x, y, 1000 + (n / count) * 250)
    }
    const live = new LiveStroke(style, 1, at(0))
    for (let n = 1; n <= count; n++) live.extend(at(n))
    return { stroke: live.stroke(), end: at(count) }
  }

  it.each([60, 120, 240])('at %i Hz ends exactly where the pointer was', (rate) => {
    const { stroke, end } = drawn(rate)
    expect(stroke.points.at(-1)!.slice(0, 2)).toEqual([end.x, end.y])
  })

  it('is as thick with 60 readings per second as with 240', () => {
    const meanPressure = ({ points }: Stroke) =>
      points.slice(points.length / 2).reduce((sum, point) => sum + point[2], 0) / (points.length / 2)
    const [slow, fast] = [60, 240].map((rate) => meanPressure(drawn(rate).stroke))
    expect(Math.abs(slow! - fast!)).toBeLessThan(0.02)
  })

  it('uses the pressure of a pen', () => {
    const live = new LiveStroke(style, 1, reading(0, 0, 0, 0.2))
    live.extend(reading(50, 0, 20, 0.9))
    expect(live.stroke().points.map((point) => point[2])).toEqual([0.2, 0.9])
  })

  it('is a dot where the pointer did not move', () => {
    expect(new LiveStroke(style, 1, reading(7, 8, 0)).stroke().points).toEqual([[7, 8, 0.5, 0]])
  })

  it('ends at the last reading, however close that is to the one before, and drops predictions', () => {
    const live = new LiveStroke(style, 1, reading(0, 0, 0))
    live.extend(reading(50, 0, 20))
    live.extend(reading(50.2, 0, 30))
    expect(live.stroke([reading(60, 0, 38)]).points.at(-1)![0]).toBe(60)
    expect(live.stroke().points.at(-1)!.slice(0, 2)).toEqual([50.2, 0])
  })

  it.each([
    [100, 8, 0],
    [60, 30, 30],
    [10, 100, 90],
    [-100, -4, 180],
    [-70, 72, 135],
  ])('with Shift to (%i, %i) is a line at %i°', (x, y, degrees) => {
    const live = new LiveStroke(style, 1, reading(0, 0, 0))
    live.extend(reading(20, 60, 10))
    live.straighten(reading(x, y, 20))
    const [start, end] = live.stroke().points
    const angle = (Math.atan2(end![1] - start![1], end![0] - start![0]) / Math.PI) * 180
    expect(Math.abs(Math.abs(angle) - degrees)).toBeLessThan(1e-6)
  })
})

describe('tidying', () => {
  const ellipse = (share: number): Vector => {
    const [cos, sin] = [Math.cos(0.5), Math.sin(0.5)]
    const [a, b] = [160 * Math.cos(share * 2 * Math.PI), 70 * Math.sin(share * 2 * Math.PI)]
    return [300 + a * cos - b * sin, 300 + a * sin + b * cos]
  }
  const turned = (share: number): Vector => {
    const [x, y] = onSquare(share)
    return [x * Math.cos(0.4) - 0.5 * y * Math.sin(0.4), x * Math.sin(0.4) + 0.5 * y * Math.cos(0.4)]
  }
  it.each<[name: string, points: Vector[], shape: string | undefined]>([
    [
      'a shaky line',
      shaken(
        along(80, (share) => [share * 300, share * 120]),
        5,
      ),
      'line',
    ],
    ['a shaky circle', shaken(along(80, onCircle), 4), 'circle'],
    ['a circle that does not quite close', along(80, (share) => onCircle(share * 0.95)), 'circle'],
    ['a circle that overlaps itself', along(80, (share) => onCircle(share * 1.04)), 'circle'],
    ['a shaky ellipse', shaken(along(80, ellipse), 4), 'ellipse'],
    ['a shaky square', shaken(along(80, onSquare), 4), 'rectangle'],
    ['a square of a fast mouse', along(4, onSquare), 'rectangle'],
    ['a turned rectangle', shaken(along(80, turned), 3), 'rectangle'],
    [
      'a triangle',
      [
        [100, 100],
        [300, 100],
        [200, 280],
        [100, 100],
      ],
      undefined,
    ],
    ['a wave', along(80, (share) => [share * 300, 60 * Math.sin(share * 12)]), undefined],
    ['an arc', along(80, (share) => onCircle(share * 0.4)), undefined],
    ['a star', along(10, (share) => onCircle(share, Math.round(share * 10) % 2 === 0 ? 150 : 60)), undefined],
    ['a dot', [[5, 5]], undefined],
    [
      'a dash of a few units',
      [
        [5, 5],
        [12, 5],
      ],
      undefined,
    ],
  ])('turns %s into the right shape', (_, points, shape) => {
    expect(tidied(pen(points))?.shape).toBe(shape)
  })

  it('keeps the ends of a line, and a rectangle upright that nearly is', () => {
    const line = tidied(
      pen(
        shaken(
          along(80, (share) => [share * 300, 0]),
          3,
        ),
      ),
    )!.stroke.points
    expect(line).toHaveLength(2)
    const square = tidied(pen(shaken(along(80, onSquare), 4)))!.stroke.points
    expect(square).toHaveLength(5)
    expect(square[0]![1]).toBeCloseTo(square[1]![1], 6)
    expect(square[1]![0]).toBeCloseTo(square[2]![0], 6)
  })
})

import { describe, expect, it } from 'vitest'
import { canContinue, frameOf } from './frame.ts'
import type { Vector } from './geometry.ts'
import { composed, IDENTITY, moved, turnedAbout } from './geometry.ts'
import {
  arrowMatrix,
  duplicateSelected,
  type Handle,
  handleMatrix,
  mirrorMatrix,
  stillThere,
  strokeAt,
  strokesWithin,
  toggled,
  transformSelected,
} from './select.ts'
import { addStroke, EMPTY_SKETCH, undo } from './sketch.ts'
import type { Stroke } from './stroke.ts'
import {
  dragged,
  FITTING,
  fittedBox,
  MAX_ZOOM,
  MIN_ZOOM,
  toScreen,
  toSheet,
  viewOf,
  zoomedAt,
} from './view.ts'

const PANES = [
  { width: 320, height: 300 },
  { width: 640, height: 840 },
  { width: 2560, height: 900 },
]

describe('the view of the sheet', () => {
  it.each(PANES)('shows the whole home square in $width × $height', (size) => {
    const view = viewOf(FITTING, size, fittedBox(undefined))
    for (const corner of [
      [0, 0],
      [1000, 1000],
    ] as Vector[]) {
      const [x, y] = toScreen(view, corner)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(size.width)
      expect(y).toBeLessThanOrEqual(size.height)
    }
    const somewhere: Vector = [123, 456]
    const back = toSheet(view, toScreen(view, somewhere))
    expect(back[0]).toBeCloseTo(123, 9)
    expect(back[1]).toBeCloseTo(456, 9)
  })

  it.each(PANES)('also shows ink beyond it in $width × $height', (size) => {
    const view = viewOf(FITTING, size, fittedBox({ left: -400, top: 10, right: 1700, bottom: 900 }))
    expect(toScreen(view, [-400, 0])[0]).toBeGreaterThanOrEqual(-1e-9)
    expect(toScreen(view, [1700, 0])[0]).toBeLessThanOrEqual(size.width + 1e-9)
  })

  it.each([
    [1.5, 1.5],
    [0.01, MIN_ZOOM],
    [100, MAX_ZOOM],
  ])('enlarged %d times keeps what is under the pointer', (factor, zoom) => {
    const [size, box] = [PANES[1]!, fittedBox(undefined)]
    const at: Vector = [100, 200]
    const held = toSheet(viewOf(FITTING, size, box), at)
    const camera = zoomedAt(FITTING, size, box, at, factor)
    expect(camera.zoom).toBe(zoom)
    const after = toScreen(viewOf(camera, size, box), held)
    expect(after[0]).toBeCloseTo(100, 6)
    expect(after[1]).toBeCloseTo(200, 6)
  })

  it('keeps its middle and its zoom when the pane changes its size', () => {
    const box = fittedBox(undefined)
    const camera = dragged(FITTING, PANES[1]!, box, { from: [10, 10], to: [50, 80], factor: 2 })
    const middleIn = (size: { width: number; height: number }) =>
      toSheet(viewOf(camera, size, box), [size.width / 2, size.height / 2])
    expect(middleIn(PANES[0]!)[0]).toBeCloseTo(middleIn(PANES[2]!)[0], 9)
    expect(middleIn(PANES[0]!)[1]).toBeCloseTo(middleIn(PANES[2]!)[1], 9)
  })
})

const line = (x: number, y: number): Stroke => ({
  tool: 'pen',
  size: 10,
  points: [
    [x, y, 0.5, 0],
    [x + 100, y, 0.5, 9],
  ],
})
const SKETCH = [line(0, 0), line(0, 100), line(300, 100)].reduce(addStroke, EMPTY_SKETCH)
const startsOf = (strokes: Iterable<Stroke>) => [...strokes].map(({ points }) => points[0]!.slice(0, 2))

describe('a picture of the sketch', () => {
  const { strokes } = SKETCH
  it('shows all ink with a border, at any position', () => {
    const frame = frameOf([line(-500, 2000)])!
    expect(frame.left).toBeLessThan(-510)
    expect(frame.left + frame.side).toBeGreaterThan(-390)
    expect(frame.side).toBeGreaterThanOrEqual(125)
    expect(frameOf([])).toBeUndefined()
  })

  it.each<[name: string, after: Stroke[], canContinue: boolean]>([
    ['with one more stroke within its frame', [...strokes, line(100, 50)], true],
    ['with the same strokes', [...strokes], true],
    ['with a stroke beyond its frame', [...strokes, line(900, 900)], false],
    ['without its first stroke', [...strokes.slice(1), line(0, 0)], false],
  ])('%s is continued: %s', (_, after, expected) => {
    const drawn = { strokes, frame: frameOf(strokes)! }
    expect(canContinue(drawn, after, frameOf(after)!)).toBe(expected)
  })
})

describe('selecting', () => {
  it.each<[name: string, lasso: Vector[], starts: number[][]]>([
    [
      'around one',
      [
        [-10, -10],
        [200, -10],
        [200, 20],
        [-10, 20],
      ],
      [[0, 0]],
    ],
    [
      'around two',
      [
        [-10, -10],
        [200, -10],
        [200, 120],
        [-10, 120],
      ],
      [
        [0, 0],
        [0, 100],
      ],
    ],
    [
      'across half of one',
      [
        [290, 90],
        [360, 90],
        [360, 110],
        [290, 110],
      ],
      [[300, 100]],
    ],
    [
      'around nothing',
      [
        [500, 500],
        [600, 500],
        [600, 600],
      ],
      [],
    ],
    ['of no area', [[0, 0]], []],
  ])('by a lasso %s', (_, lasso, starts) => {
    expect(startsOf(strokesWithin(SKETCH.strokes, lasso))).toEqual(starts)
  })

  it('by a click selects the topmost stroke, and deselects it again', () => {
    const stroke = strokeAt([line(0, 0), line(0, 4)], [50, 2], 6)!
    expect(startsOf([stroke])).toEqual([[0, 4]])
    expect(strokeAt(SKETCH.strokes, [50, 50], 6)).toBeUndefined()
    const one = toggled(new Set(), stroke)
    expect(one.size).toBe(1)
    expect(toggled(one, stroke).size).toBe(0)
  })

  it('drops strokes that Undo removed', () => {
    const selection = new Set(SKETCH.strokes.slice(1))
    expect(startsOf(stillThere(selection, undo(SKETCH)))).toEqual([[0, 100]])
    expect(stillThere(selection, SKETCH)).toBe(selection)
  })
})

describe('changing the selection', () => {
  const box = { left: 0, top: 0, right: 100, bottom: 100 }
  it.each<[handle: Handle, from: Vector, to: Vector, point: Vector, lands: Vector]>([
    ['inside', [50, 50], [70, 40], [0, 0], [20, -10]],
    ['bottom-right', [100, 100], [200, 200], [50, 50], [100, 100]],
    ['bottom-right', [100, 100], [200, 200], [0, 0], [0, 0]],
    ['top-left', [0, 0], [50, 50], [0, 0], [50, 50]],
    ['top-left', [0, 0], [50, 50], [100, 100], [100, 100]],
    ['top-right', [100, 0], [400, 400], [0, 100], [0, 100]],
    ['turn', [50, -20], [120, 50], [50, 0], [100, 50]],
  ])('by its handle %s', (handle, from, to, [x, y], lands) => {
    const [a, b, c, d, e, f] = handleMatrix(handle, box, from, to)
    expect(a * x + c * y + e).toBeCloseTo(lands[0], 6)
    expect(b * x + d * y + f).toBeCloseTo(lands[1], 6)
  })

  it('turns in steps of 15° with Shift', () => {
    const stepped = handleMatrix('turn', box, [50, 0], [65, 0], true)
    expect(stepped[0]).toBeCloseTo(Math.cos(Math.PI / 12), 9)
  })

  it('moves, scales with the line width, and is undone in one step each', () => {
    const selection = new Set(SKETCH.strokes.slice(0, 2))
    const { sketch, selection: after } = transformSelected(SKETCH, selection, [2, 0, 0, 2, 10, 20])
    expect(startsOf(sketch.strokes)).toEqual([
      [10, 20],
      [10, 220],
      [300, 100],
    ])
    expect([...after].map(({ size }) => size)).toEqual([20, 20])
    expect(undo(sketch).strokes).toEqual(SKETCH.strokes)
  })

  it('mirrors about the middle', () => {
    const { sketch } = transformSelected(SKETCH, new Set(SKETCH.strokes.slice(0, 1)), mirrorMatrix(box))
    expect(sketch.strokes[0]!.points.map(([x]) => x)).toEqual([100, 0])
  })

  it('duplicates on top and selects the copies', () => {
    const { sketch, selection } = duplicateSelected(SKETCH, new Set(SKETCH.strokes.slice(0, 1)))
    expect(startsOf(sketch.strokes.slice(3))).toEqual([[30, 30]])
    expect([...selection]).toEqual(sketch.strokes.slice(3))
    expect(undo(sketch).strokes).toEqual(SKETCH.strokes)
  })

  it.each([
    ['ArrowLeft', {}, [-5, 0]],
    ['ArrowDown', {}, [0, 5]],
    ['ArrowUp', { isScaling: true }, [-2.5, -2.5]],
  ] as const)('by %s %j', (key, options, lands) => {
    const [, , , , e, f] = arrowMatrix(key, box, { isScaling: false, isTurning: false, step: 5, ...options })
    expect([e, f]).toEqual([expect.closeTo(lands[0], 6), expect.closeTo(lands[1], 6)])
  })

  it('composes matrices from right to left', () => {
    const turn = turnedAbout([0, 0], Math.PI / 2)
    expect(composed(IDENTITY, turn)).toEqual(turn)
    const [, , , , e, f] = composed(turn, moved([10, 0]))
    expect([e, f]).toEqual([expect.closeTo(0, 9), expect.closeTo(10, 9)])
  })
})

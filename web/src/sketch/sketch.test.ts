import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { DrawJob } from './jobs.ts'
import { fromKept, toKept } from './kept-sketch.ts'
import { loadTidy } from './load-tidy.ts'
import type { SheetPainter } from './painter.ts'
import {
  addStroke,
  allStrokes,
  appendStrokes,
  cleared,
  EMPTY_SKETCH,
  hasEnoughInk,
  isBlank,
  isSameDrawing,
  joined,
  MAX_UNDO,
  redo,
  removeStrokes,
  replaceBy,
  replaceStrokes,
  type Sketch,
  undo,
} from './sketch.ts'
import type { Stroke, StrokePoint } from './stroke.ts'
import { eraserChosen, loadToolSettings } from './tool-settings.ts'

const stroke = (x: number, tool: Stroke['tool'] = 'pen'): Stroke => ({
  tool,
  size: 10,
  points: [
    [x, 0, 0.5, 0],
    [x, 100, 0.5, 20],
  ],
})
const sketchOf = (...strokes: Stroke[]) => strokes.reduce(addStroke, EMPTY_SKETCH)
const places = ({ strokes }: Sketch) => strokes.map(({ points }) => points[0]![0])

describe('the history of a sketch', () => {
  const base = sketchOf(stroke(1), stroke(2), stroke(3))
  const [first, second, third] = base.strokes as [Stroke, Stroke, Stroke]
  it.each<[name: string, edit: (sketch: Sketch) => Sketch, after: number[]]>([
    ['a stroke', (sketch) => addStroke(sketch, stroke(4)), [1, 2, 3, 4]],
    ['clearing', cleared, []],
    ['erasing one', (sketch) => removeStrokes(sketch, [second]), [1, 3]],
    ['deleting two that are apart', (sketch) => removeStrokes(sketch, [first, third]), [2]],
    [
      'cutting one in two',
      (sketch) => replaceStrokes(sketch, new Map([[second, [stroke(20), stroke(21)]]])),
      [1, 20, 21, 3],
    ],
    [
      'different numbers of pieces',
      (sketch) =>
        replaceStrokes(
          sketch,
          new Map([
            [first, []],
            [third, [stroke(30), stroke(31), stroke(32)]],
          ]),
        ),
      [2, 30, 31, 32],
    ],
    ['copies', (sketch) => appendStrokes(sketch, [stroke(8), stroke(9)]), [1, 2, 3, 8, 9]],
    ['opening another', (sketch) => replaceBy(sketch, sketchOf(stroke(7))), [7]],
  ])('undoes %s and redoes it', (_, edit, after) => {
    const edited = edit(base)
    expect(places(edited)).toEqual(after)
    expect(undo(edited).strokes).toEqual(base.strokes)
    expect(redo(undo(edited))).toEqual(edited)
    expect(undo(undo(redo(undo(edited)))).strokes).toEqual([first, second])
  })

  it.each<[name: string, edit: (sketch: Sketch) => Sketch]>([
    ['clearing a blank sheet', () => cleared(EMPTY_SKETCH)],
    ['erasing nothing', () => removeStrokes(EMPTY_SKETCH, [stroke(1)])],
    ['undoing at the beginning', () => undo(EMPTY_SKETCH)],
    ['redoing at the end', () => redo(EMPTY_SKETCH)],
  ])('has no step for %s', (_, edit) => {
    expect(edit(EMPTY_SKETCH)).toBe(EMPTY_SKETCH)
  })

  it('drops undone steps when a new stroke is drawn', () => {
    const sketch = addStroke(undo(base), stroke(9))
    expect(places(sketch)).toEqual([1, 2, 9])
    expect(redo(sketch)).toBe(sketch)
  })

  it(`goes back ${MAX_UNDO} steps, and keeps earlier strokes`, () => {
    let sketch = EMPTY_SKETCH
    for (let n = 0; n < MAX_UNDO + 20; n++) sketch = addStroke(sketch, stroke(n))
    let steps = 0
    for (let before = undo(sketch); before !== sketch; before = undo(sketch)) {
      sketch = before
      steps++
    }
    expect(steps).toBe(MAX_UNDO)
    expect(sketch.strokes).toHaveLength(20)
    for (let n = 0; n < MAX_UNDO; n++) sketch = redo(sketch)
    expect(sketch.strokes).toHaveLength(MAX_UNDO + 20)
  })

  it('is kept when another drawing replaces a cleared one', () => {
    const opened = replaceBy(cleared(base), sketchOf(stroke(7)))
    expect(places(opened)).toEqual([7])
    expect(places(undo(undo(opened)))).toEqual([1, 2, 3])
    expect(replaceBy(EMPTY_SKETCH, sketchOf(stroke(7))).past).toEqual([])
  })

  it('has one step for two of which the later replaces what the earlier added, and for no others', () => {
    const apart = new Map([
      [first, [stroke(10)]],
      [third, [stroke(30), stroke(31)]],
    ])
    const once = replaceStrokes(base, apart)
    const [left, , ...right] = once.strokes as [Stroke, Stroke, Stroke, Stroke]
    const twice = replaceStrokes(once, new Map([left, ...right].map((one, n) => [one, [stroke(100 + n)]])))
    const both = joined(twice)
    expect(both.strokes).toBe(twice.strokes)
    expect(both.past).toHaveLength(base.past.length + 1)
    expect(undo(both)).toEqual({ ...base, future: both.past.slice(-1) })
    expect(redo(undo(both))).toEqual(both)
    for (const other of [
      EMPTY_SKETCH,
      base,
      cleared(base),
      removeStrokes(once, [second]),
      removeStrokes(once, [left]),
    ])
      expect(joined(other)).toBe(other)
  })

  it('lists every stroke that it needs', () => {
    const edited = undo(removeStrokes(cleared(base), [first]))
    expect(allStrokes(edited)).toEqual(new Set(base.strokes))
  })
})

describe('ink', () => {
  it('is enough for a search from 24 pixels on', () => {
    const line = (length: number): Stroke => ({
      ...stroke(1),
      points: [
        [0, 0, 0.5, 0],
        [length, 0, 0.5, 1],
      ],
    })
    expect(hasEnoughInk([])).toBe(false)
    expect(hasEnoughInk([line(37)])).toBe(false)
    expect(hasEnoughInk([line(38)])).toBe(true)
    expect(hasEnoughInk([line(20), line(20)])).toBe(true)
    expect(isBlank(sketchOf(line(1)))).toBe(false)
  })
})

describe('a saved sketch', () => {
  it('equals the drawing', () => {
    const fine: Stroke = { ...stroke(1, 'brush'), colour: '#c2410c', points: [[1 / 3, 2 / 3, 1 / 3, 12.7]] }
    const drawn = sketchOf(fine, stroke(2))
    expect(drawn.strokes[0]!.points).toEqual([[0.33, 0.67, 0.33, 13]])
    const restored = fromKept(JSON.parse(JSON.stringify(toKept(drawn))))!
    expect(restored.strokes).toEqual(drawn.strokes)
    expect(isSameDrawing(restored, drawn)).toBe(true)
    expect(isSameDrawing(restored, undo(drawn))).toBe(false)
    expect(isSameDrawing(restored, addStroke(undo(drawn), stroke(3)))).toBe(false)
  })

  it('equals the drawing, a stroke that was tidied too', async () => {
    await loadTidy()
    vi.stubGlobal('window', globalThis)
    onTestFinished(() => void vi.unstubAllGlobals())
    const painter = { setOverlay: () => {} } as unknown as SheetPainter
    const at = (n: number) => ({
      x: 500 + 99.7 * Math.cos(n / 8),
      y: 500 + 101.3 * Math.sin(n / 8),
      pressure: 0.5,
      time: n * 8,
    })
    const job = new DrawJob(
      { sketch: EMPTY_SKETCH, painter, unitsPerPixel: 1 },
      { tool: 'pen', size: 6 },
      at(0),
      true,
    )
    job.extend(
      Array.from({ length: 50 }, (_, n) => at(n + 1)),
      [],
      false,
    )
    const tidy = job.end()
    expect(tidy.past).toHaveLength(2)
    expect(isSameDrawing(fromKept(JSON.parse(JSON.stringify(toKept(tidy))))!, tidy)).toBe(true)
  })

  it('of version 1 shows the same, erased parts included', () => {
    const points = [
      [0, 0, 0.5],
      [100, 0, 0.5],
    ]
    const eraser = { tool: 'eraser', size: 20, points: [[50, 0, 0.5]] }
    const later = { tool: 'pen', size: 10, colour: '#b42318', points: [[50, 0, 0.5]] }
    const kept = { version: 1, strokes: [{ tool: 'pen', size: 10, points }, eraser, later] }
    const { strokes } = fromKept(kept)!
    expect(strokes.map((stroke) => stroke.points.map(([x]) => x))).toEqual([[0, 37], [63, 100], [50]])
    expect(strokes.map(({ colour }) => colour)).toEqual([undefined, undefined, '#b42318'])
    expect(strokes.every(({ points }) => points.every((point) => point.length === 4))).toBe(true)
  })

  it('has fewer points where it is very large, from end to end', () => {
    const long: Stroke = {
      ...stroke(1),
      points: Array.from({ length: 50_000 }, (_, n): StrokePoint => [999.99 - (n % 7), 888.88, 0.33, 99_999]),
    }
    const kept = toKept(sketchOf(long, long, long, long, long))
    expect(JSON.stringify(kept).length).toBeLessThan(2_000_000)
    expect(fromKept(kept)?.strokes).toHaveLength(5)
    for (const { points } of kept.strokes) {
      expect(points.length).toBeGreaterThan(10_000)
      expect([points[0], points.at(-1)]).toEqual([long.points[0], long.points.at(-1)])
    }
  })

  it.each([
    [null],
    [1],
    [{}],
    [{ strokes: 1 }],
    [{ strokes: [{ tool: 'pen' }] }],
    [{ strokes: [{ ...stroke(1), tool: 'lasso' }] }],
    [{ strokes: [{ ...stroke(1), colour: 'red' }] }],
    [{ strokes: [{ ...stroke(1), points: [['x', 0, 1]] }] }],
    [{ strokes: [{ ...stroke(1), points: [] }] }],
  ])('is not created from %j', (value) => {
    expect(fromKept(value)).toBeUndefined()
  })
})

describe('the eraser', () => {
  it.each([false, true])('is chosen as it was set, and set by a further press: %s', (erasesWhole) => {
    const tools = { ...loadToolSettings(), tool: 'pen', erasesWhole } as const
    const chosen = { ...tools, ...eraserChosen(tools) }
    expect(chosen).toEqual({ ...tools, tool: 'eraser' })
    expect(eraserChosen(chosen)).toEqual({ tool: 'eraser', erasesWhole: !erasesWhole })
  })
})

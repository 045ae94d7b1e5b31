import { describe, expect, it } from 'vitest'
import {
  addAction,
  EMPTY_SKETCH,
  fromKept,
  isBlank,
  redo,
  removeStrokeAt,
  replaceBy,
  type Stroke,
  type StrokePoint,
  toKept,
  undo,
  visibleStrokes,
} from './sketch.ts'

const stroke = (x: number, tool: Stroke['tool'] = 'pen'): Stroke => ({
  tool,
  size: 10,
  points: [[x, 0, 0.5]],
})

describe('a sketch', () => {
  it('is undone and redone step by step', () => {
    const two = addAction(addAction(EMPTY_SKETCH, stroke(1)), stroke(2))
    expect(visibleStrokes(undo(two))).toEqual([stroke(1)])
    expect(redo(undo(two))).toEqual(two)
    expect(undo(undo(undo(two))).done).toEqual([])
    expect(redo(two)).toBe(two)
    expect(undo(EMPTY_SKETCH)).toBe(EMPTY_SKETCH)
  })

  it('gives way to another, and comes back even after it was cleared', () => {
    const cleared = addAction(addAction(EMPTY_SKETCH, stroke(1)), 'clear')
    const other = addAction(EMPTY_SKETCH, stroke(2))
    expect(visibleStrokes(replaceBy(cleared, other))).toEqual([stroke(2)])
    expect(visibleStrokes(undo(undo(replaceBy(cleared, other))))).toEqual([stroke(1)])
    expect(replaceBy(EMPTY_SKETCH, other)).toEqual(other)
  })

  it('forgets what was undone when something new is drawn', () => {
    const sketch = addAction(undo(addAction(EMPTY_SKETCH, stroke(1))), stroke(2))
    expect(redo(sketch)).toEqual(sketch)
  })

  it('can be cleared, and clearing be undone', () => {
    const cleared = addAction(addAction(EMPTY_SKETCH, stroke(1)), 'clear')
    expect(isBlank(cleared)).toBe(true)
    expect(visibleStrokes(addAction(cleared, stroke(2)))).toEqual([stroke(2)])
    expect(visibleStrokes(undo(cleared))).toEqual([stroke(1)])
  })

  it('is blank until the pen was used', () => {
    expect(isBlank(addAction(EMPTY_SKETCH, stroke(1, 'eraser')))).toBe(true)
    expect(isBlank(addAction(EMPTY_SKETCH, stroke(1)))).toBe(false)
  })

  it('loses the topmost stroke at a point, and gets it back', () => {
    const line = (y: number): Stroke => ({
      tool: 'pen',
      size: 10,
      points: [
        [0, y, 0.5],
        [100, y, 0.5],
      ],
    })
    const both = addAction(addAction(EMPTY_SKETCH, line(0)), line(8))
    const one = removeStrokeAt(both, [50, 6], 5)
    expect(visibleStrokes(one)).toEqual([line(0)])
    expect(visibleStrokes(removeStrokeAt(one, [50, 6], 5))).toEqual([])
    expect(removeStrokeAt(one, [50, 60], 5)).toBe(one)
    expect(visibleStrokes(undo(one))).toEqual([line(0), line(8)])
  })

  it('is kept with fewer points where it is very large, from end to end', () => {
    const long: Stroke = {
      ...stroke(1),
      points: Array.from({ length: 50_000 }, (_, n): StrokePoint => [999.9 - (n % 7), 888.8, 0.33]),
    }
    const drawn = [1, 2, 3, 4, 5].reduce((sketch) => addAction(sketch, long), EMPTY_SKETCH)
    const kept = toKept(drawn)
    expect(JSON.stringify(kept).length).toBeLessThan(2_000_000)
    expect(fromKept(kept)?.done).toHaveLength(5)
    for (const { points } of kept.strokes) {
      expect(points.length).toBeGreaterThan(15_000)
      expect([points[0], points.at(-1)]).toEqual([long.points[0], long.points.at(-1)])
    }
  })

  it('is kept as what can be seen of it, and nothing else is taken for one', () => {
    const drawn = addAction(addAction(addAction(EMPTY_SKETCH, stroke(1)), 'clear'), stroke(2))
    expect(fromKept(JSON.parse(JSON.stringify(toKept(drawn))))?.done).toEqual([stroke(2)])
    const fine: Stroke = { ...stroke(1), points: [[1 / 3, 2 / 3, 1 / 3]] }
    expect(toKept(addAction(EMPTY_SKETCH, fine)).strokes[0]!.points).toEqual([[0.3, 0.7, 0.33]])
    expect(addAction(EMPTY_SKETCH, fine).done).toEqual(toKept(addAction(EMPTY_SKETCH, fine)).strokes)
    for (const value of [
      null,
      1,
      {},
      { strokes: 1 },
      { strokes: [{ tool: 'pen' }] },
      { strokes: [{ ...stroke(1), points: [['x', 0, 1]] }] },
    ])
      expect(fromKept(value)).toBeUndefined()
  })
})

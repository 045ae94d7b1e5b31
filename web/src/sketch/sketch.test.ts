import { describe, expect, it } from 'vitest'
import { addAction, EMPTY_SKETCH, isBlank, redo, type Stroke, undo, visibleStrokes } from './sketch.ts'

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
    expect(redo(two)).toEqual(two)
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
})

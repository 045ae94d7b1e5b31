import { describe, expect, it } from 'vitest'
import { GestureRecogniser, type PointerInput, type PointerKind, type SheetAction } from './gesture.ts'

type Step = Pick<PointerInput, 'type' | 'id' | 'kind' | 'x' | 'y' | 'time'> & Partial<PointerInput>

const event =
  (type: PointerInput['type']) =>
  (
    kind: PointerKind,
    id: number,
    x: number,
    y: number,
    time: number,
    more: Partial<PointerInput> = {},
  ): Step => ({
    type,
    kind,
    id,
    x,
    y,
    time,
    ...more,
  })
const down = event('down')
const move = event('move')
const up = event('up')
const cancel = event('cancel')

function replayed(steps: readonly Step[], drawsWithFingers = false): SheetAction[] {
  const recogniser = new GestureRecogniser({ drawsWithFingers, isPenSeen: false })
  return steps.flatMap((step) => recogniser.handle({ contact: 20, button: 0, isSpaceHeld: false, ...step }))
}

const kinds = (actions: SheetAction[]) => actions.map((action) => action.do)

/** A stroke of a pointer. @param rate in events per second */
function stroke(
  kind: PointerKind,
  id: number,
  rate: number,
  from: number,
  more: Partial<PointerInput> = {},
): Step[] {
  const count = Math.round(rate / 10)
  return [
    down(kind, id, 50, 50, from, more),
    ...Array.from({ length: count }, (_, n) =>
      move(kind, id, 50 + (n * 100) / count, 60, from + (n * 100) / count),
    ),
    up(kind, id, 150, 60, from + 100),
  ]
}

describe('a single pointer', () => {
  const kindsOfPointer: PointerKind[] = ['mouse', 'pen', 'touch']
  it.each(kindsOfPointer.flatMap((kind) => [60, 120, 240].map((rate) => [kind, rate] as const)))(
    'of kind %s at %i Hz draws from its press to its release',
    (kind, rate) => {
      const actions = replayed(stroke(kind, 1, rate, 1000))
      expect(actions[0]).toEqual({ do: 'begin', isEraser: false })
      expect(actions.at(-1)).toEqual({ do: 'end' })
      expect(kinds(actions).filter((kind) => kind === 'extend')).toHaveLength(rate / 10)
    },
  )

  it.each<[name: string, steps: Step[], actions: string[]]>([
    ['the second button of a mouse does nothing', stroke('mouse', 1, 60, 0, { button: 2 }), []],
    [
      'a stroke that the system takes is dropped',
      [down('pen', 1, 0, 0, 0), cancel('pen', 1, 0, 0, 9)],
      ['begin', 'cancel'],
    ],
    ['moving without a press does nothing', [move('mouse', 1, 5, 5, 0), move('mouse', 1, 9, 9, 9)], []],
    [
      'the middle button moves the sheet',
      [down('mouse', 1, 0, 0, 0, { button: 1 }), move('mouse', 1, 9, 9, 9), up('mouse', 1, 9, 9, 20)],
      ['drag'],
    ],
    [
      'Space and a drag move the sheet',
      [down('mouse', 1, 0, 0, 0, { isSpaceHeld: true }), move('mouse', 1, 9, 9, 9), up('mouse', 1, 9, 9, 20)],
      ['drag'],
    ],
  ])('%s', (_, steps, actions) => {
    expect(kinds(replayed(steps))).toEqual(actions)
  })

  it.each([
    [0, false],
    [2, true],
    [5, true],
  ])('with button %i of a pen erases: %s', (button, isEraser) => {
    expect(replayed([down('pen', 1, 0, 0, 0, { button })])).toEqual([{ do: 'begin', isEraser }])
  })
})

describe('two fingers', () => {
  it('that come together leave no line and zoom about their middle', () => {
    const actions = replayed([
      down('touch', 1, 100, 100, 0),
      move('touch', 1, 104, 100, 30),
      down('touch', 2, 200, 100, 60),
      move('touch', 1, 80, 100, 80),
      move('touch', 2, 220, 100, 90),
      up('touch', 2, 220, 100, 200),
      up('touch', 1, 80, 100, 500),
    ])
    expect(kinds(actions)).toEqual(['begin', 'extend', 'cancel', 'drag', 'drag'])
    const factors = actions.map((action) => (action.do === 'drag' ? action.factor : 1))
    expect(factors.reduce((product, factor) => product * factor)).toBeCloseTo(140 / 96, 6)
  })

  it.each([
    [50, 10],
    [390, 200],
    [900, 10],
  ])('pinch even if the second one arrives after %i ms and %i pixels', (time, moved) => {
    const steps = [
      down('touch', 1, 0, 0, 0),
      move('touch', 1, moved, 0, time - 1),
      down('touch', 2, 300, 0, time),
    ]
    expect(kinds(replayed(steps))).toEqual(['begin', 'extend', 'cancel'])
  })

  it('do not interrupt a line in progress', () => {
    const actions = replayed([
      down('touch', 1, 0, 0, 0),
      move('touch', 1, 80, 0, 450),
      down('touch', 2, 300, 0, 500),
      move('touch', 2, 320, 0, 510),
      up('touch', 2, 320, 0, 520),
      move('touch', 1, 90, 0, 530),
      up('touch', 1, 90, 0, 540),
    ])
    expect(kinds(actions)).toEqual(['begin', 'extend', 'extend', 'end'])
  })

  it('continue to move the sheet with the remaining one, without a jump and without a line', () => {
    const actions = replayed([
      down('touch', 1, 0, 0, 0),
      down('touch', 2, 100, 0, 50),
      move('touch', 1, 30, 0, 60),
      up('touch', 1, 30, 0, 70),
      move('touch', 2, 110, 5, 80),
      up('touch', 2, 110, 5, 90),
    ])
    expect(actions.slice(2)).toEqual([
      { do: 'drag', from: [50, 0], to: [65, 0], factor: 0.7 },
      { do: 'drag', from: [100, 0], to: [110, 5], factor: 1 },
    ])
  })

  const tap = (fingers: number, lasting: number, slip: number): Step[] => {
    const ids = Array.from({ length: fingers }, (_, n) => n + 1)
    return [
      ...ids.map((id) => down('touch', id, id * 60, 0, id * 10)),
      ...ids.map((id) => move('touch', id, id * 60 + slip, 0, 60)),
      ...ids.map((id) => up('touch', id, id * 60 + slip, 0, lasting + id)),
    ]
  }
  it.each<[name: string, steps: Step[], last: string]>([
    ['a tap of two undoes', tap(2, 150, 3), 'undo'],
    ['a tap of three does it again', tap(3, 150, 3), 'redo'],
    ['a tap of four does nothing', tap(4, 150, 3), 'cancel'],
    ['a long press of two does nothing', tap(2, 600, 3), 'cancel'],
    ['two that moved do nothing else', tap(2, 150, 30), 'drag'],
  ])('%s', (_, steps, last) => {
    expect(kinds(replayed(steps)).at(-1)).toBe(last)
  })

  it('tap in pen mode as well', () => {
    const pen = [down('pen', 9, 0, 0, 0), up('pen', 9, 0, 0, 50)]
    const later = tap(2, 150, 0).map((step) => ({ ...step, time: step.time + 2000 }))
    expect(kinds(replayed([...pen, ...later]))).toEqual(['begin', 'end', 'undo'])
  })
})

describe('a hand beside the pen', () => {
  const pen = [down('pen', 9, 0, 0, 0), move('pen', 9, 50, 0, 100)]
  it.each<[name: string, steps: Step[]]>([
    ['while it draws', stroke('touch', 1, 60, 150)],
    ['just after it was lifted', [up('pen', 9, 50, 0, 200), ...stroke('touch', 1, 60, 600)]],
  ])('does nothing %s', (_, steps) => {
    const actions = kinds(replayed([...pen, ...steps]))
    expect(actions.filter((action) => action !== 'end')).toEqual(['begin', 'extend'])
  })

  it.each([false, true])('that is wide is a palm, drawing with fingers: %s', (drawsWithFingers) => {
    expect(replayed(stroke('touch', 1, 60, 0, { contact: 60 }), drawsWithFingers)).toEqual([])
  })

  it('gives way to the pen even if it touched first', () => {
    const actions = replayed([
      down('touch', 1, 0, 0, 0),
      move('touch', 1, 9, 0, 10),
      ...pen.map((step) => ({ ...step, time: step.time + 20 })),
      move('touch', 1, 40, 0, 130),
      up('touch', 1, 40, 0, 140),
    ])
    expect(kinds(actions)).toEqual(['begin', 'extend', 'cancel', 'begin', 'extend'])
  })

  it.each([
    [false, ['begin', 'end', 'drag', 'drag']],
    [true, ['begin', 'end', 'begin', 'extend', 'extend', 'extend', 'end']],
  ])('moves the sheet after a long pause, unless fingers draw: %s', (drawsWithFingers, expected) => {
    const finger = [
      down('touch', 1, 0, 0, 2000),
      move('touch', 1, 5, 0, 2010),
      move('touch', 1, 30, 0, 2020),
      move('touch', 1, 40, 0, 2030),
      up('touch', 1, 40, 0, 2040),
    ]
    const steps = [down('pen', 9, 0, 0, 0), up('pen', 9, 0, 0, 50), ...finger]
    expect(kinds(replayed(steps, drawsWithFingers))).toEqual(expected)
  })
})

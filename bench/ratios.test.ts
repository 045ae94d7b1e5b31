import { expect, it } from 'vitest'
import { compareRatios } from './ratios.ts'

it('a ratio that has lost more than a quarter fails the check, others do not', () => {
  const kept = { same: 2, better: 1, 'a little worse': 1, 'much worse': 1, 'not measured': 1 }
  const measured = { same: 2, better: 9, 'a little worse': 0.76, 'much worse': 0.74, new: 1 }
  expect(compareRatios(kept, measured)).toEqual({
    lines: [
      'ok   same: 2.00 → 2.00',
      'ok   better: 1.00 → 9.00',
      'ok   a little worse: 1.00 → 0.760',
      'LOST much worse: 1.00 → 0.740',
    ],
    lost: 1,
  })
})

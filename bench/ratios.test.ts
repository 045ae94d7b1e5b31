import { expect, it } from 'vitest'
import { compareRatios } from './ratios.ts'

const before = (ratio: number) => ({ ratio, version: '0.1.0', date: '2026-11-26' })

it('a ratio of times that has lost more than a quarter fails the check, others do not', () => {
  const stored = { same: 2, better: 1, 'a little worse': 1, 'much worse': 1, 'not measured': 1 }
  const measured = { same: 2, better: 9, 'a little worse': 0.76, 'much worse': 0.74, new: 1 }
  const ratios = Object.fromEntries(Object.entries(stored).map(([name, ratio]) => [name, before(ratio)]))
  expect(compareRatios(ratios, measured)).toEqual({
    lines: [
      'ok   same: 2.00 (version 0.1.0, 2026-11-26) → 2.00',
      'ok   better: 1.00 (version 0.1.0, 2026-11-26) → 9.00',
      'ok   a little worse: 1.00 (version 0.1.0, 2026-11-26) → 0.760',
      'LOST much worse: 1.00 (version 0.1.0, 2026-11-26) → 0.740',
    ],
    lost: 1,
  })
})

it('recall may lose one per cent only, because it hardly varies', () => {
  const stored = { 'no filter: recall': before(1), '5 % pass: recall': before(0.9) }
  expect(compareRatios(stored, { 'no filter: recall': 0.985, '5 % pass: recall': 0.895 }).lost).toBe(1)
})

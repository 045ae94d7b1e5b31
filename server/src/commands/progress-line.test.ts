import { expect, it, vi } from 'vitest'
import { duration, showLoading } from './progress-line.ts'

it.each([
  [0.2, '1 s'],
  [88.5, '89 s'],
  [90, '2 min'],
  [5_340, '89 min'],
  [5_399, '1 h 30 min'],
  [7_180, '2 h 0 min'],
  [86_400, '24 h 0 min'],
])('writes %d seconds as %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

it('names the work in the log, once for each step', () => {
  const info = vi.fn()
  const show = showLoading({ show: expect.unreachable }, { info }, false, 'Evaluation')
  show('random: ranking', 0)
  show('random: ranking', 0.5)
  showLoading({ show: expect.unreachable }, { info }, false)('reading', undefined)
  expect(info.mock.calls).toEqual([['Evaluation: random: ranking …'], ['Loading the model: reading …']])
})

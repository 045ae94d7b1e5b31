import { expect, it } from 'vitest'
import { isSame } from './details.ts'

it('times are the same to the millisecond, measured values to a ten-thousandth', () => {
  const time = Date.parse('2018-01-02T03:04:05Z')
  expect(isSame('capturedAt', time, time)).toBe(true)
  for (const later of [1, 60_000, 3_600_000, 24 * 3_600_000])
    expect([later, isSame('capturedAt', time, time + later)]).toEqual([later, false])
  expect(isSame('capturedOffset', 60, 60.001)).toBe(false)
  expect(isSame('exposureTime', 1 / 320, 0.003125001)).toBe(true)
  expect(isSame('exposureTime', 1 / 20_000, 1 / 8000)).toBe(false)
  expect(isSame('iso', 100, undefined)).toBe(false)
})

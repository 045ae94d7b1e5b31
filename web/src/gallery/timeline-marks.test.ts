import { describe, expect, it } from 'vitest'
import { type MonthPlace, monthAfterKey, monthAt, timelineMarks } from './timeline-marks.ts'

const place = (month: string, top: number, count = 10): MonthPlace => ({ month, top, count })
const MONTHS = [
  place('2024-09', 0),
  place('2024-03', 400, 40),
  place('2022-11', 900),
  place('2021-12', 1200),
  place('2021-01', 1800),
]

describe('the marks of a timeline', () => {
  it('name the months of a short list, and show how full they are', () => {
    const { bars, labels } = timelineMarks(MONTHS.slice(0, 2), 1000, 500)
    expect(bars).toEqual([
      { y: 100, share: 0.25 },
      { y: 350, share: 1 },
    ])
    expect(labels.map(({ y }) => y)).toEqual([0, 200])
    expect(labels[1]?.text).toBe('Mar')
  })

  it('name years in a list of many months, and stay apart in one of a million pictures', () => {
    const months = Array.from({ length: 480 }, (_, n) =>
      place(
        `${2024 - Math.floor(n / 12)}-${String(12 - (n % 12)).padStart(2, '0')}`,
        n * 90_000,
        1 + (n % 7),
      ),
    )
    const { bars, labels } = timelineMarks(months, 480 * 90_000, 700)
    expect(labels[0]?.text).toBe('2024')
    expect(labels.every(({ text }) => /^\d{4}$/.test(text))).toBe(true)
    for (const [n, { y }] of labels.entries())
      if (n > 0) expect(y - labels[n - 1]!.y).toBeGreaterThanOrEqual(26)
    for (const [n, { y }] of bars.entries()) if (n > 0) expect(y - bars[n - 1]!.y).toBeGreaterThanOrEqual(4)
    expect(bars.at(-1)!.y).toBeLessThanOrEqual(700)
  })
})

describe('the months of a timeline', () => {
  it('are found by their position', () => {
    expect(monthAt(MONTHS, 0)).toBe(0)
    expect(monthAt(MONTHS, 899)).toBe(1)
    expect(monthAt(MONTHS, 99_999)).toBe(4)
    expect(monthAt([], 5)).toBe(-1)
  })

  it('are stepped through by keys, a month or a year at a time', () => {
    expect(monthAfterKey(MONTHS, 0, 'ArrowDown')).toBe(1)
    expect(monthAfterKey(MONTHS, 0, 'ArrowUp')).toBe(0)
    expect(monthAfterKey(MONTHS, 0, 'PageDown')).toBe(2)
    expect(monthAfterKey(MONTHS, 3, 'PageUp')).toBe(2)
    expect(monthAfterKey(MONTHS, 2, 'PageUp')).toBe(0)
    expect(monthAfterKey(MONTHS, 1, 'End')).toBe(4)
    expect(monthAfterKey(MONTHS, 1, 'x')).toBeUndefined()
  })
})

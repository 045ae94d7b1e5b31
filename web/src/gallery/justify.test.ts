import { describe, expect, it } from 'vitest'
import { clampAspect, justify } from './justify.ts'

const OPTIONS = { width: 760, rowHeight: 158, gap: 6, isRagged: false }
/** Shapes of photographs, in an order that repeats after 97. */
const shapes = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    clampAspect([3, 2, 4, 9, 16, 1][((n * 31) % 97) % 6]!, [2, 3, 3, 16, 9, 1][((n * 31) % 97) % 6]!),
  )

describe('justified rows', () => {
  it('hold every picture once, in order, and fill the width', () => {
    const aspects = shapes(500)
    const rows = justify(aspects, OPTIONS)
    let next = 0
    for (const { first, widths, height } of rows) {
      expect(first).toBe(next)
      next += widths.length
      const filled = widths.reduce((sum, width) => sum + width, 0) + OPTIONS.gap * (widths.length - 1)
      expect(filled).toBeCloseTo(OPTIONS.width, 6)
      for (const [n, width] of widths.entries()) expect(width / height).toBeCloseTo(aspects[first + n]!, 6)
    }
    expect(next).toBe(500)
  })

  it('are near to the wanted height', () => {
    const heights = justify(shapes(500), OPTIONS).map(({ height }) => height)
    const mean = heights.reduce((sum, height) => sum + height, 0) / heights.length
    expect(mean / OPTIONS.rowHeight).toBeGreaterThan(0.9)
    expect(mean / OPTIONS.rowHeight).toBeLessThan(1.1)
    expect(Math.max(...heights)).toBeLessThan(1.5 * OPTIONS.rowHeight)
  })

  it('leave the last row of a list short instead of enlarging it', () => {
    const rows = justify([1.5, 1.5], { ...OPTIONS, isRagged: true })
    expect(rows).toEqual([{ first: 0, height: 158, widths: [237, 237] }])
    expect(justify([1.5, 1.5], OPTIONS)[0]!.height).toBeGreaterThan(158)
  })

  it('hold a picture that is wider than a row, and an empty list', () => {
    expect(justify([2], { ...OPTIONS, width: 200 })).toEqual([{ first: 0, height: 100, widths: [200] }])
    expect(justify([], OPTIONS)).toEqual([])
  })
})

it('crops extreme shapes', () => {
  expect(clampAspect(10_000, 10)).toBe(2.4)
  expect(clampAspect(10, 10_000)).toBe(0.62)
  expect(clampAspect(300, 200)).toBe(1.5)
})

import { describe, expect, it } from 'vitest'
import { extended } from './slope.ts'

describe('values at larger sizes', () => {
  it('continue the line through the last two on logarithmic scales', () => {
    const measured = [
      { rows: 1e6, value: 30 },
      { rows: 1e4, value: 1 },
      { rows: 1e5, value: 3 },
    ]
    const last = extended(measured, 1e7, 'search').at(-1)!
    expect(last).toMatchObject({ rows: 1e7, isComputed: true })
    expect(last.value).toBeCloseTo(300)
    expect(extended(measured, 1e7, 'search').map(({ isComputed }) => isComputed)).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  it('continue the line through the last two on linear scales', () => {
    const measured = [
      { rows: 1e4, value: 60 },
      { rows: 1e5, value: 150 },
    ]
    expect(extended(measured, 1e6, 'memory').at(-1)).toMatchObject({ rows: 1e6, value: 1050 })
  })

  it('are not computed for searches of small indexes, where fixed costs decide, but for building', () => {
    const small = [
      { rows: 1e4, value: 2 },
      { rows: 1e5, value: 3 },
    ]
    expect(extended(small, 1e7, 'search').some(({ isComputed }) => isComputed)).toBe(false)
    expect(extended(small, 1e7, 'building').some(({ isComputed }) => isComputed)).toBe(true)
  })

  it('are not computed from a value that falls, which shows no growth', () => {
    const falling = [
      { rows: 1e5, value: 3.4 },
      { rows: 1e6, value: 3.3 },
    ]
    for (const growth of ['search', 'building', 'memory'] as const)
      expect(extended(falling, 1e7, growth)).toHaveLength(2)
  })

  it('are not computed where they were measured, or from one size', () => {
    const one = { rows: 1e7, value: 5 }
    expect(extended([{ rows: 1e6, value: 2 }, one], 1e7, 'search')).toHaveLength(2)
    expect(extended([{ rows: 1e6, value: 2 }], 1e7, 'search')).toHaveLength(1)
  })
})

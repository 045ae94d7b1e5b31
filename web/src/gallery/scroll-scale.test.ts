import { describe, expect, it } from 'vitest'
import { createScrollScale, follow, MAX_HEIGHT, type Place } from './scroll-scale.ts'

const SHOWN = 700
/** A million images, three in a row. */
const HEIGHT = 116_000_000
const long = createScrollScale(HEIGHT, SHOWN)

describe('the scale of a long list', () => {
  it('maps every position and back', () => {
    expect(long.offsetAt(0)).toBe(0)
    expect(long.offsetAt(MAX_HEIGHT - SHOWN)).toBe(HEIGHT - SHOWN)
    let before = -1
    for (let offset = 0; offset <= HEIGHT - SHOWN; offset += 99_991) {
      const top = long.topAt(offset)
      expect(top).toBeGreaterThan(before)
      expect(long.offsetAt(top)).toBeCloseTo(offset, 3)
      before = top
    }
  })

  it('is 1 for a list that fits', () => {
    const short = createScrollScale(5000, SHOWN)
    expect([short.height, short.offsetAt(123), short.topAt(123)]).toEqual([5000, 123, 123])
  })
})

describe('following the element', () => {
  const scrolled = (from: Place, ...tops: number[]) =>
    tops.reduce((place, top) => follow(place, top, SHOWN, long), from)
  const middle = { top: 4_000_000, offset: long.offsetAt(4_000_000) }

  it('moves as far as a wheel or a finger does, so that no row is skipped', () => {
    expect(scrolled(middle, middle.top + 100).offset).toBe(middle.offset + 100)
    expect(scrolled(middle, middle.top + 700, middle.top + 1400).offset).toBe(middle.offset + 1400)
    expect(scrolled(middle, middle.top - 100).offset).toBe(middle.offset - 100)
  })

  it('moves to the share of the scroll bar when it is dragged', () => {
    expect(scrolled(middle, 5_000_000).offset).toBe(long.offsetAt(5_000_000))
  })

  it('is at an end whenever the element is', () => {
    const drifted = { top: 500, offset: 20_000 }
    expect(scrolled(drifted, 0).offset).toBe(0)
    const end = MAX_HEIGHT - SHOWN
    expect(scrolled({ top: end - 300, offset: HEIGHT - 50_000 }, end).offset).toBe(HEIGHT - SHOWN)
    expect(scrolled({ top: 3000, offset: 100 }, 2800).offset).toBe(2800)
  })
})

import { describe, expect, it } from 'vitest'
import { changedView } from './use-compare-zoom.ts'

const WHOLE = { zoom: 1, x: 0.5, y: 0.5 }

describe('a view of a picture that is compared', () => {
  it('shows nothing outside of the picture', () => {
    expect(changedView(WHOLE, 1, 0.3, -0.3)).toEqual(WHOLE)
    expect(changedView({ zoom: 4, x: 0.5, y: 0.5 }, 1, 1, -1)).toEqual({ zoom: 4, x: 0.875, y: 0.125 })
  })

  it('is never smaller than the whole picture, which is in the middle', () => {
    expect(changedView({ zoom: 2, x: 0.75, y: 0.25 }, 0.1, 0, 0)).toEqual(WHOLE)
    expect(changedView(WHOLE, 1000, 0, 0).zoom).toBe(32)
  })
})

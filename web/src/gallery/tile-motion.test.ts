import { describe, expect, it } from 'vitest'
import type { PlacedRow } from './grid-layout.ts'
import { tileMoves, tilePlaces } from './tile-motion.ts'

/** Two rows of two pictures, 100 wide and 100 high. */
const ROWS: PlacedRow[] = [
  { first: 0, index: 0, number: 0, top: 0, height: 100, widths: [100, 100] },
  { first: 2, index: 2, number: 1, top: 110, height: 100, widths: [100, 50] },
]
const placesOf = (ids: string, offset = 0) =>
  tilePlaces(ROWS, { gap: 10, offset }, (index) => ids[index]?.trim() || undefined)

describe('tiles of a changed list', () => {
  it('lie one beside the other', () => {
    expect(placesOf('abcd', 30).get('d')).toEqual({ index: 3, left: 110, top: 80, width: 50 })
  })

  it('come from their former places', () => {
    expect(tileMoves(placesOf('abcd'), placesOf('dbca'))).toEqual([
      { index: 0, x: 110, y: 110, scale: 0.5 },
      { index: 3, x: -110, y: -110, scale: 2 },
    ])
  })

  it('follow where the list was scrolled as well', () => {
    expect(tileMoves(placesOf('abcd', 50), placesOf('bacd'))).toContainEqual({
      index: 2,
      x: 0,
      y: -50,
      scale: 1,
    })
  })

  it('stay if the list was only scrolled', () => {
    expect(tileMoves(placesOf('abcd'), placesOf('abcd', 50))).toEqual([])
  })

  it('stay if they appear or go', () => {
    expect(tileMoves(placesOf('ab  '), placesOf('abcd'))).toEqual([])
    expect(tileMoves(placesOf('abcd'), placesOf('efgh'))).toEqual([])
  })
})

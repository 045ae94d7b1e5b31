import { expect, it } from 'vitest'
import { termOf } from './image-windows.ts'
import { foundScores } from './small-things.ts'

const east = Float32Array.of(1, 0)
const north = Float32Array.of(0, 1)
const between = Float32Array.of(0.6, 0.8)
/** Nine windows of half the sides, of which one shows something. */
const windows = (shown: Float32Array) => [shown, ...new Array(8).fill(north)]

it('windows find what the whole image hides, and images of the class beside the relevant ones are left out', () => {
  const gallery = {
    images: [
      { whole: north, windows: windows(Float32Array.of(0.8, 0)) },
      { whole: between, windows: windows(north) },
      { whole: east, windows: windows(east) },
    ],
    classes: ['a', 'b', 'a'],
    relevant: 2,
  }
  const query = { className: 'a', term: termOf(east) }
  expect(foundScores([query], gallery, 'none')).toEqual({ meanAveragePrecision: 1 / 2, recallAt10: 1 })
  expect(foundScores([query], gallery, 'half')).toEqual({ meanAveragePrecision: 1, recallAt10: 1 })
  expect(foundScores([{ ...query, own: 0 }], gallery, 'half')).toBeUndefined()
})

import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { openVectorIndex } from './vector-index.ts'

const DIMENSIONS = 16

/** `[keys.length, DIMENSIONS]`, each different from all others. */
function vectorsOf(keys: readonly number[]): Float32Array {
  return Float32Array.from(
    keys.flatMap((key) => Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(key * (i + 1)))),
  )
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

it('saves its contents at the time of the call, whatever is added while the file is written', async () => {
  const file = join(await temporaryDirectory(), 'index')
  const { index } = await openVectorIndex(file, DIMENSIONS)
  index.add(range(0, 600), vectorsOf(range(0, 600)))

  let isWritten = false
  const written = index.save(Float64Array.from(range(0, 600))).then(() => {
    isWritten = true
  })
  index.add(range(600, 700), vectorsOf(range(600, 700)))
  index.remove(range(0, 100))
  expect(index.search(vectorsOf([650]), 1)[0]?.key).toBe(650)
  expect(isWritten).toBe(false)
  await written

  const loaded = await openVectorIndex(file, DIMENSIONS)
  expect([...loaded.keys]).toEqual(range(0, 600))
  expect(loaded.index.size).toBe(600)
  expect(loaded.index.search(vectorsOf([50]), 1)[0]?.key).toBe(50)
  expect(loaded.index.search(vectorsOf([650]), 1)[0]?.key).not.toBe(650)
})

/** A vector of length 0.8 at an angle to the first axis, in a direction that depends on a seed. */
function vectorAt(angle: number, seed: number): number[] {
  const direction = Array.from({ length: DIMENSIONS - 1 }, (_, i) => Math.sin((seed + 1) * (i + 1) * 1.7))
  const length = Math.hypot(...direction)
  return [Math.cos(angle), ...direction.map((value) => (value / length) * Math.sin(angle))].map(
    (value) => 0.8 * value,
  )
}

it('finds keys by the best of their parts, however many parts of one key are near', async () => {
  const file = join(await temporaryDirectory(), 'index')
  const parts = 4
  const { index } = await openVectorIndex(file, parts * DIMENSIONS, parts)
  const keys = range(1, 301)
  /** All parts of every second key are near, so that they fill the list of the nearest parts. */
  const anglesOf = (key: number) => {
    const best = key / 300
    return key % 2 === 0 ? [best, best, best, best] : [1.6, best, 2, 2.4]
  }
  const rows = keys.flatMap((key) => anglesOf(key).flatMap((angle, n) => vectorAt(angle, 4 * key + n)))
  index.add(keys, Float32Array.from(rows))
  expect(index.size).toBe(300)
  const query = Float32Array.from(vectorAt(0, 0), (value) => value / 0.8)
  const found = index.search(query, 100).map(({ key }) => key)
  expect(new Set(found).size).toBe(100)
  expect(found.filter((key) => key <= 100).length).toBeGreaterThanOrEqual(98)
  expect(index.search(query, 1)[0]!.score).toBeCloseTo(0.8, 2)

  index.remove(range(1, 50))
  expect(index.search(query, 1)[0]!.key).toBeLessThan(52)
  expect(index.search(query, 1)[0]!.key).toBeGreaterThan(49)
  await index.save(Float64Array.from(keys.filter((key) => key >= 50)))
  const loaded = await openVectorIndex(file, parts * DIMENSIONS, parts)
  expect(loaded.index.size).toBe(251)
  expect(loaded.index.search(query, 1)[0]!.key).toBe(index.search(query, 1)[0]!.key)
  // Another number of parts makes another index.
  expect((await openVectorIndex(file, parts * DIMENSIONS)).keys).toHaveLength(0)
})

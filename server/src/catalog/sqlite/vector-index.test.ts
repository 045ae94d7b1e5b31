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

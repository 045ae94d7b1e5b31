import { expect, it } from 'vitest'
import type { CatalogCounts } from '../catalog.ts'
import { createCounter } from './counts.ts'
import type { ActiveSpace } from './vector-backend.ts'

/** A database whose counts end when the test resolves them. */
function slowDatabase() {
  const waiting: ((counts: CatalogCounts) => void)[] = []
  const space = {} as ActiveSpace
  const counts = createCounter({ space: () => space }, () => new Promise((resolve) => waiting.push(resolve)))
  return { waiting, counts }
}

it('counts a large gallery once for all who ask at the same time', async () => {
  const { waiting, counts } = slowDatabase()
  const large = { indexed: 1_000_000, unembedded: 0, failed: 0 }
  const first = counts()
  waiting.shift()!(large)
  expect(await first).toEqual(large)
  let asked: Promise<CatalogCounts>[] = []
  // The first count is repeated after a multiple of the time that it took.
  await expect
    .poll(() => {
      asked = [counts(), counts(), counts()]
      return waiting.length
    })
    .toBe(1)
  const more = { ...large, indexed: 1_000_001 }
  waiting.shift()!(more)
  expect(await Promise.all(asked)).toEqual([more, more, more])
})

it('counts a small gallery at every call, so that no change is missed', async () => {
  const { waiting, counts } = slowDatabase()
  const small = { indexed: 1, unembedded: 0, failed: 0 }
  const asked = [counts(), counts()]
  for (const resolve of waiting) resolve(small)
  expect(waiting).toHaveLength(2)
  expect(await Promise.all(asked)).toEqual([small, small])
})

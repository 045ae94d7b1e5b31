import { expect, it } from 'vitest'
import { folderTimesOf, timesOf } from './stat-file.ts'

it.each([
  ['after the last date', 99_999_999_999_999_000n],
  ['before the first date', -99_999_999_999_999_000n],
])('limits a time %s to one that has a date', (_, mtimeMs) => {
  const { modifiedAt, createdAt } = timesOf({ mtimeMs, ctimeMs: mtimeMs })
  expect(new Date(modifiedAt).getUTCFullYear()).not.toBeNaN()
  expect(new Date(createdAt).getUTCFullYear()).not.toBeNaN()
})

it('a folder keeps its time of creation while files in it change', () => {
  const times = { birthtimeMs: 1_000n, mtimeMs: 5_000n }
  expect(folderTimesOf(times)).toEqual({ createdAt: 1_000, modifiedAt: 5_000 })
  // Some file systems store no time of birth.
  expect(folderTimesOf({ ...times, birthtimeMs: 0n })).toEqual({ createdAt: 5_000, modifiedAt: 5_000 })
})

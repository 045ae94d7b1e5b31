import { expect, it } from 'vitest'
import { timesOf } from './stat-file.ts'

it.each([
  ['after the last date', 99_999_999_999_999_000n],
  ['before the first date', -99_999_999_999_999_000n],
])('limits a time %s to one that has a date', (_, mtimeMs) => {
  const { modifiedAt, createdAt } = timesOf({ mtimeMs, ctimeMs: mtimeMs })
  expect(new Date(modifiedAt).getUTCFullYear()).not.toBeNaN()
  expect(new Date(createdAt).getUTCFullYear()).not.toBeNaN()
})

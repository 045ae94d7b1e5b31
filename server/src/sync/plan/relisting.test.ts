import { expect, it } from 'vitest'
import { mayPass, relistDelayMs } from './relisting.ts'

it.each([
  ['EMFILE', true],
  ['ENFILE', true],
  ['ENOMEM', true],
  ['EIO', true],
  ['ESTALE', true],
  [undefined, true],
  ['EACCES', false],
  ['EPERM', false],
  ['ELOOP', false],
  ['ENAMETOOLONG', false],
])('a folder that failed with %s may be readable a moment later: %s', (code, expected) => {
  expect(mayPass(Object.assign(new Error('any'), { code }))).toBe(expected)
})

it.each([
  [1, 5_000],
  [2, 10_000],
  [4, 40_000],
  [7, 320_000],
  [8, 600_000],
  [2_000, 600_000],
])('after %i failures, a folder is listed again after %i ms', (failures, expected) => {
  expect(relistDelayMs(failures, 5_000)).toBe(expected)
})

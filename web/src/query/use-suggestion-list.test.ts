import { expect, it } from 'vitest'
import { activeAfter } from './use-suggestion-list.ts'

it.each([
  ['ArrowDown', undefined, 0],
  ['ArrowDown', 0, 1],
  ['ArrowDown', 2, undefined],
  ['ArrowUp', undefined, 2],
  ['ArrowUp', 1, 0],
  ['ArrowUp', 0, undefined],
] as const)('%s goes from %s to %s of three suggestions', (key, active, next) => {
  expect(activeAfter(key, active, 3)).toBe(next)
})

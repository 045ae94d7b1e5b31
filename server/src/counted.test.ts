import { expect, it } from 'vitest'
import { counted } from './counted.ts'

it('gives a noun the form of its number', () => {
  expect([0, 1, 2].map((count) => counted(count, 'image'))).toEqual(['0 images', '1 image', '2 images'])
  expect([1, 2].map((count) => counted(count, 'query', 'queries'))).toEqual(['1 query', '2 queries'])
})

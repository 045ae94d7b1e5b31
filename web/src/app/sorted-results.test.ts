import { describe, expect, it } from 'vitest'
import type { Image, Images } from '../api/client.ts'
import { changed, parseAddress, type Sort, stateOf } from '../state/address.ts'
import { sortedResults } from './sorted-results.ts'

const image = (user_visible_name: string, captured_at: string | null, modified_at: string) =>
  ({ user_visible_name, captured_at, modified_at: `${modified_at}T12:00:00Z` }) as Image
const FOUND = [
  image('b10.jpg', '2019-05-01T10:00:00', '2024-01-01'),
  image('b9.jpg', null, '2021-03-01'),
  image('a1.jpg', '2020-07-01T10:00:00', '2020-07-02'),
]

/** @param close number of close results */
function names(sort: Sort, close?: number): string[] {
  const found = { images: FOUND, total: 3, ...(close && { close: { total: close } }) } as Images
  return sortedResults(found, sort).images.map(({ user_visible_name }) => user_visible_name)
}

describe('results', () => {
  it('are ordered by the clocks of the cameras, whatever their zones', () => {
    const found = [
      image('tokyo.jpg', '2020-01-01T12:00:00.000+09:00', '2024-01-01'),
      image('los angeles.jpg', '2020-01-01T11:00:00.000-08:00', '2024-01-01'),
      image('unknown.jpg', '2020-01-01T11:30:00.000', '2024-01-01'),
    ]
    const sorted = sortedResults({ images: found, total: 3 } as Images, 'oldest').images
    expect(sorted.map(({ user_visible_name: name }) => name)).toEqual([
      'los angeles.jpg',
      'unknown.jpg',
      'tokyo.jpg',
    ])
  })

  it('are in the chosen order, with the numbers in their names in that of their values', () => {
    expect(names('newest')).toEqual(['b9.jpg', 'a1.jpg', 'b10.jpg'])
    expect(names('oldest')).toEqual(['b10.jpg', 'a1.jpg', 'b9.jpg'])
    expect(names('name')).toEqual(['a1.jpg', 'b9.jpg', 'b10.jpg'])
    expect(names('name-down')).toEqual(['b10.jpg', 'b9.jpg', 'a1.jpg'])
  })

  it('that are close stay before the others', () => {
    expect(names('name', 2)).toEqual(['b9.jpg', 'b10.jpg', 'a1.jpg'])
  })
})

it('the order of results is kept in the address until the search ends', () => {
  const searched = changed({ q: 'wdog', sort: 'name' }, { resultSort: 'oldest' }, 'shots')
  expect(searched).toEqual({ q: 'wdog', sort: 'name', order: 'oldest' })
  expect(stateOf(parseAddress({ ...searched }), 'shots').resultSort).toBe('oldest')
  expect(changed(searched, { terms: [] }, 'shots')).toEqual({ sort: 'name' })
  expect(changed(searched, { resultSort: 'best' }, 'shots').order).toBeUndefined()
})

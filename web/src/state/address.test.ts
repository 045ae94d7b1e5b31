import { defaultParseSearch, defaultStringifySearch } from '@tanstack/react-router'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  changed,
  filterCount,
  filtersOf,
  furtherFilterCount,
  NO_FILTERS,
  NO_FURTHER_FILTERS,
  type PageState,
  parseAddress,
  stateOf,
} from './address.ts'

/** A state of the page in which nothing has its default. */
const STATE: PageState = {
  terms: [{ kind: 'words', id: 'dog', isWanted: true }],
  view: 'id',
  directory: 'a/b',
  isFlat: true,
  name: '2024',
  type: 'jpeg',
  text: 'sea & “sand”',
  camera: 'NIKON D850',
  rating: 4,
  near: { latitude: 52.52, longitude: 13.405, kilometres: 10 },
  collection: 'holiday',
  isStarred: true,
  fold: 'bursts',
  isRecent: true,
  copiesOf: 'id',
  compare: ['one', 'two'],
  from: '2026-11-24',
  to: '2026-11-30',
  sort: 'name',
  resultSort: 'oldest',
  show: 'trash',
}
const NAMES = Object.keys(STATE) as (keyof PageState)[]
/** The search, the view and the order. One tile may stand for others in any list. */
const NO_FILTER_NAMES = ['terms', 'view', 'compare', 'show', 'sort', 'resultSort', 'fold'] as const
const FILTER_NAMES = NAMES.filter((name) => !(NO_FILTER_NAMES as readonly string[]).includes(name))

const NOTHING = stateOf({}, 'none')
const addressWith = (name: keyof PageState): Address => changed({}, { [name]: STATE[name] }, 'none')

describe('the address of the page', () => {
  it.each(NAMES)('keeps %s', (name) => {
    const search = defaultStringifySearch(addressWith(name))
    const state = stateOf(parseAddress(defaultParseSearch(search)), 'none')
    expect(state).toEqual({ ...NOTHING, [name]: STATE[name] })
    expect(NOTHING).not.toEqual(state)
    expect(changed(addressWith(name), { [name]: NOTHING[name] }, 'none')).toEqual({})
  })
})

describe('a filter', () => {
  it.each(FILTER_NAMES)('reaches the server, is counted and can be cleared: %s', (name) => {
    const state = stateOf(addressWith(name), 'none')
    expect(filtersOf(state)).not.toEqual(filtersOf(NOTHING))
    expect(filterCount(state)).toBe(1)
    expect(furtherFilterCount(state)).toBe(name in NO_FURTHER_FILTERS ? 1 : 0)
    expect(changed(addressWith(name), NO_FILTERS, 'none')).toEqual({})
  })
})

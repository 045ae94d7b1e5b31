import { describe, expect, it } from 'vitest'
import type { Image } from '../api/client.ts'
import { continuedReview, disposableOf, isReviewed, reviewedIn } from './group-review.ts'
import type { DuplicateGroup } from './use-duplicates.ts'

const NONE: ReadonlySet<string> = new Set()
/** A group of pictures with the ids of some letters, the suggested one first. */
const group = (ids: string): DuplicateGroup => ({
  key: ids[0]!,
  images: [...ids].map((id) => ({ id }) as Image),
})
const listOf = (...all: string[]) => all.map(group)
const begin = (...all: string[]) => continuedReview(undefined, listOf(...all), 'largest', NONE)!
const continueIn = (review: ReturnType<typeof begin>, ...all: string[]) =>
  continuedReview(review, listOf(...all), 'largest', NONE)!
const idsOf = (images: readonly Image[]) => images.map(({ id }) => id).join('')
/** Pictures of the group in view that would go to the trash. */
const disposable = (review: ReturnType<typeof begin>, ...all: string[]) =>
  idsOf(disposableOf(listOf(...all)[review.index]!, review))

describe('the review of a group', () => {
  it('begins with the first one, of which only the suggested picture is kept', () => {
    const review = begin('abc', 'de')
    expect(review).toMatchObject({ index: 0, suggested: 'a' })
    expect(disposable(review, 'abc', 'de')).toBe('bc')
  })

  it('stays the same object while nothing changes', () => {
    const review = begin('abc', 'de')
    expect(continueIn(review, 'abc', 'de')).toBe(review)
  })

  it('stays with its group when another one comes in front, and keeps the decisions', () => {
    const decided = { ...begin('abc', 'de'), unwanted: new Set(['c']) }
    const review = continueIn(decided, 'xy', 'abc', 'de')
    expect(review).toMatchObject({ index: 1, key: decided.key })
    expect(disposable(review, 'xy', 'abc', 'de')).toBe('c')
  })

  it('finds its group without the picture that was first', () => {
    const review = continueIn(begin('abc', 'de'), 'de', 'cb')
    expect(review).toMatchObject({ index: 1, suggested: 'c' })
  })

  it('keeps the next suggested picture after the first one is gone, and those that the user keeps', () => {
    expect(disposable(continueIn(begin('abc'), 'bc'), 'bc')).toBe('c')
    const decided = { ...begin('abcd'), unwanted: new Set(['c', 'd']) }
    expect(disposable(continueIn(decided, 'cbd'), 'cbd')).toBe('d')
  })

  it('keeps a picture that joins the group until the user decides', () => {
    expect(disposable(continueIn(begin('ab'), 'abx'), 'abx')).toBe('b')
    expect(disposable(continueIn(begin('ab'), 'xab'), 'xab')).toBe('b')
  })

  it('goes on with the group in the place of one that the user has ended, or with the last one', () => {
    const goOn = (review: ReturnType<typeof begin>, ...all: string[]) =>
      continuedReview(review, listOf(...all), 'largest', new Set('b'))!
    const second = goOn({ ...begin('ab'), index: 1 }, 'xy', 'cd', 'ef')
    expect(second).toMatchObject({ index: 1, suggested: 'c' })
    expect(disposable(second, 'xy', 'cd', 'ef')).toBe('d')
    expect(goOn({ ...begin('ab'), index: 5 }, 'xy', 'cd')).toMatchObject({ index: 1 })
    expect(continuedReview(second, [], 'largest', NONE)).toBeUndefined()
  })

  it('stays with a group that someone else has ended, which may come back', () => {
    const decided = { ...begin('abc', 'de'), unwanted: new Set(['c']) }
    const gone = continueIn(decided, 'de')
    expect(gone).toMatchObject({ key: decided.key, isGone: true })
    expect(continueIn(gone, 'de')).toBe(gone)
    const back = continueIn(gone, 'de', 'abc')
    expect(back).toMatchObject({ index: 1, isGone: false })
    expect(disposable(back, 'de', 'abc')).toBe('c')
  })

  it('begins again where another property suggests the picture', () => {
    const decided = { ...begin('abc'), unwanted: new Set<string>() }
    const review = continuedReview(decided, listOf('bac'), 'oldest', NONE)!
    expect(disposable(review, 'bac')).toBe('ac')
  })

  it('moves nothing to the trash if no picture would be left', () => {
    const review = { ...begin('abc'), unwanted: new Set(['a', 'b', 'c']) }
    expect(disposable(review, 'abc')).toBe('')
  })

  it('is over for what is left of a group, but not for one with a further picture', () => {
    const reviewed = new Set('abc')
    expect(isReviewed(group('bc'), reviewed)).toBe(true)
    expect(isReviewed(group('bcx'), reviewed)).toBe(false)
  })
  it('is open again when all pictures that it moved were restored', () => {
    const finished = [
      { ids: ['a', 'b', 'c'], moved: ['b', 'c'] },
      { ids: ['d', 'e'], moved: [] },
    ]
    expect([...reviewedIn(finished, new Set('c'))].join('')).toBe('abcde')
    expect([...reviewedIn(finished, NONE)].join('')).toBe('de')
  })
})

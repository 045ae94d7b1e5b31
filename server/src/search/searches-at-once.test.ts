import { expect, it } from 'vitest'
import { createImageSearch, type SearchOptions } from './search.ts'

it('a search waits while 16 are in progress, and is not carried out if its client has gone meanwhile', async () => {
  const ends: (() => void)[] = []
  const search = createImageSearch({} as never, undefined, {
    problem: undefined,
    search: () => new Promise<never>((_, reject) => ends.push(() => reject(new Error('ended')))),
  } as never)
  const find = (signal?: AbortSignal) =>
    search
      .find([], { signal } as SearchOptions)
      .then(() => '')
      .catch((error: Error) => error.message)
  const first = Array.from({ length: 16 }, () => find())
  const gone = new AbortController()
  const waiting = [find(gone.signal), find()]
  await expect.poll(() => ends.length).toBe(16)
  gone.abort(new Error('gone'))
  for (const end of ends.splice(0, 2)) end()
  await expect.poll(() => ends.length).toBe(15)
  for (const end of ends) end()
  expect(await Promise.all(waiting)).toEqual(['gone', 'ended'])
  expect(new Set(await Promise.all(first))).toEqual(new Set(['ended']))
  expect(search.isBusy).toBe(false)
})

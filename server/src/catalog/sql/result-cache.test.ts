import { describe, expect, it } from 'vitest'
import { ResultCache } from './result-cache.ts'

/** Counts its calls. */
function counter() {
  let calls = 0
  return async () => ++calls
}

describe('cached results', () => {
  it('are kept by name and key until something changes', async () => {
    const cache = new ResultCache(true)
    const count = counter()
    expect(await cache.get('count', { directory: 'a' }, count)).toBe(1)
    expect(await cache.get('count', { directory: 'a' }, count)).toBe(1)
    expect(await cache.get('count', { directory: 'b' }, count)).toBe(2)
    expect(await cache.get('timeline', { directory: 'a' }, count)).toBe(3)
    cache.clear()
    expect(await cache.get('count', { directory: 'a' }, count)).toBe(4)
  })

  it('are not kept if something has changed while they were computed', async () => {
    const cache = new ResultCache(true)
    const count = counter()
    const outdated = async () => {
      const result = await count()
      cache.clear()
      return result
    }
    expect(await cache.get('count', {}, outdated)).toBe(1)
    expect(await cache.get('count', {}, count)).toBe(2)
  })

  it('are bounded in number', async () => {
    const cache = new ResultCache(true)
    const count = counter()
    for (let key = 0; key < 100; key++) await cache.get('count', key, count)
    expect(await cache.get('count', 99, count)).toBe(100)
    expect(await cache.get('count', 0, count)).toBe(101)
  })

  it('are not kept if they are large', async () => {
    const cache = new ResultCache(true)
    const count = counter()
    const get = () => cache.get('count', {}, count, (result) => result >= 2)
    expect([await get(), await get(), await get()]).toEqual([1, 2, 2])
  })

  it('are not kept where other processes write', async () => {
    const cache = new ResultCache(false)
    const count = counter()
    await cache.get('count', {}, count)
    expect(await cache.get('count', {}, count)).toBe(2)
  })
})

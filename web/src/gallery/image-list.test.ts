import { describe, expect, it } from 'vitest'
import type { Image } from '../api/client.ts'
import { begunList, indexIn, withoutHidden } from './image-list.ts'

const image = (n: number) => ({ id: String(n) }) as Image
const images = (count: number) => Array.from({ length: count }, (_, n) => image(n))

/** A list of ten images, of which four are loaded. */
function begun(count = 10) {
  const calls = { wanted: 0, loaded: 0 }
  const list = begunList(images(4), count, {
    isLoading: false,
    error: null,
    retry: () => {},
    wantAll: () => calls.wanted++,
    loadAll: async () => {
      calls.loaded++
      return images(10)
    },
  })
  return { list, calls }
}

describe('a list whose first images are loaded', () => {
  it.each([
    ['loaded images', 0, 3, 0],
    ['the first image that is not loaded', 2, 4, 1],
    ['more images than exist', 0, 30, 1],
  ])('requests the rest only if it is needed: %s in view', (_, first, last, wanted) => {
    const { list, calls } = begun()
    list.onRange(first, last)
    expect(calls.wanted).toBe(wanted)
  })

  it.each([
    ['only loaded images', 1, 3, ['1', '2', '3'], 0],
    ['a range beyond it', 3, 5, ['3', '4', '5'], 1],
    ['everything', 0, 99, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], 1],
  ])('loads %s', async (_, first, last, ids, loaded) => {
    const { list, calls } = begun()
    expect((await list.load(first, last)).map(({ id }) => id)).toEqual(ids)
    expect(calls.loaded).toBe(loaded)
  })

  it('ends where the close matches end', async () => {
    const { list } = begun(2)
    expect([list.imageAt(1)?.id, list.imageAt(2)]).toEqual(['1', undefined])
    expect([...list.loaded()]).toHaveLength(2)
    expect((await list.load(0, 9)).map(({ id }) => id)).toEqual(['0', '1'])
    expect(indexIn(list, '3')).toBeUndefined()
  })

  it('leaves out hidden images', async () => {
    const list = withoutHidden(begun().list, new Map([['1', image(1)]]))
    expect(list.count).toBe(9)
    expect([list.imageAt(0)?.id, list.imageAt(1)?.id]).toEqual(['0', '2'])
    expect((await list.load(1, 4)).map(({ id }) => id)).toEqual(['2', '3', '4', '5'])
  })
})

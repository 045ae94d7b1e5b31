import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { imageRecord } from '../testing/images.ts'
import type { Catalog } from './catalog.ts'

const everything = { filter: {}, offset: 0, limit: 10 }
/** 1 June 2024, 08:00 in Tokyo. */
const MORNING = Date.UTC(2024, 4, 31, 23)
/** 31 May, 20:00 on the clock of a camera there. */
const EVENING_BEFORE = Date.UTC(2024, 4, 31, 20)

/** Requirements for the clock on which images without a capture time are compared. @param open opens the catalog in this thread */
export function describeLocalClock(name: string, open: () => Promise<Catalog>): void {
  const openInTokyo = async () => {
    vi.stubEnv('TZ', 'Asia/Tokyo')
    onTestFinished(() => void vi.unstubAllEnvs())
    const catalog = await open()
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: 8 })
    await catalog.images.upsert([
      imageRecord(1, { path: 'camera.jpg', vector: undefined, capturedAt: EVENING_BEFORE, modifiedAt: 0 }),
      imageRecord(2, { path: 'messenger.jpg', vector: undefined, modifiedAt: MORNING }),
    ])
    return catalog
  }
  const months = async (catalog: Catalog) =>
    (await catalog.images.timeline({})).map(({ month, count }) => [month, count])
  const names = async (catalog: Catalog, filter = {}) => {
    const order = { ...everything, filter, orderBy: 'capturedAt' as const, descending: false }
    return (await catalog.images.list(order)).images.map((image) => image.name)
  }

  describe(name, () => {
    it('orders, groups and filters a file without a capture time by the clock of the machine', async () => {
      const catalog = await openInTokyo()
      expect(await months(catalog)).toEqual([
        ['2024-06', 1],
        ['2024-05', 1],
      ])
      expect(await names(catalog)).toEqual(['camera.jpg', 'messenger.jpg'])
      const firstOfJune = { column: 'taken_at', operator: '>=' as const, value: Date.UTC(2024, 5, 1) }
      expect(await names(catalog, { conditions: [firstOfJune] })).toEqual(['messenger.jpg'])
    })

    it('stores a file with the last time that has a date', async () => {
      const catalog = await openInTokyo()
      const [last, vector] = [8.64e15, undefined]
      await catalog.images.upsert([imageRecord(3, { path: 'last.jpg', vector, modifiedAt: last })])
      expect((await names(catalog)).at(-1)).toBe('last.jpg')
    })

    it('moves an image that was stored by another clock when its metadata is read again', async () => {
      const catalog = await openInTokyo()
      vi.stubEnv('TZ', 'Pacific/Honolulu')
      const image = (await catalog.images.getByPath('messenger.jpg'))!
      await catalog.images.setAttributes([
        { contentHash: image.contentHash, attributes: undefined, colours: undefined },
      ])
      expect(await months(catalog)).toEqual([['2024-05', 2]])
    })
  })
}

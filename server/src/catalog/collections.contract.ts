import { describe, expect, it, onTestFinished } from 'vitest'
import { imageRecord } from '../testing/images.ts'
import type { Catalog, ImageRecord } from './catalog.ts'
import { starsOf } from './contract/collections.ts'

const SPACE = { embedder: 'test', fingerprint: '1', dimensions: 2 }
const ANNA = 'anna'
const BERT = 'bert'
const FIRST_PAGE = { offset: 0, limit: 100 }

function record(n: number, changes: Partial<ImageRecord> = {}): ImageRecord {
  const times = { createdAt: n, modifiedAt: n }
  return imageRecord(n, { bytes: n, ...times, vector: Float32Array.of(1, 0), ...changes })
}

/** The behaviour of collections in every database. */
export function describeCollections(name: string, open: () => Promise<Catalog>): void {
  const openWith = async (count: number) => {
    const catalog = await open()
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    const records = Array.from({ length: count }, (_, n) => record(n))
    const ids = (await catalog.images.upsert(records)).map(({ id }) => id)
    return { catalog, ids }
  }
  const create = (catalog: Catalog, name: string, ownerId = ANNA, isShared = false) =>
    catalog.collections.create({ name, ownerId, isShared })
  const namesFor = async (catalog: Catalog, ownerId: string, more = {}) =>
    (await catalog.collections.list({ ownerId, ...FIRST_PAGE, ...more })).collections.map(({ name }) => name)
  const pathsIn = async (catalog: Catalog, ...collections: string[]) => {
    const query = { filter: { collections }, orderBy: 'name', descending: false, ...FIRST_PAGE } as const
    return (await catalog.images.list(query)).images.map(({ path }) => path)
  }

  describe(name, () => {
    it('lists the collections of a user and the shared ones by name, in pages', async () => {
      const { catalog } = await openWith(0)
      await create(catalog, 'Ferien')
      await create(catalog, 'Ärzte', BERT, true)
      await create(catalog, 'Bert only', BERT)
      await create(catalog, 'Before sign-in', '')
      expect(await namesFor(catalog, ANNA)).toEqual(['Ärzte', 'Before sign-in', 'Ferien'])
      expect(await namesFor(catalog, BERT)).toEqual(['Ärzte', 'Before sign-in', 'Bert only'])
      expect(await namesFor(catalog, ANNA, { nameContains: 'ÄRZ' })).toEqual(['Ärzte'])
      const page = await catalog.collections.list({ ownerId: ANNA, offset: 1, limit: 1 })
      expect([page.total, page.collections.map(({ name }) => name)]).toEqual([3, ['Before sign-in']])
      for (const name of ['trip 10', 'Trip 2']) await create(catalog, name)
      expect(await namesFor(catalog, ANNA, { nameContains: 'trip' })).toEqual(['Trip 2', 'trip 10'])
    })

    it('keeps everything that several people do at the same time', async () => {
      const { catalog, ids } = await openWith(6)
      const { id } = await create(catalog, 'Shared', ANNA, true)
      await Promise.all([
        catalog.collections.star(ANNA, ids, true),
        ...ids.flatMap((image) => [
          catalog.collections.change(id, { add: [image] }),
          catalog.collections.star(ANNA, [image], true),
          catalog.collections.star(BERT, [image], true),
        ]),
      ])
      for (const one of [id, starsOf(ANNA), starsOf(BERT)])
        expect(await pathsIn(catalog, one)).toHaveLength(6)
      const thrice = (act: () => Promise<boolean>) => Promise.all([act(), act(), act()])
      const trashed = { place: 'gallery', file: 'trashed' } as const
      const deleted = await thrice(() => catalog.trash.put(ids[0]!, trashed, 1))
      expect(deleted.filter(Boolean)).toHaveLength(1)
      const restored = await thrice(() => catalog.trash.restore(ids[0]!))
      expect(restored.filter(Boolean)).toHaveLength(1)
      expect(await pathsIn(catalog, id)).toHaveLength(6)
      await Promise.all([catalog.collections.delete(id), catalog.collections.change(id, { add: ids })])
      expect(await catalog.collections.get(id)).toBeUndefined()
      expect(await pathsIn(catalog, id)).toEqual([])
    })

    it('adds and removes images, counts them, and filters by them', async () => {
      const { catalog, ids } = await openWith(4)
      const [a, b] = [await create(catalog, 'a'), await create(catalog, 'b')]
      await catalog.collections.change(a.id, { add: [ids[2]!, ids[0]!, crypto.randomUUID()] })
      await catalog.collections.change(a.id, { add: [ids[2]!, ids[3]!], remove: [ids[0]!, ids[1]!] })
      await catalog.collections.change(b.id, { add: [ids[3]!] })
      expect(await pathsIn(catalog, a.id)).toEqual(['2.jpg', '3.jpg'])
      expect(await pathsIn(catalog, a.id, b.id)).toEqual(['3.jpg'])
      expect(await catalog.collections.get(a.id)).toMatchObject({ name: 'a', images: 2 })
      expect(await catalog.collections.get(b.id)).toMatchObject({
        images: 1,
        cover: { id: ids[3], contentHash: 'hash-3' },
      })
      expect(await namesFor(catalog, ANNA, { imageId: ids[3] })).toEqual(['a', 'b'])
      expect(await namesFor(catalog, ANNA, { imageId: ids[2] })).toEqual(['a'])
      const search = { vector: Float32Array.of(1, 0), topK: 9, ...FIRST_PAGE }
      const found = await catalog.vectors.nearest({ ...search, filter: { collections: [b.id] } })
      expect(found.images.map(({ path }) => path)).toEqual(['3.jpg'])
      await catalog.collections.change(b.id, { add: [ids[0]!] })
      const more = await catalog.vectors.nearest({ ...search, filter: { collections: [b.id] } })
      expect(more.images).toHaveLength(2)
    })

    it('changes and deletes a collection', async () => {
      const { catalog, ids } = await openWith(1)
      const { id } = await create(catalog, 'old')
      await catalog.collections.change(id, { add: ids })
      expect(await catalog.collections.update(id, { name: 'new', isShared: true })).toBe(true)
      expect(await catalog.collections.get(id)).toMatchObject({ name: 'new', isShared: true, images: 1 })
      expect(await namesFor(catalog, BERT)).toEqual(['new'])
      expect(await catalog.collections.delete(id)).toBe(true)
      expect(await catalog.collections.delete(id)).toBe(false)
      expect(await catalog.collections.update(id, { name: 'newer' })).toBe(false)
      expect(await catalog.collections.get(id)).toBeUndefined()
      expect(await pathsIn(catalog, id)).toEqual([])
    })

    it('keeps a saved search', async () => {
      const { catalog } = await openWith(0)
      const search = { parts: [{ kind: 'text', text: 'boat' }], query: { camera_contains: 'Leica' } }
      const { id } = await catalog.collections.create({
        name: 'boats',
        ownerId: ANNA,
        isShared: false,
        search,
      })
      expect(await catalog.collections.get(id)).toMatchObject({ search, images: 0, cover: undefined })
      await catalog.collections.update(id, { search: { query: {} } })
      expect(await catalog.collections.searches()).toEqual([{ query: {} }])
    })

    it('keeps an image that is moved, changed, deleted and restored', async () => {
      const { catalog, ids } = await openWith(2)
      const { id } = await create(catalog, 'kept')
      await catalog.collections.change(id, { add: ids })
      const to = { inode: '9', modifiedAt: 1 }
      await catalog.files.move('0.jpg', { path: 'moved/0.jpg', ...to })
      await catalog.images.upsert([record(1, { contentHash: 'edited' })])
      expect(await pathsIn(catalog, id)).toEqual(['moved/0.jpg', '1.jpg'])
      await catalog.trash.put(ids[0]!, { place: 'gallery', file: 'x' }, 1)
      expect(await pathsIn(catalog, id)).toEqual(['1.jpg'])
      expect(await catalog.collections.get(id)).toMatchObject({ images: 1 })
      expect(await catalog.collections.refresh()).toBe(1)
      await catalog.trash.restore(ids[0]!, { path: 'back.jpg', ...to })
      expect(await pathsIn(catalog, id)).toEqual(['1.jpg', 'back.jpg'])
    })

    it('keeps an image whose file fails before its next version can be read', async () => {
      const { catalog, ids } = await openWith(3)
      const { id } = await create(catalog, 'kept')
      await catalog.collections.change(id, { add: [ids[0]!, ids[1]!] })
      await catalog.collections.star(ANNA, [ids[0]!], true)
      const fail = (n: number, contentHash: string, code = 'image_unreadable') =>
        catalog.failures.put({
          ...{ path: `${n}.jpg`, bytes: 7, modifiedAt: 9, inode: '9', contentHash },
          ...{ code, reason: '', failedAt: 1 },
        })
      // The old content of one of them is elsewhere, too.
      await catalog.images.upsert([record(0, { path: 'copy.jpg' })])
      expect(await fail(0, 'half')).toBe('hash-0')
      expect(await fail(0, 'more')).toBeUndefined()
      expect(await fail(1, 'refused', 'embedder_failed')).toBe('hash-1')
      expect(await pathsIn(catalog, id)).toEqual([])
      await catalog.collections.refresh()
      expect(await pathsIn(catalog, id)).toEqual([])
      expect(await catalog.failures.clear()).toBe(2)
      const [known] = await catalog.files.at(['0.jpg'])
      expect(known).toMatchObject({ state: 'failed', bytes: -1 })

      const put = await catalog.images.upsert([0, 1, 5].map((n) => record(n, { contentHash: `edited-${n}` })))
      expect(put.map(({ id, isNew }) => [id, isNew])).toEqual([
        [ids[0], true],
        [ids[1], true],
        [expect.any(String), true],
      ])
      expect(await pathsIn(catalog, id)).toEqual(['0.jpg', '1.jpg'])
      expect(await catalog.collections.starred(ANNA, ids)).toEqual([ids[0]])
      expect((await catalog.failures.list(FIRST_PAGE)).total).toBe(0)
    })

    it('gives no new image the place of one that was deleted at its path', async () => {
      const { catalog, ids } = await openWith(2)
      await catalog.collections.star(ANNA, ids, true)
      const failure = { bytes: 7, modifiedAt: 9, inode: '9', contentHash: 'half', failedAt: 1 }
      const fail = (path: string) =>
        catalog.failures.put({ path, ...failure, code: 'image_unreadable', reason: '' })
      await catalog.files.remove(['0.jpg'])
      await fail('0.jpg')
      // Another catalog has deleted the image meanwhile.
      const deleted = (await catalog.images.get(ids[1]!))!
      await fail('1.jpg')
      await catalog.trash.adopt([{ image: deleted, deletedAt: 1, place: 'gallery', file: 'x' }])
      const put = await catalog.images.upsert([0, 1].map((n) => record(n, { contentHash: `other-${n}` })))
      expect(ids).not.toContain(put[0]!.id)
      expect(ids).not.toContain(put[1]!.id)
      expect(await pathsIn(catalog, starsOf(ANNA))).toEqual([])
    })

    it('finds images again by their contents when they are indexed under other ids', async () => {
      const { catalog, ids } = await openWith(3)
      const { id } = await create(catalog, 'kept')
      const copies = [
        record(7, { path: 'a/copy.jpg', contentHash: 'same' }),
        record(8, { path: 'b/copy.jpg', contentHash: 'same' }),
      ]
      const copyIds = (await catalog.images.upsert(copies)).map(({ id }) => id)
      await catalog.collections.change(id, { add: [ids[0]!, ids[1]!, copyIds[1]!] })
      await catalog.images.upsert([record(1, { contentHash: 'edited' })])
      await catalog.collections.refresh()
      await catalog.files.remove(['0.jpg', '1.jpg', '2.jpg', 'a/copy.jpg', 'b/copy.jpg'])
      expect(await pathsIn(catalog, id)).toEqual([])
      await catalog.images.upsert([
        record(0, { path: 'elsewhere.jpg' }),
        record(1, { contentHash: 'edited' }),
        record(2),
        ...copies,
      ])
      expect(await pathsIn(catalog, id)).toEqual(['1.jpg', 'b/copy.jpg', 'elsewhere.jpg'])
      expect(await catalog.collections.refresh()).toBe(0)
    })

    it('finds the images again that a saved search names', async () => {
      const { catalog, ids } = await openWith(3)
      const part = (id: string, weight = 1) => ({ kind: 'image_id', image_id: id, weight })
      const search = (...parts: object[]) => ({ parts: [...parts, { kind: 'text', text: 'boat' }], top_k: 5 })
      const own = { name: 'like 0', ownerId: ANNA, isShared: false }
      const first = search(part(ids[0]!), part(ids[0]!, -1))
      const { id } = await catalog.collections.create({ ...own, search: first })
      expect(await catalog.collections.get(id)).toMatchObject({ search: first, images: 0, cover: undefined })
      const byImage = { ownerId: ANNA, imageId: ids[0]!, offset: 0, limit: 1 }
      expect((await catalog.collections.list(byImage)).total).toBe(0)
      await catalog.collections.update(id, { search: search(part(ids[1]!), part(ids[2]!)) })
      await catalog.files.remove(['0.jpg', '1.jpg', '2.jpg'])
      const again = await catalog.images.upsert([record(0), record(1, { path: 'elsewhere.jpg' })])
      expect(await catalog.collections.get(id)).toMatchObject({
        search: search(part(again[1]!.id), part(ids[2]!)),
      })
      const [last] = await catalog.images.upsert([record(2)])
      expect(await catalog.collections.get(id)).toMatchObject({
        search: search(part(again[1]!.id), part(last!.id)),
      })
      expect(await catalog.collections.refresh()).toBe(0)
    })

    it('keeps the stars of each user', async () => {
      const { catalog, ids } = await openWith(3)
      await catalog.collections.star(ANNA, [ids[0]!, ids[1]!, crypto.randomUUID()], true)
      await catalog.collections.star(BERT, [ids[2]!], true)
      await catalog.collections.star(ANNA, [ids[1]!, ids[2]!], false)
      expect(await catalog.collections.starred(ANNA, ids)).toEqual([ids[0]])
      expect(await catalog.collections.starred(BERT, ids)).toEqual([ids[2]])
      expect(await pathsIn(catalog, starsOf(ANNA))).toEqual(['0.jpg'])
      expect(await namesFor(catalog, ANNA)).toEqual([])
      expect(await catalog.collections.delete(starsOf(ANNA))).toBe(false)
    })

    it('removes the private data of a removed user', async () => {
      const { catalog, ids } = await openWith(1)
      await create(catalog, 'private')
      await create(catalog, 'shared', ANNA, true)
      await create(catalog, 'of Bert', BERT)
      await create(catalog, 'before sign-in', '')
      await catalog.collections.star(ANNA, ids, true)
      const search = { parts: [{ kind: 'image', query_id: '0'.repeat(24) }] }
      await catalog.collections.create({ name: 'private search', ownerId: ANNA, isShared: false, search })
      expect(await catalog.collections.removePrivate([])).toEqual([])
      expect(await catalog.collections.removePrivate([ANNA])).toEqual([search])
      expect(await catalog.collections.removePrivate([ANNA])).toEqual([])
      expect(await namesFor(catalog, ANNA)).toEqual(['before sign-in', 'shared'])
      expect(await namesFor(catalog, BERT)).toEqual(['before sign-in', 'of Bert', 'shared'])
      expect(await catalog.collections.starred(ANNA, ids)).toEqual([])
    })
  })
}

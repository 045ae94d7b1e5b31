import { describe, expect, it, onTestFinished } from 'vitest'
import { imageRecord } from '../testing/images.ts'
import { deleteAllUnused } from '../testing/unused-contents.ts'
import { IMAGE_ATTRIBUTES, versionOf } from './attributes.ts'
import type { Catalog, ImageFilter, ImageRecord, SectionCursor } from './catalog.ts'

const DIMENSIONS = 8
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS }
const EVERYTHING = { filter: {}, offset: 0, limit: 1000 }
const DENIED = { code: 'permission_denied', reason: 'permission denied', failedAt: 1 }
const BY_NAME = { ...EVERYTHING, orderBy: 'name' as const, descending: false }

/** A unit vector that turns with its number, so that neighbours in number are neighbours in space. */
function vectorOf(n: number): Float32Array {
  const angle = n / 50
  const vector = new Float32Array(DIMENSIONS)
  vector[0] = Math.cos(angle)
  vector[1] = Math.sin(angle)
  return vector
}

function record(n: number, changes: Partial<ImageRecord> = {}): ImageRecord {
  return imageRecord(n, {
    path: `f${n % 3}/image-${String(n).padStart(4, '0')}.jpg`,
    bytes: 100 + n,
    createdAt: 1000 + n,
    modifiedAt: 2000 + n,
    width: 10,
    height: 20,
    vector: vectorOf(n),
    ...changes,
  })
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/**
 * Requirements for a catalog in any database.
 * @param options `ordersTies`: whether a filtered search orders equally similar images by id before it cuts off; default true. Nodes of a
 * cluster have no ids of images.
 */
export function describeCatalog(
  name: string,
  open: () => Promise<Catalog>,
  { ordersTies = true }: { ordersTies?: boolean } = {},
): void {
  const openEmpty = async () => {
    const catalog = await open()
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    return catalog
  }
  const openWith = async (count: number) => {
    const catalog = await openEmpty()
    const records = numbers(count).map((n) => record(n))
    for (let start = 0; start < count; start += 500)
      await catalog.images.upsert(records.slice(start, start + 500))
    return catalog
  }
  const namesFor = async (catalog: Catalog, filter: ImageFilter) =>
    (await catalog.images.list({ ...BY_NAME, filter })).images.map((image) => image.name)

  describe(name, () => {
    it('stores and returns an image', async () => {
      const catalog = await openEmpty()
      const [put] = await catalog.images.upsert([record(7, { path: 'a/b/Été.jpg' })])
      expect(put).toMatchObject({ isNew: true })
      expect(await catalog.images.get(put!.id)).toEqual({
        id: put!.id,
        path: 'a/b/Été.jpg',
        directory: 'a/b',
        name: 'Été.jpg',
        bytes: 107,
        width: 10,
        height: 20,
        contentType: 'image/jpeg',
        createdAt: 1007,
        modifiedAt: 2007,
        contentHash: 'hash-7',
        embedder: 'test',
      })
      expect(await catalog.images.getByPath('a/b/Été.jpg')).toMatchObject({ id: put!.id })
      expect(await catalog.images.get(crypto.randomUUID())).toBeUndefined()
    })

    it('keeps the id of a path whose content changes', async () => {
      const catalog = await openWith(1)
      const before = await catalog.images.getByPath(record(0).path)
      const [put] = await catalog.images.upsert([record(0, { contentHash: 'other', vector: vectorOf(9) })])
      expect(put).toMatchObject({ id: before!.id, isNew: false })
      expect(await catalog.images.get(before!.id)).toMatchObject({ contentHash: 'other' })
      expect((await catalog.images.list(BY_NAME)).total).toBe(1)
      expect(await deleteAllUnused(catalog)).toEqual(['hash-0'])
    })

    it('lists images in each order, in pages, with the total', async () => {
      const catalog = await openWith(25)
      for (const orderBy of ['createdAt', 'modifiedAt', 'name'] as const) {
        const ascending = await catalog.images.list({
          filter: {},
          orderBy,
          descending: false,
          offset: 0,
          limit: 1000,
        })
        const pages = [0, 10, 20].map((offset) =>
          catalog.images.list({ filter: {}, orderBy, descending: true, offset, limit: 10 }),
        )
        const descending = (await Promise.all(pages)).flatMap(({ images }) => images)
        expect(ascending.total).toBe(25)
        expect(descending.map(({ id }) => id)).toEqual(ascending.images.map(({ id }) => id).toReversed())
      }
      expect(await catalog.images.list({ ...BY_NAME, offset: 100 })).toEqual({ images: [], total: 25 })
    })

    it('iterates over all images in each order, in sections, and reads several at once', async () => {
      const catalog = await openWith(25)
      const { images } = await catalog.images.list(BY_NAME)
      for (const orderBy of ['createdAt', 'modifiedAt', 'name', 'capturedAt'] as const)
        for (const descending of [false, true]) {
          const filter = { nameContains: 'image' }
          const { images: all } = await catalog.images.list({ ...EVERYTHING, filter, orderBy, descending })
          const found: string[] = []
          for (let after: SectionCursor | undefined, isFirst = true; isFirst || after; isFirst = false) {
            const part = await catalog.images.section({ filter, orderBy, descending, limit: 10, after })
            found.push(...part.images.map(({ id }) => id))
            after = part.next
          }
          expect(found).toEqual(all.map(({ id }) => id))
        }
      const ids = [images[7]!.id, crypto.randomUUID(), images[3]!.id]
      expect(await catalog.images.getAll(ids)).toEqual([images[7], images[3]])
    })

    it('filters by name, literally and case-insensitively', async () => {
      const catalog = await openEmpty()
      const names = ['100%_a.jpg', '100xa.jpg', 'ÄRGER.jpg', "o'brien.jpg"]
      await catalog.images.upsert(names.map((path, n) => record(n, { path })))
      expect(await namesFor(catalog, { nameContains: '%' })).toEqual(['100%_a.jpg'])
      expect(await namesFor(catalog, { nameContains: '_' })).toEqual(['100%_a.jpg'])
      expect(await namesFor(catalog, { nameContains: 'ärger' })).toEqual(['ÄRGER.jpg'])
      expect(await namesFor(catalog, { nameContains: 'a\u0308rger' })).toEqual(['ÄRGER.jpg'])
      expect(await namesFor(catalog, { nameContains: "O'B" })).toEqual(["o'brien.jpg"])
      expect(await namesFor(catalog, { nameContains: 'nothing' })).toEqual([])
    })

    it('filters by texts of the files without regard to case, and always finds exact ones', async () => {
      const catalog = await openEmpty()
      const titles = [
        'Äpfel über ÖL',
        'ÉTÉ à la plage',
        'Straße',
        'STRAẞE',
        'İstanbul',
        'ΟΔΟΣ οδός',
        '100%_Ä',
      ]
      await catalog.images.upsert(titles.map((title, n) => record(n, { path: title, title })))
      const named = (value: string) =>
        namesFor(catalog, { conditions: [{ column: 'title', operator: 'contains', value }] })
      for (const title of titles) {
        expect(await named(title)).toContain(title)
        expect(await named(title.slice(0, 4))).toContain(title)
      }
      for (const text of ['äpfel ÜBER', 'ÄPFEL', 'öl']) expect(await named(text)).toEqual(['Äpfel über ÖL'])
      expect(await named('été À LA')).toEqual(['ÉTÉ à la plage'])
      expect(await named('strasse')).toEqual([])
      expect(await named('%_ä')).toEqual(['100%_Ä'])
      // More letters than a condition lowers.
      const capitals = String.fromCodePoint(...numbers(200).map((n) => 0x400 + n))
      await catalog.images.upsert([record(9, { path: 'capitals', title: capitals })])
      expect(await named(capitals)).toEqual(['capitals'])
    })

    it('filters by inclusive times', async () => {
      const catalog = await openWith(10)
      const count = async (filter: ImageFilter) => (await namesFor(catalog, filter)).length
      expect(await count({ createdMin: 1003, createdMax: 1005 })).toBe(3)
      expect(await count({ modifiedMin: 2009 })).toBe(1)
      expect(await count({ modifiedMax: 1999 })).toBe(0)
    })

    it('filters by folder, with and without subfolders', async () => {
      const catalog = await openEmpty()
      const paths = ['root.jpg', 'a/1.jpg', 'a/b/2.jpg', 'a/b/c/3.jpg', 'a-b/4.jpg', 'a0/5.jpg', 'A/6.jpg']
      await catalog.images.upsert(paths.map((path, n) => record(n, { path })))
      expect(await namesFor(catalog, { directory: '.' })).toEqual(['root.jpg'])
      expect(await namesFor(catalog, { directory: 'a' })).toEqual(['1.jpg'])
      expect(await namesFor(catalog, { directory: 'a', recursive: true })).toEqual([
        '1.jpg',
        '2.jpg',
        '3.jpg',
      ])
      expect(await namesFor(catalog, { directory: 'a/b', recursive: true })).toEqual(['2.jpg', '3.jpg'])
      expect(await namesFor(catalog, { directory: '.', recursive: true })).toHaveLength(7)
      expect(await catalog.images.countByDirectory()).toContainEqual({ directory: 'a/b', images: 1 })
    })

    it('finds the nearest images by cosine similarity, best first', async () => {
      const catalog = await openWith(200)
      const { images, total } = await catalog.vectors.nearest({
        vector: vectorOf(60),
        filter: {},
        topK: 5,
        offset: 0,
        limit: 5,
      })
      expect(total).toBe(5)
      expect(images[0]).toMatchObject({ name: 'image-0060.jpg' })
      expect(images[0]!.score).toBeCloseTo(1, 2)
      expect(new Set(images.map(({ name }) => name))).toEqual(
        new Set([58, 59, 60, 61, 62].map((n) => `image-00${n}.jpg`)),
      )
      expect(images.at(-1)!.score).toBeCloseTo(Math.cos(2 / 50), 2)
    })

    it('counts close results on all pages', async () => {
      const catalog = await openWith(200)
      const query = { vector: vectorOf(60), filter: {}, topK: 100, offset: 0, limit: 2 }
      expect(await catalog.vectors.nearest(query)).toMatchObject({ total: 100, close: 0 })
      const closeScore = Math.cos(3.5 / 50)
      expect(await catalog.vectors.nearest({ ...query, closeScore })).toMatchObject({ total: 100, close: 7 })
    })

    it('scores an image by the best of several vectors, each with its weight and offset', async () => {
      const catalog = await openWith(200)
      const vectors = [
        { vector: vectorOf(60), weight: 1, offset: 0 },
        { vector: vectorOf(20), weight: 0.5, offset: 0.45 },
      ]
      const scoreOf = (n: number) => Math.max(Math.cos((n - 60) / 50), 0.5 * Math.cos((n - 20) / 50) + 0.45)
      for (const filter of [{}, { nameContains: 'image-00' }]) {
        const { images } = await catalog.vectors.nearest({
          vector: vectors,
          filter,
          topK: 40,
          offset: 0,
          limit: 40,
        })
        expect(images[0]).toMatchObject({ name: 'image-0060.jpg' })
        expect(images.map(({ name }) => name)).toContain('image-0020.jpg')
        for (const { name, score } of images) expect(score).toBeCloseTo(scoreOf(Number(name.slice(6, 10))), 2)
        expect(images.map(({ score }) => score)).toEqual(
          images.map(({ score }) => score).toSorted((x, y) => y - x),
        )
      }
    })

    it('keeps colours beside the vectors of any embedder, and searches them', async () => {
      const catalog = await open()
      const further = [{ space: 'colours' as const, fingerprint: '1', dimensions: 2 }]
      await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS, further })
      const colours = (n: number) => Float32Array.of(Math.cos(n / 10), Math.sin(n / 10))
      const [first] = await catalog.images.upsert(
        [0, 1, 2, 3].map((n) => record(n, { colours: n < 3 ? colours(n) : undefined })),
      )
      const query = {
        space: 'colours' as const,
        vector: colours(2),
        filter: {},
        topK: 10,
        offset: 0,
        limit: 10,
      }
      const names = async () => (await catalog.vectors.nearest(query)).images.map(({ name }) => name)
      expect(await names()).toEqual(['image-0002.jpg', 'image-0001.jpg', 'image-0000.jpg'])
      await catalog.images.setAttributes([
        { contentHash: 'hash-3', attributes: undefined, colours: colours(2.4) },
      ])
      expect(await names()).toEqual(['image-0002.jpg', 'image-0003.jpg', 'image-0001.jpg', 'image-0000.jpg'])
      const filtered = { ...query, filter: { nameContains: '0001' } }
      expect((await catalog.vectors.nearest(filtered)).images.map(({ name }) => name)).toEqual([
        'image-0001.jpg',
      ])
      expect((await catalog.vectors.get([first!.id], 'colours'))[0]!.vector[0]).toBeCloseTo(1)
      expect((await catalog.vectors.get([first!.id]))[0]!.vector).toHaveLength(DIMENSIONS)
      await catalog.spaces.activate({ embedder: 'other', fingerprint: '1', dimensions: 3, further })
      expect(await names()).toHaveLength(4)
      expect((await catalog.spaces.list()).map(({ embedder }) => embedder)).toEqual(['test', 'other'])
      expect((await catalog.images.counts()).indexed).toBe(0)
      expect((await catalog.images.get(first!.id))!.embedder).toBe('test')
    })

    it('counts the best of an image and its windows, unless whole images are requested', async () => {
      const catalog = await open()
      onTestFinished(() => catalog.close())
      const further = [{ space: 'windows' as const, fingerprint: 'test 1', dimensions: 2 * DIMENSIONS }]
      await catalog.spaces.activate({ ...SPACE, further })
      const windows = Float32Array.from([...vectorOf(100), ...vectorOf(60)].map((value) => 0.5 * value))
      await catalog.images.upsert(numbers(20).map((n) => record(n, n === 3 ? { windows } : {})))
      const query = { ...EVERYTHING, vector: vectorOf(60), topK: 5 }
      const [first, second] = (await catalog.vectors.nearest(query)).images
      expect(first).toMatchObject({ name: 'image-0019.jpg', score: expect.closeTo(Math.cos(41 / 50), 2) })
      expect(second!.name).toBe('image-0018.jpg')
      const far = { ...query, vector: vectorOf(100) }
      expect((await catalog.vectors.nearest(far)).images[0]).toMatchObject({
        name: 'image-0003.jpg',
        score: expect.closeTo(0.5, 2),
      })
      const several = [60, 100].map((n) => ({ vector: vectorOf(n), weight: 2, offset: -1 }))
      const found = await catalog.vectors.nearest({
        ...query,
        vector: several,
        filter: { nameContains: '0003' },
      })
      expect(found.images).toMatchObject([{ score: expect.closeTo(0, 2) }])
      const whole = await catalog.vectors.nearest({ ...far, wholeImages: true })
      expect(whole.images[0]!.name).toBe('image-0019.jpg')
      expect(await catalog.vectors.get([first!.id], 'windows')).toEqual([])
      expect(await catalog.spaces.prune('test', undefined)).toBe(21)
    })

    it('finds the best windows among many, also with a filter and after a deletion', async () => {
      const catalog = await open()
      onTestFinished(() => catalog.close())
      const further = [{ space: 'windows' as const, fingerprint: 'test 1', dimensions: 2 * DIMENSIONS }]
      await catalog.spaces.activate({ ...SPACE, further })
      // The windows of image n are nearer to the query than the whole images are, and in another order.
      const placeOf = (n: number) => 80 + ((n * 37) % 300) / 3
      const windowsOf = (n: number) =>
        Float32Array.from([...vectorOf(placeOf(n)), ...vectorOf(placeOf(n) + 40)].map((value) => 0.8 * value))
      const records = numbers(300).map((n) =>
        record(n, { vector: vectorOf(220 + n / 10), windows: windowsOf(n) }),
      )
      await catalog.images.upsert(records)
      const nearest = async (filter: ImageFilter = {}) =>
        (await catalog.vectors.nearest({ ...EVERYTHING, vector: vectorOf(40), topK: 20, filter })).images
      const orderOf = (list: number[]) =>
        list
          .toSorted((a, b) => placeOf(a) - placeOf(b))
          .slice(0, 20)
          .map((n) => record(n).path)
      const found = await nearest()
      expect(found.map(({ path }) => path)).toEqual(orderOf(numbers(300)))
      expect(found[0]!.score).toBeCloseTo(0.8 * Math.cos(40 / 50), 2)
      const inFolder = numbers(300).filter((n) => n % 3 === 1)
      expect((await nearest({ directory: 'f1' })).map(({ path }) => path)).toEqual(orderOf(inFolder))
      await catalog.files.remove([found[0]!.path])
      await deleteAllUnused(catalog)
      const others = numbers(300).filter((n) => record(n).path !== found[0]!.path)
      expect((await nearest()).map(({ path }) => path)).toEqual(orderOf(others))
    })

    it('finds whole images while others are being deleted', async () => {
      const catalog = await openWith(400)
      const { images: all } = await catalog.images.list({ ...BY_NAME, limit: 400 })
      let isOver = false
      const deleting = (async () => {
        for (const { path } of all.slice(0, 25)) await catalog.files.remove([path])
        isOver = true
      })()
      const looking = Array.from({ length: 2 }, async () => {
        while (!isOver) {
          const query = { vector: vectorOf(0), filter: {}, topK: 400, offset: 0, limit: 400 }
          for (const image of (await catalog.vectors.nearest(query)).images)
            expect(image.path).toBeTypeOf('string')
        }
      })
      await Promise.all([deleting, ...looking])
    })

    it('divides the results into pages without overlaps or gaps', async () => {
      const catalog = await openWith(300)
      const query = { vector: vectorOf(0), filter: {}, topK: 95 }
      const whole = await catalog.vectors.nearest({ ...query, offset: 0, limit: 1000 })
      const pages = await Promise.all(
        [0, 30, 60, 90].map((offset) => catalog.vectors.nearest({ ...query, offset, limit: 30 })),
      )
      expect(whole.images).toHaveLength(95)
      expect(pages.flatMap(({ images }) => images)).toEqual(whole.images)
      expect(pages.map(({ total }) => total)).toEqual([95, 95, 95, 95])
    })

    it.runIf(ordersTies)('finds those with the lowest ids among equally similar images', async () => {
      const catalog = await openEmpty()
      const puts = await catalog.images.upsert(numbers(60).map((n) => record(n, { vector: vectorOf(1) })))
      const ids = puts.map(({ id }) => id).sort()
      for (const topK of [5, 20]) {
        const query = { filter: { nameContains: 'image' }, vector: vectorOf(1), topK }
        const { images } = await catalog.vectors.nearest({ ...EVERYTHING, ...query })
        expect(images.map(({ id }) => id)).toEqual(ids.slice(0, topK))
      }
    })

    it('samples the gallery, each time the same images', async () => {
      const catalog = await openEmpty()
      const puts = await catalog.images.upsert(numbers(20).map((n) => record(n)))
      const ids = puts.map(({ id }) => id).sort()
      expect(await catalog.images.sample(5)).toEqual(ids.slice(0, 5))
      expect((await catalog.images.sample(50)).toSorted()).toEqual(ids)
    })

    it('fills the page under any filter while matching images exist', async () => {
      const catalog = await openWith(6000)
      // The query resembles the first images; those that pass the filter resemble it least.
      const nearest = (filter: ImageFilter, topK: number) =>
        catalog.vectors.nearest({ vector: vectorOf(0), filter, topK, offset: 0, limit: 1000 })
      const rare = await nearest({ nameContains: 'image-0157' }, 20)
      expect(rare.images.map(({ name }) => name)).toEqual(['image-0157.jpg'])
      const some = await nearest({ nameContains: 'image-01' }, 200)
      expect(some.total).toBe(100)
      const most = await nearest({ createdMin: 1000 + 1000 }, 300)
      expect(most.images).toHaveLength(300)
      expect(most.images.every(({ createdAt }) => createdAt >= 2000)).toBe(true)
      const none = await nearest({ nameContains: 'nothing' }, 20)
      expect(none).toEqual({ images: [], total: 0, close: 0 })
      const all = await nearest({ createdMin: 1000 + 1000 }, 100_000)
      expect(all.total).toBe(5000)
    })

    it('finds every image with the same content, the pinned one first', async () => {
      const catalog = await openWith(5)
      const copies = ['copy-1.jpg', 'copy-2.jpg', 'copy-3.jpg'].map((path) =>
        record(2, { path, contentHash: 'hash-2', vector: undefined }),
      )
      const results = await catalog.images.upsert(copies)
      const pinned = results[2]!
      const found = await catalog.vectors.nearest({
        vector: vectorOf(2),
        filter: {},
        topK: 4,
        offset: 0,
        limit: 10,
        alwaysInclude: pinned.id,
      })
      expect(found.images[0]!.id).toBe(pinned.id)
      expect(new Set(found.images.map(({ contentHash }) => contentHash))).toEqual(new Set(['hash-2']))
      expect(await catalog.images.duplicateHashes()).toEqual(['hash-2'])
      expect(await catalog.images.byContentHash(['hash-2'])).toHaveLength(4)
      const places = await catalog.images.placesOf(['hash-2'])
      expect(places.map(({ path }) => path)).toEqual([
        'copy-1.jpg',
        'copy-2.jpg',
        'copy-3.jpg',
        record(2).path,
      ])
      const { bytes, width, height } = record(2)
      const contentHash = 'hash-2'
      expect(places[2]).toEqual({ id: pinned.id, path: 'copy-3.jpg', contentHash, bytes, width, height })
    })

    it('omits images with excluded contents, and finds as many others', async () => {
      const catalog = await openWith(300)
      await catalog.images.upsert([record(2, { path: 'copy.jpg', contentHash: 'hash-2', vector: undefined })])
      for (const filter of [{}, { nameContains: 'image-00' }]) {
        const query = { vector: vectorOf(2), filter, topK: 20, offset: 0, limit: 20 }
        const { images: all } = await catalog.vectors.nearest(query)
        const { images, total } = await catalog.vectors.nearest({
          ...query,
          excludeHashes: ['hash-2', 'no-such'],
        })
        const isWanted = ({ contentHash }: { contentHash: string }) => contentHash !== 'hash-2'
        expect(all.every(isWanted)).toBe(false)
        expect(images.slice(0, 18).map(({ id }) => id)).toEqual(
          all
            .filter(isWanted)
            .slice(0, 18)
            .map(({ id }) => id),
        )
        expect(images.every(isWanted)).toBe(true)
        expect([images.length, total]).toEqual([20, 20])
      }
    })

    it('finds the pinned image among more equally similar ones than requested', async () => {
      const catalog = await openWith(5)
      const twins = Array.from({ length: 300 }, (_, n) =>
        record(2, { path: `twin-${n}.jpg`, contentHash: `twin-${n}`, vector: vectorOf(2) }),
      )
      const results = await catalog.images.upsert(twins)
      for (const { id } of [results[0]!, results[150]!, results[299]!]) {
        for (const filter of [{}, { nameContains: 'twin' }]) {
          const query = { vector: vectorOf(2), filter, topK: 20, offset: 0, limit: 20 }
          const { images } = await catalog.vectors.nearest({ ...query, alwaysInclude: id })
          expect(images[0]!.id).toBe(id)
          expect(images).toHaveLength(20)
        }
      }
    })

    it('removes files with their failures, and deletes unused vectors', async () => {
      const catalog = await openWith(4)
      await catalog.images.upsert([record(0, { path: 'copy.jpg' })])
      const removed = await catalog.files.remove([record(0).path, record(1).path, 'missing.jpg'])
      expect(removed.map(({ contentHash }) => contentHash).sort()).toEqual(['hash-0', 'hash-1'])
      expect(await catalog.vectors.deleteUnused(['hash-0', 'hash-1'])).toEqual(['hash-1'])
      const { images } = await catalog.vectors.nearest({ vector: vectorOf(1), ...EVERYTHING, topK: 10 })
      expect(images.map(({ contentHash }) => contentHash).sort()).toEqual(['hash-0', 'hash-2', 'hash-3'])
    })

    it('returns the replaced contents, and the vectors that were deleted meanwhile', async () => {
      const catalog = await openWith(2)
      const { contentHash } = record(0)
      const [changed] = await catalog.images.upsert([
        record(0, { contentHash: 'other', vector: vectorOf(9) }),
      ])
      expect(changed).toMatchObject({
        isNew: false,
        isChanged: true,
        replaced: contentHash,
        needsEmbedding: false,
      })
      const [same] = await catalog.images.upsert([record(0, { contentHash: 'other', vector: undefined })])
      expect(same).toMatchObject({ isChanged: false, replaced: undefined, needsEmbedding: false })
      const [lost] = await catalog.images.upsert([record(5, { contentHash: 'unknown', vector: undefined })])
      expect(lost).toMatchObject({ isNew: true, isChanged: true, needsEmbedding: true })
      expect(await catalog.images.unknownContents(['other', contentHash, 'never'])).toEqual([
        contentHash,
        'never',
      ])
    })

    it('stores the mount points of other drives', async () => {
      const catalog = await openWith(0)
      expect(await catalog.files.mountPoints()).toEqual([])
      await catalog.files.saveMountPoints(['a', 'b/c'])
      await catalog.files.saveMountPoints(['b/c', 'd'])
      expect((await catalog.files.mountPoints()).sort()).toEqual(['b/c', 'd'])
    })

    it('moves a row with its id', async () => {
      const catalog = await openWith(2)
      const before = await catalog.images.getByPath(record(1).path)
      const to = { path: 'elsewhere/new.jpg', inode: '1', modifiedAt: 2001 }
      expect(await catalog.files.move(record(1).path, to)).toEqual([])
      expect(await catalog.images.get(before!.id)).toMatchObject({
        path: 'elsewhere/new.jpg',
        directory: 'elsewhere',
        name: 'new.jpg',
        createdAt: 1001,
      })
      expect(await catalog.files.move('missing.jpg', to)).toBeUndefined()
      // An existing file stays if nothing was moved.
      expect((await catalog.images.getByPath('elsewhere/new.jpg'))?.id).toBe(before!.id)
    })

    it('returns the contents whose rows a moved one has replaced', async () => {
      const catalog = await openWith(3)
      const to = ({ path }: ImageRecord) => ({ path, inode: '1', modifiedAt: 1 })
      expect(await catalog.files.move(record(0).path, to(record(1)))).toEqual(['hash-1'])
      const { path, bytes, modifiedAt, inode } = record(7)
      const failure = { path, bytes, modifiedAt, inode, code: 'image_unreadable', reason: '', failedAt: 1 }
      await catalog.failures.put({ ...failure, contentHash: 'failed' })
      expect(await catalog.files.move(record(1).path, to(record(7)))).toEqual(['failed'])
      // A copy has the same content.
      await catalog.images.upsert([record(2, { path: 'copy.jpg' })])
      expect(
        await catalog.files.move(record(2).path, { path: 'copy.jpg', inode: '2', modifiedAt: 2 }),
      ).toEqual([])
    })

    it('deletes the vectors of all unused contents in sections', async () => {
      const count = 5200
      const catalog = await openWith(count)
      const removed = numbers(count).filter((n) => n % 3 === 0)
      await catalog.files.remove(removed.map((n) => record(n).path))
      const first = await catalog.vectors.deleteUnusedAfter('')
      expect(first.next).toBeDefined()
      const second = await catalog.vectors.deleteUnusedAfter(first.next!)
      expect(second.next).toBeUndefined()
      expect(first.deleted.length).toBeGreaterThan(second.deleted.length)
      expect(second.deleted.length).toBeGreaterThan(0)
      expect([...first.deleted, ...second.deleted].sort()).toEqual(removed.map((n) => `hash-${n}`).sort())
      const left = await catalog.vectors.embeddedContents(numbers(count).map((n) => `hash-${n}`))
      expect(left).toHaveLength(count - removed.length)
      expect(await deleteAllUnused(catalog)).toEqual([])
    })

    it('keeps the time of creation of an edited file, and replaces that of version 0.1', async () => {
      const catalog = await openEmpty()
      const put = (n: number, changedAt?: number) =>
        catalog.images.upsert([record(n, { path: 'a.jpg', changedAt })])
      const createdAt = async () => (await catalog.images.getByPath('a.jpg'))?.createdAt
      await put(1)
      await put(2, 1002)
      expect(await createdAt()).toBe(1002)
      await put(3, 1003)
      expect(await createdAt()).toBe(1002)
      await catalog.files.saveChangeTimes([{ path: 'a.jpg', changedAt: 5 }])
      expect(await createdAt()).toBe(5)
    })

    it('records failures until the file is indexed, removed or tried again', async () => {
      const catalog = await openWith(2)
      const failure = (path: string) => ({
        path,
        bytes: 5,
        modifiedAt: 9,
        inode: '5',
        contentHash: undefined,
        code: 'image_unreadable',
        reason: 'It is broken.',
        failedAt: 77,
      })
      expect(await catalog.failures.put(failure(record(0).path))).toBe(record(0).contentHash)
      await catalog.failures.put(failure('b.jpg'))
      await catalog.failures.put(failure('c.jpg'))
      expect(await catalog.images.counts()).toEqual({ indexed: 1, unembedded: 0, failed: 3 })
      expect(await catalog.files.inFolder('.')).toContainEqual(
        expect.objectContaining({ path: 'b.jpg', state: 'failed' }),
      )
      expect(await catalog.files.countInFolder('.')).toBe((await catalog.files.inFolder('.')).length)
      await catalog.images.upsert([record(9, { path: 'b.jpg' })])
      await catalog.files.remove(['c.jpg'])
      const { failures, total } = await catalog.failures.list({ offset: 0, limit: 10 })
      expect(total).toBe(1)
      expect(failures).toEqual([
        { path: record(0).path, code: 'image_unreadable', reason: 'It is broken.', failedAt: 77 },
      ])
      expect(await catalog.failures.clear()).toBe(1)
    })

    it('returns the state of files, folders and contents', async () => {
      const catalog = await openWith(4)
      await catalog.images.upsert([record(9, { path: 'f1/deep/er.jpg' })])
      expect(await catalog.files.inFolder('f1')).toEqual([
        {
          path: 'f1/image-0001.jpg',
          bytes: 101,
          modifiedAt: 2001,
          inode: '1',
          contentHash: 'hash-1',
          state: 'indexed',
        },
      ])
      expect(await catalog.files.countInFolder('f1')).toBe(1)
      expect(await catalog.files.countInFolder('nowhere')).toBe(0)
      expect(await catalog.files.at(['f1/image-0001.jpg', 'f1/none.jpg'])).toEqual(
        await catalog.files.inFolder('f1'),
      )
      expect((await catalog.files.folders('.')).sort()).toEqual(['f0', 'f1', 'f1/deep', 'f2'])
      expect((await catalog.files.folders('f1')).sort()).toEqual(['f1', 'f1/deep'])
      expect((await catalog.files.byInode(['3', '77'])).map(({ path }) => path)).toEqual([
        'f0/image-0003.jpg',
      ])
      expect(await catalog.images.contentInfo('hash-1')).toEqual({
        attributes: { width: 10, height: 20, contentType: 'image/jpeg' },
        attributesVersion: versionOf(IMAGE_ATTRIBUTES),
        hasSidecar: false,
        hasVector: true,
      })
      expect(await catalog.images.contentInfo('unknown')).toBeUndefined()
      expect(await catalog.vectors.embeddedContents(['hash-1', 'unknown'])).toEqual(['hash-1'])
      expect(await catalog.vectors.embeddedContents([])).toEqual([])
    })

    it('is as quick with thousands of copies as with one', async () => {
      const catalog = await openEmpty()
      await catalog.images.upsert([record(0)])
      const copies = numbers(3000).map((n) =>
        record(n, { path: `copy-${n}.jpg`, contentHash: 'hash-0', vector: undefined }),
      )
      // In batches, as the indexer stores them.
      for (let start = 0; start < copies.length; start += 100)
        await catalog.images.upsert(copies.slice(start, start + 100))
      await catalog.images.upsert([record(1, { path: 'single.jpg', contentHash: 'single' })])
      const times: Record<string, number[]> = { single: [], 'hash-0': [] }
      // Takes turns and compares the fastest of many calls: other work on the machine slows down single calls only.
      for (let n = 0; n < 50; n++) {
        for (const hash of ['single', 'hash-0']) {
          const start = performance.now()
          await catalog.images.contentInfo(hash)
          times[hash]!.push(performance.now() - start)
        }
      }
      expect(Math.min(...times['hash-0']!)).toBeLessThan(1 + 5 * Math.min(...times.single!))
    })

    it('keeps the vectors of one embedder while another is used', async () => {
      const catalog = await openWith(3)
      await catalog.spaces.activate({ embedder: 'other', fingerprint: '1', dimensions: 4 })
      expect(await catalog.images.counts()).toEqual({ indexed: 0, unembedded: 3, failed: 0 })
      expect((await catalog.images.list(BY_NAME)).images.map(({ embedder }) => embedder)).toEqual([
        'test',
        'test',
        'test',
      ])
      await catalog.images.upsert([record(0, { vector: Float32Array.of(1, 0, 0, 0) })])
      const nearest = { vector: Float32Array.of(1, 0, 0, 0), filter: {}, topK: 10, offset: 0, limit: 10 }
      expect((await catalog.vectors.nearest(nearest)).total).toBe(1)
      await catalog.spaces.activate(SPACE)
      expect(await catalog.images.counts()).toEqual({ indexed: 3, unembedded: 0, failed: 0 })
    })

    it('distinguishes models of one name, lists and prunes them', async () => {
      const catalog = await openWith(3)
      await catalog.spaces.activate({ ...SPACE, fingerprint: '2' })
      expect(await catalog.images.counts()).toMatchObject({ indexed: 0, unembedded: 3 })
      await catalog.images.upsert([record(0)])
      expect(await catalog.spaces.list()).toEqual([
        { ...SPACE, images: 3 },
        { ...SPACE, fingerprint: '2', images: 1 },
      ])
      expect(await catalog.spaces.prune('nobody', undefined)).toBe(0)
      expect(await catalog.spaces.prune('test', '2')).toBe(3)
      expect(await catalog.spaces.list()).toEqual([{ ...SPACE, fingerprint: '2', images: 1 }])
      expect(await catalog.images.counts()).toMatchObject({ indexed: 1, unembedded: 2 })
      expect((await catalog.images.list(BY_NAME)).total).toBe(3)
    })

    it('distinguishes failures of a file from failures of an embedder', async () => {
      const catalog = await openWith(3)
      const failure = (n: number, code: string) => {
        const { path, bytes, modifiedAt, inode, contentHash } = record(n)
        return { path, bytes, modifiedAt, inode, contentHash, code, reason: 'because', failedAt: 1 }
      }
      const other = { embedder: 'other', fingerprint: '1', dimensions: 4 }
      await catalog.spaces.activate(other)
      await catalog.failures.put(failure(0, 'embedder_failed'))
      await catalog.failures.put(failure(1, 'image_unreadable'))
      expect(await catalog.images.counts()).toEqual({ indexed: 0, unembedded: 1, failed: 2 })
      // An image that only the embedder rejects can still be displayed.
      expect((await catalog.images.list(BY_NAME)).total).toBe(2)
      expect((await catalog.files.inFolder('f0'))[0]).toMatchObject({ state: 'failed' })
      // The vectors of failed files are kept for the embedder that made them.
      expect(await deleteAllUnused(catalog)).toEqual([])
      await catalog.spaces.activate(SPACE)
      expect(await catalog.images.counts()).toMatchObject({ failed: 1 })
      expect((await catalog.failures.list({ offset: 0, limit: 9 })).failures).toMatchObject([
        { code: 'image_unreadable' },
      ])
      expect((await catalog.files.inFolder('f0'))[0]).toMatchObject({ state: 'without_vector' })
      expect((await catalog.files.inFolder('f1'))[0]).toMatchObject({ state: 'failed' })
    })

    it('keeps an image while its file may not be read, whether its content is the same or not', async () => {
      const catalog = await openWith(2)
      const [before] = (await catalog.images.list(BY_NAME)).images
      const { path, bytes, modifiedAt, inode } = record(0)
      const failure = { path, bytes, modifiedAt, inode, contentHash: undefined, ...DENIED }
      expect(await catalog.failures.put({ ...failure, changedAt: 9 })).toBeUndefined()
      expect(await catalog.images.counts()).toEqual({ indexed: 2, unembedded: 0, failed: 1 })
      expect((await catalog.files.inFolder('f0'))[0]).toMatchObject({ failureCode: 'permission_denied' })
      expect(await catalog.failures.put({ ...failure, bytes: bytes + 1 })).toBeUndefined()
      expect(await deleteAllUnused(catalog)).toEqual([])
      await catalog.images.upsert([record(0)])
      expect((await catalog.images.list(BY_NAME)).images[0]!.id).toBe(before!.id)
      expect(await catalog.images.counts()).toEqual({ indexed: 2, unembedded: 0, failed: 0 })
    })

    it('returns the embedder that was chosen before', async () => {
      const catalog = await openWith(1)
      const other = { embedder: 'other', fingerprint: '1', dimensions: 4 }
      expect(await catalog.spaces.activate(other)).toEqual({ previous: SPACE })
      // An embedder without vectors does not count.
      expect(await catalog.spaces.activate(SPACE)).toEqual({ previous: undefined })
      await catalog.spaces.activate(other)
      await catalog.images.upsert([record(0, { vector: Float32Array.of(1, 0, 0, 0) })])
      expect(await catalog.spaces.activate({ ...SPACE, fingerprint: '2' })).toEqual({ previous: other })
    })

    it('searches the vectors of a former embedder beside the active one', async () => {
      const catalog = await openWith(4)
      const query = { vector: record(2).vector!, filter: {}, topK: 3, offset: 0, limit: 3 }
      const before = await catalog.vectors.nearest(query)
      const other = { embedder: 'other', fingerprint: '1', dimensions: 4 }
      const { previous } = await catalog.spaces.activate(other)
      await expect(catalog.vectors.nearest({ ...query, space: 'former' })).rejects.toThrow(/no vectors/)
      await catalog.spaces.openFormer(previous)
      await catalog.images.upsert([record(0, { vector: Float32Array.of(1, 0, 0, 0) })])
      const former = await catalog.vectors.nearest({ ...query, space: 'former' })
      expect(former.images.map(({ id, score }) => [id, score])).toEqual(
        before.images.map(({ id, score }) => [id, score]),
      )
      const [own] = await catalog.vectors.get([before.images[0]!.id], 'former')
      expect(own!.vector).toHaveLength(SPACE.dimensions)
      const active = { ...query, vector: Float32Array.of(1, 0, 0, 0) }
      expect((await catalog.vectors.nearest(active)).total).toBe(1)
      // A deleted image is not found.
      await catalog.files.remove([before.images[0]!.path])
      const left = await catalog.vectors.nearest({ ...query, space: 'former' })
      expect(left.images.map(({ id }) => id)).not.toContain(before.images[0]!.id)
      await catalog.spaces.openFormer(undefined)
      await expect(catalog.vectors.nearest({ ...query, space: 'former' })).rejects.toThrow(/no vectors/)
      const unknown = { ...other, embedder: 'unknown' }
      await expect(catalog.spaces.openFormer(unknown)).rejects.toThrow(/no vectors of "unknown"/)
    })

    it('rejects vectors of another length, and stores nothing of them', async () => {
      const catalog = await openWith(1)
      const misfit = record(5, { vector: Float32Array.of(1, 0) })
      await expect(catalog.images.upsert([record(4), misfit])).rejects.toThrow(
        /2 dimensions is none of "test"/,
      )
      expect(await catalog.images.counts()).toEqual({ indexed: 1, unembedded: 0, failed: 0 })
    })

    it('finds the contents nearest to a vector, each once, with their vectors', async () => {
      const catalog = await openWith(20)
      await catalog.images.upsert([record(21, { path: 'copy.jpg', contentHash: 'hash-4' })])
      const found = await catalog.vectors.neighbours(vectorOf(4), 4)
      expect(found[0]!.contentHash).toBe('hash-4')
      expect(new Set(found.map(({ contentHash }) => contentHash)).size).toBe(found.length)
      expect(found).toHaveLength(3)
      for (const { vector, score } of found) {
        const cosine = vector.reduce((sum, value, d) => sum + value * vectorOf(4)[d]!, 0)
        expect(score).toBeCloseTo(cosine / Math.hypot(...vectorOf(4)), 2)
      }
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a))
    })

    it('pairs nearly identical contents', async () => {
      const catalog = await openEmpty()
      await catalog.images.upsert([0, 1, 60].map((n) => record(n)))
      const { pairs, compared, next } = await catalog.vectors.similarPairs(0, 0.999)
      expect(next).toBeUndefined()
      expect(compared.map(({ contentHash }) => contentHash).sort()).toEqual(['hash-0', 'hash-1', 'hash-60'])
      await catalog.files.remove([record(0).path])
      await deleteAllUnused(catalog)
      const left = compared.filter(({ contentHash }) => contentHash !== 'hash-0')
      const found = await catalog.vectors.contentsOf(compared.map(({ id }) => id))
      expect(found.sort((a, b) => a.id - b.id)).toEqual(left.sort((a, b) => a.id - b.id))
      expect(pairs.map(({ a, b }) => [a, b].sort().join())).toEqual(['hash-0,hash-1', 'hash-0,hash-1'])
    })

    it('lists images with attributes of an earlier version until they are set', async () => {
      const catalog = await openEmpty()
      const old = numbers(5).map((n) => record(n, { attributesVersion: 1 }))
      const copy = record(9, { path: 'copy.jpg', contentHash: 'hash-0', attributesVersion: 1 })
      await catalog.images.upsert([...old, copy, record(7)])
      expect(await catalog.images.countOutdated()).toBe(6)
      const first = await catalog.images.outdated(undefined, 4)
      const second = await catalog.images.outdated(first.at(-1), 4)
      const listed = [...first, ...second]
      expect(listed.map(({ path }) => path).sort()).toEqual([...old, copy].map(({ path }) => path).sort())
      expect(listed[0]).toMatchObject({ attributesVersion: 1, attributes: { width: 10, height: 20 } })
      const attributes = { width: 11, height: 20, contentType: 'image/jpeg', thumbhash: 'AAAA' }
      await catalog.images.setAttributes([
        { contentHash: 'hash-0', attributes },
        { contentHash: 'hash-1', attributes: undefined },
      ])
      expect(await catalog.images.countOutdated()).toBe(3)
      expect(await catalog.images.getByPath('copy.jpg')).toMatchObject(attributes)
      expect(await catalog.images.getByPath(old[0]!.path)).toMatchObject(attributes)
      expect(await catalog.images.getByPath(old[1]!.path)).toMatchObject({ width: 10, thumbhash: undefined })
      expect((await catalog.images.outdated(undefined, 9)).map(({ path }) => path).sort()).toEqual(
        [2, 3, 4].map((n) => old[n]!.path).sort(),
      )
    })

    it('returns all images that lose the attributes of their sidecars to new ones of their content', async () => {
      const catalog = await openEmpty()
      const copies = ['current.jpg', 'outdated.jpg'].map((path, n) =>
        record(n, { path, contentHash: 'copied', sidecar: '1', title: 'Sidecar', attributesVersion: 1 + n }),
      )
      const plain = record(2, { path: 'plain.jpg', contentHash: 'copied' })
      const unreadable = record(3, { path: 'unreadable.jpg', sidecar: '1', title: 'Sidecar' })
      await catalog.images.upsert([...copies, plain, unreadable])
      const attributes = { width: 10, height: 20, contentType: 'image/jpeg', title: 'File' }
      const lost = await catalog.images.setAttributes([
        { contentHash: 'copied', attributes },
        { contentHash: unreadable.contentHash, attributes: undefined },
      ])
      const versions = copies.map(({ path, bytes, modifiedAt }) => ({ path, bytes, modifiedAt }))
      expect(lost.sort((a, b) => a.path.localeCompare(b.path))).toEqual(versions)
      const titles = await Promise.all(
        [...copies, plain, unreadable].map(async ({ path }) => (await catalog.images.getByPath(path))?.title),
      )
      expect(titles).toEqual(['File', 'File', 'File', 'Sidecar'])
      const known = await catalog.files.at([...copies, unreadable].map(({ path }) => path))
      const sidecars = new Map(known.map(({ path, sidecar }) => [path, sidecar]))
      expect([...copies, unreadable].map(({ path }) => sidecars.get(path))).toEqual([
        undefined,
        undefined,
        '1',
      ])
    })

    it('counts images by month of capture or else of modification, newest first', async () => {
      const catalog = await openEmpty()
      const at = (text: string) => Date.parse(`${text}Z`)
      await catalog.images.upsert([
        record(0, { capturedAt: at('2024-05-31T23:59:59.999'), width: 30, height: 20 }),
        record(1, { capturedAt: at('2024-05-01T00:00:00'), width: 20, height: 20 }),
        record(2, { capturedAt: at('2024-06-01T00:00:00') }),
        record(3, { modifiedAt: at('2020-12-24T12:00:00') }),
        record(4, { capturedAt: at('1969-12-31T23:59:59') }),
      ])
      expect(await catalog.images.timeline({})).toEqual([
        { month: '2024-06', count: 1, meanAspect: 0.5 },
        { month: '2024-05', count: 2, meanAspect: 1.25 },
        { month: '2020-12', count: 1, meanAspect: 0.5 },
        { month: '1969-12', count: 1, meanAspect: 0.5 },
      ])
      expect(await catalog.images.timeline({ directory: 'f1' })).toEqual([
        { month: '2024-05', count: 1, meanAspect: 1 },
        { month: '1969-12', count: 1, meanAspect: 0.5 },
      ])
      // A file that is moved gets another modification time, which does not replace a capture time.
      const target = { path: 'moved.jpg', inode: '1', modifiedAt: at('2023-01-01') }
      await catalog.files.move(record(3).path, target)
      await catalog.files.move(record(4).path, { ...target, path: 'old.jpg' })
      expect((await catalog.images.timeline({})).map(({ month }) => month)).toEqual([
        '2024-06',
        '2024-05',
        '2023-01',
        '1969-12',
      ])
    })

    it('orders by capture, and names by the numbers in them', async () => {
      const catalog = await openEmpty()
      await catalog.images.upsert([
        record(0, { path: 'IMG_10.jpg', capturedAt: 5000 }),
        record(1, { path: 'img_2.jpg', capturedAt: 1000 }),
        record(2, { path: 'IMG_1.jpg' }),
      ])
      const ordered = async (orderBy: 'capturedAt' | 'name') =>
        (await catalog.images.list({ ...BY_NAME, orderBy })).images.map(({ name }) => name)
      // The third image has no capture time, so its modification time in 2002 counts.
      expect(await ordered('capturedAt')).toEqual(['img_2.jpg', 'IMG_1.jpg', 'IMG_10.jpg'])
      expect(await ordered('name')).toEqual(['IMG_1.jpg', 'img_2.jpg', 'IMG_10.jpg'])
    })

    it('gives the same pages near the beginning and the end of a long list', async () => {
      const catalog = await openWith(1_300)
      for (const descending of [false, true]) {
        const page = (offset: number, limit: number) =>
          catalog.images.list({ ...BY_NAME, filter: { nameContains: 'image' }, descending, offset, limit })
        const all = [...(await page(0, 900)).images, ...(await page(900, 900)).images].map(({ id }) => id)
        expect(new Set(all).size).toBe(1_300)
        for (const [offset, limit] of [
          [1_000, 100],
          [1_010, 1_000],
          [1_299, 5],
          [1_300, 5],
          [9_000, 5],
          [1_100, 0],
        ] as const) {
          const { images, total } = await page(offset, limit)
          expect(total).toBe(1_300)
          expect(images.map(({ id }) => id)).toEqual(all.slice(offset, offset + limit))
        }
      }
    })

    it('filters by attributes', async () => {
      const catalog = await openEmpty()
      await catalog.images.upsert([
        record(0, { path: 'a.jpg', camera: 'NIKON D850', rating: 5, latitude: 51.5, longitude: -0.125 }),
        record(1, { path: 'b.jpg', camera: 'Canon EOS R5', rating: 2, capturedAt: 9000 }),
        record(2, { path: 'c.jpg', searchText: 'a walk at the sea', title: 'A walk' }),
      ])
      const matching = (column: string, operator: '>=' | '<=', value: number) =>
        namesFor(catalog, { conditions: [{ column, operator, value }] })
      expect(await matching('rating', '>=', 3)).toEqual(['a.jpg'])
      expect(await matching('taken_at', '>=', 9000)).toEqual(['b.jpg'])
      expect(await matching('taken_at', '<=', 2002)).toEqual(['a.jpg', 'c.jpg'])
      const box = [
        { column: 'latitude', operator: '>=' as const, value: 51 },
        { column: 'longitude', operator: '<=' as const, value: 0 },
      ]
      expect(await namesFor(catalog, { conditions: box })).toEqual(['a.jpg'])
      const camera = { column: 'camera', operator: 'contains' as const, value: 'nikon' }
      expect(await namesFor(catalog, { conditions: [camera] })).toEqual(['a.jpg'])
      expect(await namesFor(catalog, { textContains: 'AT THE SEA' })).toEqual(['c.jpg'])
      expect(await namesFor(catalog, { textContains: 'B.J' })).toEqual(['b.jpg'])
      const search = { vector: vectorOf(0), filter: { conditions: box }, topK: 5, offset: 0, limit: 5 }
      expect((await catalog.vectors.nearest(search)).images.map(({ name }) => name)).toEqual(['a.jpg'])
    })

    it('keeps deleted images with their vectors until they are restored or removed', async () => {
      const catalog = await openWith(3)
      const [first, second] = (await catalog.images.list(BY_NAME)).images
      const place = (file: string) => ({ place: 'gallery' as const, file })
      expect(await catalog.trash.put(first!.id, place('a'), 100)).toBe(true)
      expect(await catalog.trash.put(second!.id, place('b'), 200)).toBe(true)
      expect(await catalog.trash.put(first!.id, place('c'), 300)).toBe(false)
      expect((await catalog.images.list(BY_NAME)).total).toBe(1)
      expect(await deleteAllUnused(catalog)).toEqual([])
      expect(await catalog.images.unknownContents([first!.contentHash, 'x'])).toEqual(['x'])
      const { images, total } = await catalog.trash.list({ offset: 0, limit: 9 })
      expect([images.map(({ image }) => image.id), total]).toEqual([[second!.id, first!.id], 2])
      const named = await catalog.trash.list({
        nameContains: images[1]!.image.name.toUpperCase(),
        offset: 0,
        limit: 9,
      })
      expect([named.images.map(({ image }) => image.id), named.total]).toEqual([[first!.id], 1])
      expect((await catalog.trash.list({ nameContains: '_', offset: 0, limit: 9 })).total).toBe(0)
      expect(await catalog.trash.bytes()).toBe(first!.bytes + second!.bytes)
      expect(images[1]).toMatchObject({
        deletedAt: 100,
        ...place('a'),
        image: { ...first, embedder: undefined },
      })
      const before = async (time: number, offset: number) =>
        (await catalog.trash.deletedBefore(time, { offset, limit: 9 })).map(({ image }) => image.id)
      expect(await before(150, 0)).toEqual([first!.id])
      expect(await before(250, 1)).toEqual([second!.id])
      expect(await catalog.trash.setPlace(first!.id, { place: 'data', file: 'c' })).toBe(true)
      expect(await catalog.trash.get([first!.id])).toMatchObject([{ place: 'data', file: 'c' }])
      expect(await catalog.trash.setPlace(crypto.randomUUID(), place('c'))).toBe(false)

      const to = { path: 'new/name.jpg', inode: '9', modifiedAt: 5 }
      expect(await catalog.trash.restore(first!.id, to)).toBe(true)
      expect(await catalog.trash.restore(first!.id, to)).toBe(false)
      expect(await catalog.images.get(first!.id)).toMatchObject({
        path: 'new/name.jpg',
        directory: 'new',
        modifiedAt: 5,
        contentHash: first!.contentHash,
        embedder: 'test',
      })
      const third = (await catalog.images.list(BY_NAME)).images.find(({ path }) => path !== to.path)
      expect(await catalog.trash.put(third!.id, place('d'), 300)).toBe(true)
      expect(await catalog.trash.restore(third!.id)).toBe(true)
      expect(await catalog.images.get(third!.id)).toEqual(third)

      await catalog.trash.remove([second!.id])
      expect(await catalog.trash.get([second!.id])).toEqual([])
      expect(await catalog.trash.bytes()).toBe(0)
      expect(await deleteAllUnused(catalog)).toEqual([second!.contentHash])
    })

    it('returns the vectors of images', async () => {
      const catalog = await openWith(2)
      const image = await catalog.images.getByPath(record(1).path)
      const [found] = await catalog.vectors.get([image!.id, crypto.randomUUID()])
      expect(found!.id).toBe(image!.id)
      expect(found!.vector[0]).toBeCloseTo(vectorOf(1)[0]!, 3)
    })
  })
}

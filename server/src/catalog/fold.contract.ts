import { describe, expect, it, onTestFinished } from 'vitest'
import type { Catalog, FoldLevel, ImageFilter, ImageRecord } from './catalog.ts'

const SPACE = { embedder: 'test', fingerprint: '1', dimensions: 2 }
const BY_NAME = { orderBy: 'name' as const, descending: false, offset: 0, limit: 100 }
const NOON = Date.UTC(2024, 4, 1, 12)

function record(path: string, changes: Partial<ImageRecord> = {}): ImageRecord {
  return {
    path,
    bytes: 1,
    createdAt: 1,
    modifiedAt: NOON,
    inode: path,
    contentHash: path,
    width: 1,
    height: 1,
    contentType: path.endsWith('.cr2') ? 'image/x-dcraw' : 'image/jpeg',
    vector: Float32Array.of(1, 0),
    ...changes,
  }
}

const shot = (path: string, seconds: number, camera = 'A') =>
  record(path, { capturedAt: NOON + seconds * 1000, camera })

/** Folding of copies, shots and bursts in every database. */
export function describeFolding(name: string, open: () => Promise<Catalog>): void {
  const openWith = async (records: ImageRecord[]) => {
    const catalog = await open()
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    await catalog.images.upsert(records)
    return catalog
  }
  /** Paths of the images that are seen, each with the paths that are folded into it. */
  const seen = async (catalog: Catalog, fold: FoldLevel, more: ImageFilter = {}) => {
    const filter = { ...more, fold }
    const { images, total } = await catalog.images.list({ ...BY_NAME, filter })
    expect(total).toBe(images.length)
    const months = await catalog.images.timeline(filter)
    expect(months.reduce((sum, { count }) => sum + count, 0)).toBe(total)
    const found = { vector: Float32Array.of(1, 0), filter, topK: 100, offset: 0, limit: 100 }
    expect((await catalog.vectors.nearest(found)).total).toBe(total)
    const ids = images.map(({ id }) => id)
    const groups = await catalog.images.folded(ids, filter)
    const pathOf = async (id: string) => (await catalog.images.get(id))!.path
    const entries = groups.map(async ({ id, folded }) => [
      await pathOf(id),
      (await Promise.all(folded.map(pathOf))).sort(),
    ])
    return Object.fromEntries(await Promise.all(entries))
  }

  describe(name, () => {
    it('shows one of several exact copies, and of those that pass the filter', async () => {
      const copy = { contentHash: 'same' }
      const catalog = await openWith([
        record('a/1.jpg', copy),
        record('b/1.jpg', copy),
        record('b/2.jpg', copy),
        record('b/3.jpg'),
      ])
      expect(await seen(catalog, 'copies')).toEqual({ 'a/1.jpg': ['b/1.jpg', 'b/2.jpg'], 'b/3.jpg': [] })
      expect(await seen(catalog, 'copies', { directory: 'b' })).toEqual({
        'b/1.jpg': ['b/2.jpg'],
        'b/3.jpg': [],
      })
      expect(await seen(catalog, 'copies', { within: [{ nameContains: '2' }] })).toEqual({ 'b/2.jpg': [] })
    })

    it('shows raw and JPEG of one shot as the JPEG', async () => {
      const catalog = await openWith([
        shot('a/IMG_1.cr2', 0),
        shot('a/img_1.jpg', 0),
        shot('a/IMG_2.cr2', 60),
        shot('a/IMG_2.jpg', 90),
        shot('b/IMG_1.cr2', 0),
        shot('a/edited.jpg', 0),
        record('a/no time.jpg'),
        record('a/no time.cr2'),
      ])
      const alone = [
        'a/IMG_2.cr2',
        'a/IMG_2.jpg',
        'a/edited.jpg',
        'a/no time.cr2',
        'a/no time.jpg',
        'b/IMG_1.cr2',
      ]
      expect(await seen(catalog, 'shots')).toEqual({
        ...Object.fromEntries(alone.map((path) => [path, []])),
        'a/img_1.jpg': ['a/IMG_1.cr2'],
      })
      expect(Object.keys(await seen(catalog, 'copies'))).toHaveLength(8)
      expect(await seen(catalog, 'shots', { nameContains: '1.cr2' })).toEqual({
        'a/IMG_1.cr2': [],
        'b/IMG_1.cr2': [],
      })
    })

    it('shows a burst as its first frame', async () => {
      const catalog = await openWith([
        ...[0, 1, 1, 2, 3].map((seconds, n) => shot(`a/${n}.jpg`, seconds)),
        shot('a/0.cr2', 0),
        shot('a/5.jpg', 5),
        shot('a/6.jpg', 5, 'B'),
        shot('b/7.jpg', 1),
      ])
      expect(await seen(catalog, 'bursts')).toEqual({
        'a/0.jpg': ['a/0.cr2', 'a/1.jpg', 'a/2.jpg', 'a/3.jpg', 'a/4.jpg'],
        'a/5.jpg': [],
        'a/6.jpg': [],
        'b/7.jpg': [],
      })
      expect(Object.keys(await seen(catalog, 'shots'))).toHaveLength(8)
    })

    it('folds copies of both files of a shot, and of the frames of a burst', async () => {
      const catalog = await openWith(
        ['a', 'b'].flatMap((folder) => [
          { ...shot(`${folder}/1.jpg`, 0), contentHash: 'jpeg' },
          { ...shot(`${folder}/1.cr2`, 0), contentHash: 'raw' },
          { ...shot(`${folder}/2.jpg`, 1), contentHash: 'second frame' },
        ]),
      )
      const shots = {
        'a/1.jpg': ['a/1.cr2', 'b/1.cr2', 'b/1.jpg'],
        'a/2.jpg': ['b/2.jpg'],
      }
      expect(await seen(catalog, 'shots')).toEqual(shots)
      expect(await seen(catalog, 'bursts')).toEqual({
        'a/1.jpg': ['a/1.cr2', 'a/2.jpg', 'b/1.cr2', 'b/1.jpg', 'b/2.jpg'],
      })
    })

    it('finds images near a place, across the date line and at the poles', async () => {
      const at = (path: string, latitude: number, longitude: number) => record(path, { latitude, longitude })
      const catalog = await openWith([
        at('munich.jpg', 48.137, 11.575),
        at('augsburg.jpg', 48.37, 10.9),
        at('east.jpg', -17, 179.95),
        at('west.jpg', -17, -179.95),
        at('pole.jpg', 89.99, 100),
        record('nowhere.jpg'),
      ])
      const near = async (latitude: number, longitude: number, distance: number) =>
        (
          await catalog.images.list({ ...BY_NAME, filter: { near: { latitude, longitude, distance } } })
        ).images.map(({ name }) => name)
      expect(await near(48.1, 11.6, 10)).toEqual(['munich.jpg'])
      expect(await near(48.1, 11.6, 60)).toEqual(['augsburg.jpg', 'munich.jpg'])
      expect(await near(-17, 179.99, 20)).toEqual(['east.jpg', 'west.jpg'])
      expect(await near(89.95, -80, 20)).toEqual(['pole.jpg'])
    })
  })
}

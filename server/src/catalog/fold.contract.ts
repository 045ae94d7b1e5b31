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

type Groups = Record<string, string[]>
/** Removes images from the groups that are seen. */
const without = (groups: Groups, ...paths: string[]): Groups =>
  Object.fromEntries(Object.entries(groups).filter(([path]) => !paths.includes(path)))
const idAt = async (catalog: Catalog, path: string) => (await catalog.images.getByPath(path))!.id
const fileAt = (path: string) => ({ path, inode: path, modifiedAt: NOON })
const TRASHED = { place: 'gallery', file: 'trashed' } as const

/** Changes of images, and the groups that are seen after them. */
const CHANGES: {
  what: string
  change(catalog: Catalog): Promise<unknown>
  expected(before: Groups): Groups
}[] = [
  {
    what: 'a copy comes',
    change: (catalog) => catalog.images.upsert([record('z/2.jpg', { contentHash: 'b/2.jpg' })]),
    expected: (before) => ({ ...before, 'b/2.jpg': ['c/2.jpg', 'z/2.jpg'] }),
  },
  {
    what: 'a copy comes that is shown instead',
    change: (catalog) => catalog.images.upsert([record('a/0.jpg', { contentHash: 'b/2.jpg' })]),
    expected: (before) => ({ ...without(before, 'b/2.jpg'), 'a/0.jpg': ['b/2.jpg', 'c/2.jpg'] }),
  },
  {
    what: 'the shown copy is deleted',
    change: (catalog) => catalog.files.remove(['b/2.jpg']),
    expected: (before) => ({ ...without(before, 'b/2.jpg'), 'c/2.jpg': [] }),
  },
  {
    what: 'the shown copy moves behind the others',
    change: (catalog) => catalog.files.move('b/2.jpg', fileAt('d/2.jpg')),
    expected: (before) => ({ ...without(before, 'b/2.jpg'), 'c/2.jpg': ['d/2.jpg'] }),
  },
  {
    what: 'a copy takes the place of the shown one',
    change: (catalog) => catalog.files.move('c/2.jpg', fileAt('b/2.jpg')),
    expected: (before) => ({ ...before, 'b/2.jpg': [] }),
  },
  {
    what: 'the bytes of the shown copy change',
    change: (catalog) => catalog.images.upsert([record('b/2.jpg', { contentHash: 'new' })]),
    expected: (before) => ({ ...before, 'b/2.jpg': [], 'c/2.jpg': [] }),
  },
  {
    what: 'the shown copy can’t be read any more',
    change: (catalog) =>
      catalog.failures.put({
        ...fileAt('b/2.jpg'),
        bytes: 1,
        contentHash: undefined,
        code: 'unreadable',
        reason: 'damaged',
        failedAt: 1,
      }),
    expected: (before) => ({ ...without(before, 'b/2.jpg'), 'c/2.jpg': [] }),
  },
  {
    what: 'the shown copy goes to the trash',
    change: async (catalog) => catalog.trash.put(await idAt(catalog, 'b/2.jpg'), TRASHED, NOON),
    expected: (before) => ({ ...without(before, 'b/2.jpg'), 'c/2.jpg': [] }),
  },
  {
    what: 'the shown copy returns from the trash',
    async change(catalog) {
      const id = await idAt(catalog, 'b/2.jpg')
      await catalog.trash.put(id, TRASHED, NOON)
      await catalog.trash.restore(id)
    },
    expected: (before) => before,
  },
  {
    what: 'the JPEG of a shot moves to another folder',
    change: (catalog) => catalog.files.move('a/1.jpg', fileAt('d/1.jpg')),
    expected: (before) => ({ ...without(before, 'a/1.jpg'), 'a/1.cr2': [], 'd/1.jpg': [] }),
  },
  {
    what: 'the JPEG of a shot is deleted',
    change: (catalog) => catalog.files.remove(['a/1.jpg']),
    expected: (before) => ({ ...without(before, 'a/1.jpg'), 'a/1.cr2': [] }),
  },
  {
    what: 'the capture time of a shot is read again',
    change: (catalog) =>
      catalog.images.setAttributes([
        {
          contentHash: 'a/1.cr2',
          attributes: {
            width: 1,
            height: 1,
            contentType: 'image/x-dcraw',
            capturedAt: NOON + 5_000,
            camera: 'A',
          },
        },
      ]),
    expected: (before) => ({ ...before, 'a/1.jpg': [], 'a/1.cr2': [] }),
  },
  {
    what: 'a frame comes between two others',
    change: (catalog) => catalog.images.upsert([shot('a/between.jpg', 121)]),
    expected: (before) => ({ ...without(before, 'a/4.jpg'), 'a/3.jpg': ['a/4.jpg', 'a/between.jpg'] }),
  },
  {
    what: 'the frame between two others goes again',
    async change(catalog) {
      await catalog.images.upsert([shot('a/between.jpg', 121)])
      await catalog.files.remove(['a/between.jpg'])
    },
    expected: (before) => before,
  },
]

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
    const all = await catalog.images.list({ ...BY_NAME, limit: 2_000, filter: {} })
    const paths = new Map(all.images.map(({ id, path }) => [id, path]))
    return Object.fromEntries(
      groups.map(({ id, folded }) => [paths.get(id), folded.map((one) => paths.get(one)).sort()]),
    )
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

    it('shows a copy under a filter after its twin has gone', async () => {
      const copy = (path: string, camera: string) => record(path, { contentHash: 'same', camera })
      const catalog = await openWith([copy('1.jpg', 'A'), copy('2.jpg', 'B'), copy('3.jpg', 'B')])
      const ofB: ImageFilter = { conditions: [{ column: 'camera', operator: 'contains', value: 'B' }] }
      expect(await seen(catalog, 'copies', ofB)).toEqual({ '2.jpg': ['3.jpg'] })
      await catalog.files.remove(['2.jpg'])
      expect(await seen(catalog, 'copies', ofB)).toEqual({ '3.jpg': [] })
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
      const since = (seconds: number): ImageFilter => ({
        conditions: [{ column: 'taken_at', operator: '>=', value: NOON + seconds * 1000 }],
      })
      expect(await seen(catalog, 'shots', { ...since(0), directory: 'a' })).toMatchObject({
        'a/img_1.jpg': ['a/IMG_1.cr2'],
        'a/IMG_2.jpg': [],
      })
      expect(await seen(catalog, 'shots', since(60))).toEqual({ 'a/IMG_2.cr2': [], 'a/IMG_2.jpg': [] })
      expect(await seen(catalog, 'shots', { directory: 'b' })).toEqual({ 'b/IMG_1.cr2': [] })
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
      // All images of this folder are copies of others, which do not pass.
      const ofFolder = { 'b/1.jpg': ['b/1.cr2'], 'b/2.jpg': [] }
      expect(await seen(catalog, 'shots', { directory: 'b' })).toEqual(ofFolder)
      expect(await seen(catalog, 'bursts', { directory: 'b' })).toEqual({ 'b/1.jpg': ['b/1.cr2', 'b/2.jpg'] })
    })

    it('counts all frames of a burst of any length', async () => {
      const frames = Array.from({ length: 1_100 }, (_, n) => shot(`a/${String(n).padStart(4, '0')}.jpg`, n))
      const catalog = await openWith([...frames, shot('a/later.jpg', 1_102)])
      const groups = await seen(catalog, 'bursts')
      expect(Object.keys(groups)).toEqual(['a/0000.jpg', 'a/later.jpg'])
      expect(groups['a/0000.jpg']).toEqual(frames.slice(1).map(({ path }) => path))
    })

    it.each(CHANGES)('keeps in step when $what', async ({ change, expected }) => {
      const catalog = await openWith([
        shot('a/1.jpg', 0),
        shot('a/1.cr2', 0),
        shot('a/2.jpg', 60),
        shot('b/2.jpg', 60),
        shot('a/3.jpg', 120),
        shot('a/4.jpg', 122),
        record('c/2.jpg', { contentHash: 'b/2.jpg' }),
      ])
      const before = {
        'a/1.jpg': ['a/1.cr2'],
        ...Object.fromEntries(['a/2.jpg', 'a/3.jpg', 'a/4.jpg'].map((path) => [path, []])),
        'b/2.jpg': ['c/2.jpg'],
      }
      expect(await seen(catalog, 'bursts')).toEqual(before)
      await change(catalog)
      expect(await seen(catalog, 'bursts')).toEqual(expected(before))
    })

    it('shows one of several copies that are added at the same time', async () => {
      const catalog = await openWith([])
      const copies = Array.from({ length: 12 }, (_, n) => record(`${10 + n}.jpg`, { contentHash: 'same' }))
      await Promise.all(copies.map((copy) => catalog.images.upsert([copy])))
      const others = copies.slice(1).map(({ path }) => path)
      expect(await seen(catalog, 'copies')).toEqual({ '10.jpg': others })
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

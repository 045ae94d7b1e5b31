import { copyFile, cp, mkdir, readdir, rename, rm, rmdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { imageRecord } from '../../testing/images.ts'
import { startSharedThread } from '../../testing/shared-threads.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { deleteAllUnused } from '../../testing/unused-contents.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { describeCatalog } from '../catalog.contract.ts'
import type { Catalog, ImageRecord } from '../catalog.ts'
import { describeCollections } from '../collections.contract.ts'
import { describeFolding } from '../fold.contract.ts'
import { describeFoldedLists } from '../fold-lists.contract.ts'
import { describeLocalClock } from '../local-clock.contract.ts'
import { openSqliteCatalog } from './catalog.ts'
import { openSqliteCatalogThread } from './client.ts'
import { openVectorIndex } from './vector-index.ts'

const open = (directory: string, savesIndex = true) =>
  openSqliteCatalogThread({ directory, savesIndex }, startSharedThread)

describeCatalog('the SQLite catalog', async () => open(await temporaryDirectory()))
describeCollections('collections in SQLite', async () => open(await temporaryDirectory()))
describeFolding('folding in SQLite', async () => open(await temporaryDirectory()))
describeFoldedLists('folded lists in SQLite', async () => open(await temporaryDirectory()))
describeLocalClock('the clock of SQLite', async () =>
  openSqliteCatalog({ directory: await temporaryDirectory(), savesIndex: false }),
)

const DIMENSIONS = 16
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS }

const vectorOf = (n: number) => vectorNamed(String(n), DIMENSIONS)

const record = (n: number): ImageRecord => imageRecord(n, { vector: vectorOf(n) })

async function filled(directory: string, from: number, to: number): Promise<Catalog> {
  const catalog = open(directory)
  await catalog.spaces.activate(SPACE)
  const numbers = Array.from({ length: to - from }, (_, i) => from + i)
  if (numbers.length > 0) await catalog.images.upsert(numbers.map(record))
  return catalog
}

it('finds collections again after the file of the catalog is deleted', async () => {
  const directory = await temporaryDirectory()
  const first = await filled(directory, 0, 3)
  const { id } = await first.collections.create({ name: 'kept', ownerId: '', isShared: false })
  await first.collections.change(id, { add: [(await first.images.getByPath('1.jpg'))!.id] })
  await first.close()
  for (const name of await readdir(directory))
    if (name.startsWith('catalog.sqlite')) await rm(join(directory, name))
  const second = await filled(directory, 0, 3)
  expect(await second.collections.get(id)).toMatchObject({ name: 'kept', images: 1 })
  await second.close()
})

it('drops the result of a filter that a search caches while an image is moved', async () => {
  const catalog = await openSqliteCatalog({ directory: await temporaryDirectory(), savesIndex: false })
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate(SPACE)
  await catalog.images.upsert(['a/1.jpg', 'a/2.jpg'].map((path, n) => ({ ...record(n), path })))
  const search = () =>
    catalog.vectors.nearest({
      vector: vectorOf(0),
      filter: { directory: 'a' },
      topK: 5,
      offset: 0,
      limit: 5,
    })
  const place = { inode: '0', modifiedAt: 1 }
  // The move may begin between any two steps of the search.
  for (let steps = 0; steps < 60; steps++) {
    const searching = search()
    for (let step = 0; step < steps; step++) await Promise.resolve()
    await Promise.all([searching, catalog.files.move('a/1.jpg', { path: 'b/1.jpg', ...place })])
    const { images } = await search()
    expect(images.map(({ path }) => path)).toEqual(['a/2.jpg'])
    await catalog.files.move('b/1.jpg', { path: 'a/1.jpg', ...place })
  }
})

async function expectFindsItself(catalog: Catalog, count: number): Promise<void> {
  for (let n = 0; n < count; n += 37) {
    const { images } = await catalog.vectors.nearest({
      vector: vectorOf(n),
      filter: {},
      topK: 1,
      offset: 0,
      limit: 1,
    })
    expect(images[0]?.path).toBe(`${n}.jpg`)
  }
  const { total } = await catalog.vectors.nearest({
    vector: vectorOf(0),
    filter: {},
    topK: 10_000,
    offset: 0,
    limit: 1,
  })
  expect(total).toBe(count)
}

describe('the vector index beside the rows', () => {
  it('is saved when the catalog is closed and loaded again', async () => {
    const directory = await temporaryDirectory()
    await (await filled(directory, 0, 600)).close()
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['1.usearch', '1.usearch.keys']))
    const catalog = await filled(directory, 0, 0)
    await expectFindsItself(catalog, 600)
    await catalog.close()
  })

  it.each([
    ['is missing its keys', (file: string) => writeFile(`${file}.keys`, '')],
    ['is cut off', (file: string) => truncate(file, 5000)],
    [
      'has a damaged byte',
      async (file: string) => {
        const { open: openFile } = await import('node:fs/promises')
        const handle = await openFile(file, 'r+')
        await handle.write(Buffer.from([0xff, 0x00, 0xff]), 0, 3, 9000)
        await handle.close()
      },
    ],
  ])('is built again from the rows when its file %s', async (_, damage) => {
    const directory = await temporaryDirectory()
    await (await filled(directory, 0, 600)).close()
    await damage(join(directory, '1.usearch'))
    const catalog = await filled(directory, 0, 0)
    await expectFindsItself(catalog, 600)
    await catalog.close()
  })

  it('is saved again after a failure, which is logged', async () => {
    const directory = await temporaryDirectory()
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => logged.mockRestore())
    const catalog = await openSqliteCatalog({ directory, savesIndex: true })
    await catalog.spaces.activate(SPACE)
    await catalog.images.upsert(Array.from({ length: 300 }, (_, n) => record(n)))
    // A folder at the path of the temporary file makes writing fail.
    await mkdir(join(directory, '1.usearch.tmp'))
    await catalog.spaces.activate(SPACE)
    expect(logged).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/index of the vectors can't be saved/),
    )
    while (await catalog.maintain());
    await catalog.images.upsert([record(300)])
    await catalog.close()
    expect(logged).toHaveBeenCalledTimes(2)

    await rmdir(join(directory, '1.usearch.tmp'))
    const other = await openSqliteCatalog({ directory, savesIndex: true })
    await other.spaces.activate(SPACE)
    await expectFindsItself(other, 301)
    while (await other.maintain());
    await other.close()
    expect(await readdir(directory)).toEqual(expect.arrayContaining(['1.usearch', '1.usearch.keys']))
  })

  it('continues from the part that an interrupted start had built', async () => {
    const directory = await temporaryDirectory()
    await (await filled(directory, 0, 600)).close()
    await rm(join(directory, '1.usearch'))
    const interrupted = await openSqliteCatalog({ directory, savesIndex: true })
    await interrupted.spaces.activate(SPACE)
    expect(await interrupted.maintain()).toBe(true)
    await interrupted.images.upsert([record(600)])
    await interrupted.files.remove(['5.jpg', '599.jpg'])
    await deleteAllUnused(interrupted)
    await interrupted.close()

    const file = join(directory, '1.usearch')
    const { keys } = await openVectorIndex(file, DIMENSIONS)
    expect(keys.length).toBeGreaterThan(200)
    expect(keys.length).toBeLessThan(599)
    const catalog = await openSqliteCatalog({ directory, savesIndex: true })
    await catalog.spaces.activate(SPACE)
    while (await catalog.maintain());
    await catalog.files.remove(['600.jpg'])
    await deleteAllUnused(catalog)
    await catalog.images.upsert([record(5), record(599)])
    await expectFindsItself(catalog, 600)
    await catalog.close()
    expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(600)
  })

  it('is not used for a database that was restored from an earlier copy', async () => {
    const directory = await temporaryDirectory()
    await (await filled(directory, 0, 300)).close()
    await copyFile(join(directory, 'catalog.sqlite'), join(directory, 'backup'))
    await (await filled(directory, 300, 600)).close()
    await rename(join(directory, 'backup'), join(directory, 'catalog.sqlite'))
    // It assigns the ids of the lost vectors to others, and dies before it has saved its index.
    const restored = await openSqliteCatalog({ directory, savesIndex: true })
    await restored.spaces.activate(SPACE)
    await restored.images.upsert(Array.from({ length: 300 }, (_, n) => record(599 - n)))
    await expectFindsItself(restored, 600)
    const after = await temporaryDirectory()
    await cp(directory, after, { recursive: true })
    await restored.close()

    const catalog = await filled(after, 0, 0)
    await expectFindsItself(catalog, 600)
    await catalog.close()
  })

  it('catches up with rows that were added and removed after it was saved', async () => {
    const directory = await temporaryDirectory()
    await (await filled(directory, 0, 300)).close()
    // A read-only process does not save the index, as if it had died.
    const other = open(directory, false)
    await other.spaces.activate(SPACE)
    await other.images.upsert(Array.from({ length: 300 }, (_, i) => record(300 + i)))
    await other.files.remove(['7.jpg', '311.jpg'])
    await deleteAllUnused(other)
    await other.close()
    const catalog = await filled(directory, 0, 0)
    const { total } = await catalog.vectors.nearest({
      vector: vectorOf(7),
      filter: {},
      topK: 10_000,
      offset: 0,
      limit: 1,
    })
    expect(total).toBe(598)
    const { images } = await catalog.vectors.nearest({
      vector: vectorOf(555),
      filter: {},
      topK: 1,
      offset: 0,
      limit: 1,
    })
    expect(images[0]?.path).toBe('555.jpg')
    await catalog.close()
  })
})

describe('openSqliteCatalogThread', () => {
  it('names the file that cannot be opened', async () => {
    const directory = await temporaryDirectory()
    await writeFile(
      join(directory, 'catalog.sqlite'),
      'this is no database, but it is long enough to be taken for one',
    )
    const catalog = open(directory)
    await expect(catalog.spaces.activate(SPACE)).rejects.toMatchObject({
      code: 'unavailable',
      message: /catalog\.sqlite/,
    })
  })
})

describe('the statements of a request', () => {
  /** Opens a catalog whose statements are recorded. */
  const openRecorded = async () => {
    const directory = await temporaryDirectory()
    const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare')
    onTestFinished(() => prepare.mockRestore())
    const catalog = await openSqliteCatalog({ directory, savesIndex: false })
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    prepare.mockClear()
    return { directory, catalog, statements: () => prepare.mock.calls.map(([sql]) => sql) }
  }
  /** Returns the steps of the plan of a statement. */
  const planOf = (database: DatabaseSync, sql: string) =>
    (database.prepare(`explain query plan ${sql}`).all() as { detail: string }[]).map(({ detail }) => detail)

  it('never scan all images or vectors', async () => {
    const { directory, catalog, statements } = await openRecorded()
    await catalog.images.upsert(Array.from({ length: 300 }, (_, n) => record(n)))

    const image = (await catalog.images.getByPath('7.jpg'))!
    await catalog.images.get(image.id)
    await catalog.vectors.get([image.id])
    const page = { filter: {}, topK: 20, offset: 0, limit: 20 }
    await catalog.vectors.nearest({ vector: vectorOf(7), ...page, alwaysInclude: image.id })
    await catalog.images.contentInfo('hash-7')
    await catalog.vectors.embeddedContents(['hash-7'])
    await catalog.images.byContentHash(['hash-7'])
    await catalog.files.at(['7.jpg'])
    await catalog.files.countInFolder('some')
    await catalog.files.byInode(['7'])
    await catalog.vectors.similarPairs(5, 0.5)
    await catalog.vectors.contentsOf([5])
    await catalog.images.upsert([record(300)])
    await catalog.files.move('300.jpg', { path: 'moved.jpg', inode: '300', modifiedAt: 1 })
    await catalog.files.remove(['moved.jpg'])
    await catalog.vectors.deleteUnused(['hash-300'])
    await catalog.vectors.deleteUnusedAfter('hash-300')
    await catalog.images.outdated({ attributesVersion: 1, id: image.id }, 10)
    await catalog.images.countOutdated()

    const distinct = [...new Set(statements())]
    const database = new DatabaseSync(join(directory, 'catalog.sqlite'))
    onTestFinished(() => database.close())
    database.prepare('attach database ? as user_data').run(join(directory, 'collections.sqlite'))
    const plans = distinct.flatMap((sql) => planOf(database, sql).map((step) => `${step}: ${sql}`))
    expect(plans.length).toBeGreaterThan(15)
    expect(plans.filter((plan) => /^SCAN (images|vectors)\b/.test(plan))).toEqual([])
    // Such a plan reads all vectors of the embedder.
    expect(plans.filter((plan) => /\(embedder_id=\?\):/.test(plan))).toEqual([])
    // In other indexes, such as that of places, most images can have the same value.
    const selective =
      /images_(\d|by_(content|inode|shot|attributes_version)\b)|images_by_directory \(directory=\?\): select count/
    const byIndex = plans.filter((plan) => /^SEARCH (images|other|seen) USING (COVERING )?INDEX/.test(plan))
    expect(byIndex.length).toBeGreaterThan(5)
    expect(byIndex.filter((plan) => !selective.test(plan))).toEqual([])
  })

  it('read months and pages by capture from an index alone, without sorting', async () => {
    const { directory, catalog, statements } = await openRecorded()
    await catalog.images.timeline({})
    const jump = { offset: 200, limit: 100, descending: true, orderBy: 'capturedAt' as const }
    await catalog.images.list({ filter: {}, ...jump })
    await catalog.images.timeline({ fold: 'shots' })
    await catalog.images.list({ filter: { fold: 'shots' }, ...jump })
    const recorded = statements()
    const database = new DatabaseSync(join(directory, 'catalog.sqlite'))
    onTestFinished(() => database.close())
    const plans = recorded.map((sql) => planOf(database, sql))
    expect(plans[0]).toEqual(['SCAN images USING COVERING INDEX images_by_taken_month'])
    const scans = new Set(plans.flat().filter((step) => step.startsWith('SCAN images')))
    expect([...scans].filter((step) => !step.includes('USING COVERING INDEX'))).toEqual([])
    expect(scans).toContain('SCAN images USING COVERING INDEX images_by_taken_at')
    expect(scans).toContain('SCAN images USING COVERING INDEX images_folded')
  })

  it('read the images of a folder from an index alone, and compare shots by theirs', async () => {
    const { directory, catalog, statements } = await openRecorded()
    const shot = { capturedAt: 1_000, contentHash: 'same' }
    await catalog.images.upsert([
      { ...record(301), ...shot, path: 'a/1.jpg' },
      { ...record(302), ...shot, path: 'b/1.jpg', camera: 'Other' },
    ])
    const start = statements().length
    const page = { offset: 0, limit: 100, descending: true, orderBy: 'capturedAt' as const }
    const folder = { fold: 'shots', directory: 'a', recursive: true } as const
    const since = [{ column: 'taken_at', operator: '>=', value: 1_000 } as const]
    await catalog.images.list({ filter: folder, ...page })
    await catalog.images.list({ filter: { fold: 'shots', conditions: since }, ...page })
    const recorded = statements().slice(start)
    const database = new DatabaseSync(join(directory, 'catalog.sqlite'))
    onTestFinished(() => database.close())
    const steps = recorded.flatMap((sql) => planOf(database, sql))
    const ofFolder = steps.filter((step) => step.includes('directory>'))
    expect(ofFolder.length).toBeGreaterThan(1)
    expect(ofFolder.filter((step) => !step.includes('COVERING INDEX'))).toEqual([])
    expect(steps.join('\n')).toMatch(/images_by_shot/)
    expect(steps.join('\n')).not.toMatch(/images_by_directory\w* \(directory=\? AND (taken|id)/)
  })
})

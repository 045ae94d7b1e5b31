import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openCatalogDatabase } from '../../database/sqlite/database.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { deleteAllUnused } from '../../testing/unused-contents.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { openSqliteCatalog } from './catalog.ts'
import { startIndexCopy } from './index-copy.ts'
import { openSpaceIndex } from './space-index.ts'
import { openVectorIndex } from './vector-index.ts'

const DIMENSIONS = 16
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS }
const COPY = { embedderId: 1, dimensions: DIMENSIONS }

const vectorOf = (n: number) => vectorNamed(String(n), DIMENSIONS)

/** Adds images to a catalog, and removes those with the given numbers. */
async function change(
  directory: string,
  savesIndex: boolean,
  from: number,
  to: number,
  removed: number[] = [],
) {
  const catalog = await openSqliteCatalog({ directory, savesIndex })
  await catalog.spaces.activate(SPACE)
  await catalog.images.upsert(
    Array.from({ length: to - from }, (_, i) => ({
      path: `${from + i}.jpg`,
      bytes: 1,
      createdAt: 1,
      modifiedAt: 1,
      inode: String(from + i),
      contentHash: `hash-${from + i}`,
      width: 1,
      height: 1,
      contentType: 'image/jpeg',
      vector: vectorOf(from + i),
    })),
  )
  await catalog.files.remove(removed.map((n) => `${n}.jpg`))
  await deleteAllUnused(catalog)
  await catalog.close()
}

/** A directory whose index file lacks 300 of 599 vectors, and has one that was removed. */
async function outdatedIndex(): Promise<{ directory: string; file: string }> {
  const directory = await temporaryDirectory()
  await change(directory, true, 0, 300)
  await change(directory, false, 300, 600, [7])
  return { directory, file: join(directory, '1.usearch') }
}

it('writes the present vectors in another thread', async () => {
  const { directory, file } = await outdatedIndex()
  expect(await startIndexCopy({ directory, ...COPY }).written).toBe(true)
  const { index, keys } = await openVectorIndex(file, DIMENSIONS)
  expect(keys).toHaveLength(599)
  expect([...keys]).toEqual([...keys].sort((a, b) => a - b))
  expect(index.search(vectorOf(555), 1)[0]).toMatchObject({ score: expect.closeTo(1, 2) })
  expect(index.search(vectorOf(7), 1)[0]!.score).toBeLessThan(0.99)
})

it('leaves the former file if it is stopped', async () => {
  const { directory, file } = await outdatedIndex()
  const copy = startIndexCopy({ directory, ...COPY })
  await copy.stop()
  expect(await copy.written).toBe(false)
  expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(300)
})

it('does not delay calls while a large index is saved, and the last save stops it', async () => {
  const { directory, file } = await outdatedIndex()
  const database = await openCatalogDatabase(directory)
  onTestFinished(() => database.destroy())
  const space = await openSpaceIndex(database, directory, { ...SPACE, embedderId: 1, further: {} }, true, 0)
  while (!(await space.catchUp()));
  space.changed(10_000)
  await space.save(false)
  // A thread takes longer to start.
  expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(300)
  await space.save(true)
  await space.written()
  expect((await openVectorIndex(file, DIMENSIONS)).keys).toHaveLength(599)
})

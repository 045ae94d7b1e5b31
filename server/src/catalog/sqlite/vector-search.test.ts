import { expect, it, onTestFinished, vi } from 'vitest'
import { openCatalogDatabase } from '../../database/sqlite/database.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { openSqliteCatalog } from './catalog.ts'
import { openSpaceIndex } from './space-index.ts'
import { findCandidates } from './vector-search.ts'

const DIMENSIONS = 16
const COUNT = 600
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS }

const PAGE = { filter: {}, topK: 20, offset: 0, limit: 20 }

const vectorOf = (n: number) => vectorNamed(String(n), DIMENSIONS)

it('searches an incomplete index, and compares with the vectors that it lacks', async () => {
  const directory = await temporaryDirectory()
  const catalog = await openSqliteCatalog({ directory, savesIndex: false })
  await catalog.spaces.activate(SPACE)
  await catalog.images.upsert(
    Array.from({ length: COUNT }, (_, n) => ({
      path: `${n}.jpg`,
      bytes: 1,
      createdAt: n,
      modifiedAt: n,
      inode: String(n),
      contentHash: `hash-${n}`,
      width: 1,
      height: 1,
      contentType: 'image/jpeg',
      vector: vectorOf(n),
    })),
  )
  await catalog.close()

  const database = await openCatalogDatabase(directory)
  onTestFinished(() => database.destroy())
  const space = await openSpaceIndex(database, directory, { ...SPACE, embedderId: 1, further: {} }, true)
  const search = vi.spyOn(space.index, 'search')
  const found = () =>
    Promise.all([3, 300, 599].map((n) => findCandidates(database, space, { vector: vectorOf(n), ...PAGE })))
  const byComparing = await found()
  expect(search).not.toHaveBeenCalled()
  while (space.absent().length > COUNT / 2) expect(await space.catchUp()).toBe(false)
  expect(space.absent().length).toBeGreaterThan(0)
  const byBoth = await found()
  expect(search).toHaveBeenCalledTimes(3)
  await space.catchUp()
  expect(space.isComplete()).toBe(true)
  const close = (matches: typeof byBoth) =>
    matches.map((list) => list.map(({ imageId, score }) => ({ imageId, score: expect.closeTo(score, 2) })))
  expect(byBoth).toEqual(close(byComparing))
  expect(await found()).toEqual(close(byComparing))
})

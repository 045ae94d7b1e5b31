import { expect, it, onTestFinished } from 'vitest'
import type { Catalog, NearestQuery } from '../catalog/catalog.ts'
import { openSqliteCatalog } from '../catalog/sqlite/catalog.ts'
import { imageRecord } from '../testing/images.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { MAX_ALL_CANDIDATES, rank } from './rank.ts'

const SPACE = { embedder: 'test', fingerprint: '1', dimensions: 2 }
const vectorOf = (n: number) => Float32Array.of(Math.cos(n / 10), Math.sin(n / 10))

/** A catalog of five images. @param watch is called with each query for the nearest ones */
async function openWatched(watch: (query: NearestQuery) => void): Promise<Catalog> {
  const catalog = await openSqliteCatalog({ directory: await temporaryDirectory(), savesIndex: false })
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate(SPACE)
  await catalog.images.upsert([0, 1, 2, 3, 4].map((n) => imageRecord(n, { vector: vectorOf(n) })))
  const { vectors } = catalog
  const nearest = (query: NearestQuery) => {
    watch(query)
    return vectors.nearest(query)
  }
  return { ...catalog, vectors: { ...vectors, nearest } }
}

function queryOf(words: number) {
  const plain = (n: number) => ({ vector: vectorOf(n), weight: 1, offset: 0 })
  const sets = Array.from({ length: words }, () => ({ factor: 1 / words, vectors: [plain(1), plain(3)] }))
  return { linear: undefined, colours: undefined, offset: 0, sets }
}

it('ends between two searches for candidates when its client has gone', async () => {
  const client = new AbortController()
  const gone = new Error('The client has gone.')
  let searches = 0
  const catalog = await openWatched(() => {
    searches++
    client.abort(gone)
  })
  const sources = { catalog, hasWindows: false, signal: client.signal }
  const ranking = rank(sources, queryOf(2), { filter: {}, topK: 10, offset: 0, limit: 10 })
  await expect(ranking).rejects.toBe(gone)
  expect(searches).toBe(1)
})

it.each([2, 100])('bounds the candidates of a search by %i words', async (words) => {
  const asked: NearestQuery[] = []
  const catalog = await openWatched((query) => asked.push(query))
  const page = { filter: {}, topK: 1_000_000, offset: 0, limit: 10 }
  const found = await rank({ catalog, hasWindows: false }, queryOf(words), page)
  expect(found.total).toBe(5)
  expect(
    found.images
      .map(({ path }) => path)
      .slice(0, 2)
      .toSorted(),
  ).toEqual(['1.jpg', '3.jpg'])
  expect(asked).toHaveLength(words)
  const rows = asked.reduce((sum, { limit }) => sum + limit, 0)
  expect(rows).toBeLessThanOrEqual(MAX_ALL_CANDIDATES)
  expect(rows).toBeGreaterThan(MAX_ALL_CANDIDATES / 2)
})

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog } from '../server/src/catalog/catalog.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/client.ts'
import { deleteAllUnused } from '../server/src/testing/unused-contents.ts'
import { median, ms, percentile, ratioOf, residentMemory, type Section, table } from './support.ts'
import {
  type Case,
  casesFor,
  DIMENSIONS,
  defaultSpace,
  exactNearest,
  record,
  type VectorSource,
} from './vectors.ts'

const QUERIES = 100
const TOP_K = 50
const BATCH = 500
/** As in `space-index.ts`: the index is saved when more than this has changed. */
const REMOVED_SHARE = 0.1
const MIN_UNSAVED = 5_001
const SEARCH_PAUSE_MS = 20

/** Compares the embedded index with an exact scan. The vectors stay in `directory`, under the name of the included embedder. */
export async function benchEmbedded(
  directory: string,
  count: number,
  source: VectorSource,
): Promise<Section> {
  const vectors = source.make(count)
  const space = await defaultSpace()
  const before = residentMemory(process.pid)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: true })
  await catalog.spaces.activate(space)
  const buildStart = performance.now()
  await addRows(catalog, vectors, count)
  const perVector = (performance.now() - buildStart) / count

  const rows: (string | number)[][] = []
  const ratios: Record<string, number> = {}
  for (const each of casesFor(count)) {
    const { recall, times, scans } = await measure(catalog, source, vectors, each)
    const faster = median(scans) / median(times)
    const [fast, late, slow] = [median(times), percentile(times, 0.95), median(scans)].map(ms)
    rows.push([each.name, recall.toFixed(4), fast!, late!, slow!, faster.toFixed(1)])
    ratios[`embedded, ${count} vectors, ${each.name}: recall`] = recall
    const name = `embedded, ${count} vectors, ${each.name}: exact scan / index`
    Object.assign(ratios, ratioOf(name, median(scans), median(times)))
  }
  const memory = residentMemory(process.pid) - before
  const waits = await waitsWhileSaving(catalog, directory, source, vectors)
  // The next benches start with all rows.
  await addRows(catalog, vectors, waits.removed)
  const saveStart = performance.now()
  await catalog.close()
  const save = performance.now() - saveStart
  const loadStart = performance.now()
  const again = openSqliteCatalogThread({ directory, savesIndex: false })
  await again.spaces.activate(space)
  const load = performance.now() - loadStart
  await again.close()
  return {
    text: [
      `## The embedded index, ${count} vectors of ${DIMENSIONS} dimensions, recall@${TOP_K}\n`,
      `${source.description[0]!.toUpperCase()}${source.description.slice(1)}.\n`,
      table(['', 'recall', 'median', 'p95', 'exact scan in memory', 'times faster'], rows),
      `Adding a row with its vector: ${ms(perVector)}. Saving: ${ms(save)}. Opening: ${ms(load)}. Memory: ${memory} MiB more than before.\n`,
      `While the index was saved after ${waits.removed} images had been removed (${(waits.savingMs / 1000).toFixed(1)} s), ${waits.times.length} searches took ${ms(median(waits.times))} at the median, ${ms(percentile(waits.times, 1))} at most.\n`,
    ].join('\n'),
    ratios,
  }
}

/** Adds the first rows of a catalog. */
async function addRows(catalog: Catalog, vectors: Float32Array[], count: number): Promise<void> {
  for (let start = 0; start < count; start += BATCH)
    await catalog.images.upsert(
      Array.from({ length: Math.min(BATCH, count - start) }, (_, i) =>
        record(start + i, vectors[start + i]!),
      ),
    )
}

/** Removes more images than may stay unsaved, the first ones, and searches until the index file is written. */
export async function waitsWhileSaving(
  catalog: Catalog,
  directory: string,
  source: VectorSource,
  vectors: Float32Array[],
): Promise<{ removed: number; savingMs: number; times: number[] }> {
  const removed = Math.ceil(vectors.length * REMOVED_SHARE) + MIN_UNSAVED
  const keys = join(directory, '1.usearch.keys')
  const writtenAt = () => statSync(keys, { throwIfNoEntry: false })?.mtimeMs
  for (let start = 0; start < removed; start += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, removed - start) }, (_, i) => start + i)
    await catalog.files.remove(numbers.map((n) => record(n, vectors[n]!).path))
  }
  const before = writtenAt()
  await deleteAllUnused(catalog)
  const start = performance.now()
  const times: number[] = []
  while (writtenAt() === before || writtenAt() === undefined) {
    const asked = performance.now()
    const vector = source.query(times.length, vectors)
    await catalog.vectors.nearest({ vector, filter: {}, topK: TOP_K, offset: 0, limit: TOP_K })
    times.push(performance.now() - asked)
    await sleep(SEARCH_PAUSE_MS)
  }
  return { removed, savingMs: performance.now() - start, times }
}

async function measure(
  catalog: Catalog,
  source: VectorSource,
  vectors: Float32Array[],
  { filter, passing }: Case,
): Promise<{ recall: number; times: number[]; scans: number[] }> {
  const times: number[] = []
  const scans: number[] = []
  let hits = 0
  let possible = 0
  const queries = Array.from({ length: QUERIES }, (_, q) => source.query(q, vectors))
  const exact = queries.map((query) => {
    const start = performance.now()
    const nearest = exactNearest(vectors, query, passing, TOP_K)
    scans.push(performance.now() - start)
    return nearest
  })
  // In a loop of its own: otherwise, collecting the garbage of the scans would count as time of the index.
  for (const [q, query] of queries.entries()) {
    const start = performance.now()
    const { images } = await catalog.vectors.nearest({
      vector: query,
      filter,
      topK: TOP_K,
      offset: 0,
      limit: TOP_K,
    })
    times.push(performance.now() - start)
    const found = new Set(images.map(({ name }) => Number.parseInt(name, 10)))
    hits += exact[q]!.filter((n) => found.has(n)).length
    possible += exact[q]!.length
  }
  return { recall: hits / possible, times, scans }
}

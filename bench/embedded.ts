import type { Catalog } from '../server/src/catalog/catalog.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/client.ts'
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
  for (let start = 0; start < count; start += BATCH) {
    await catalog.images.upsert(
      Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)),
    )
  }
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
    ].join('\n'),
    ratios,
  }
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

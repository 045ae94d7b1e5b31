import type { Catalog } from '../server/src/catalog/catalog.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/open.ts'
import { median, ms, percentile, table } from './support.ts'
import { type Case, casesFor, DIMENSIONS, exactNearest, makeVectors, perturbed, record } from './vectors.ts'

const COUNT = 100_000
const QUERIES = 100
const TOP_K = 50
const BATCH = 500

/** The embedded index against an exact scan, on vectors in clusters of varied density as real embeddings are. */
export async function benchRecall(directory: string): Promise<string> {
  const vectors = makeVectors(COUNT)
  const catalog = openSqliteCatalogThread({ directory, savesIndex: true })
  await catalog.useSpace({ embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS })
  const buildStart = performance.now()
  for (let start = 0; start < COUNT; start += BATCH) {
    await catalog.putImages(Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)))
  }
  const perVector = (performance.now() - buildStart) / COUNT

  const rows: (string | number)[][] = []
  for (const each of casesFor(COUNT)) rows.push([each.name, ...(await measure(catalog, vectors, each))])
  const saveStart = performance.now()
  await catalog.close()
  const save = performance.now() - saveStart
  const loadStart = performance.now()
  const again = openSqliteCatalogThread({ directory, savesIndex: false })
  await again.useSpace({ embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS })
  const load = performance.now() - loadStart
  await again.close()
  return [
    `## The embedded index, ${COUNT} vectors of ${DIMENSIONS} dimensions, recall@${TOP_K}\n`,
    table(['', 'recall', 'median', 'p95', 'exact scan in memory', 'times faster'], rows),
    `Adding a row with its vector: ${ms(perVector)}. Saving: ${ms(save)}. Opening: ${ms(load)}.\n`,
  ].join('\n')
}

async function measure(
  catalog: Catalog,
  vectors: Float32Array[],
  { filter, passing }: Case,
): Promise<string[]> {
  const times: number[] = []
  const scans: number[] = []
  let hits = 0
  let possible = 0
  const queries = Array.from({ length: QUERIES }, (_, q) => perturbed(vectors[(q * 997) % COUNT]!, q))
  const exact = queries.map((query) => {
    const start = performance.now()
    const nearest = exactNearest(vectors, query, passing, TOP_K)
    scans.push(performance.now() - start)
    return nearest
  })
  // Apart from the scans, whose garbage would be collected at the index's expense.
  for (const [q, query] of queries.entries()) {
    const start = performance.now()
    const { images } = await catalog.findNearest({
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
  const [fast, slow] = [median(times), median(scans)]
  return [
    (hits / possible).toFixed(4),
    ms(fast),
    ms(percentile(times, 0.95)),
    ms(slow),
    (slow / fast).toFixed(1),
  ]
}

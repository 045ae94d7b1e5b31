import { createRandom } from '../scripts/demo/random.ts'
import type { Catalog, ImageFilter, ImageRecord } from '../server/src/catalog/catalog.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/open.ts'
import { median, ms, percentile, table } from './support.ts'

const COUNT = 100_000
const DIMENSIONS = 256
const CLUSTERS = 2_000
const QUERIES = 100
const TOP_K = 50
const BATCH = 500

interface Case {
  name: string
  filter: ImageFilter
  passes: (n: number) => boolean
}

const CASES: Case[] = [
  { name: 'no filter', filter: {}, passes: () => true },
  { name: 'half of them pass', filter: { modifiedMax: 49_999 }, passes: (n) => n < 50_000 },
  { name: '5 % pass', filter: { modifiedMax: 4_999 }, passes: (n) => n < 5_000 },
  { name: '0.1 % pass', filter: { modifiedMax: 99 }, passes: (n) => n < 100 },
]

/** The embedded index against an exact scan, on vectors in clusters of varied density as real embeddings are. */
export async function benchRecall(directory: string): Promise<string> {
  const vectors = makeVectors()
  const catalog = openSqliteCatalogThread({ directory, savesIndex: true })
  await catalog.useSpace({ embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS })
  const buildStart = performance.now()
  for (let start = 0; start < COUNT; start += BATCH) {
    await catalog.putImages(Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)))
  }
  const perVector = (performance.now() - buildStart) / COUNT

  const rows: (string | number)[][] = []
  for (const { name, filter, passes } of CASES) {
    rows.push([name, ...(await measure(catalog, vectors, filter, passes))])
  }
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
  filter: ImageFilter,
  passes: (n: number) => boolean,
): Promise<string[]> {
  const candidates = vectors.map((vector, n) => ({ vector, n })).filter(({ n }) => passes(n))
  const times: number[] = []
  const scans: number[] = []
  let hits = 0
  let possible = 0
  const queries = Array.from({ length: QUERIES }, (_, q) => perturbed(vectors[(q * 997) % COUNT]!, q))
  const exact = queries.map((query) => {
    const start = performance.now()
    const nearest = candidates
      .map(({ vector, n }) => ({ n, score: dot(query, vector) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, TOP_K)
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
    hits += exact[q]!.filter(({ n }) => found.has(n)).length
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

function makeVectors(): Float32Array[] {
  const random = createRandom(1)
  const normal = () => random.between(-1, 1) + random.between(-1, 1) + random.between(-1, 1)
  const centres = Array.from({ length: CLUSTERS }, () => Float32Array.from({ length: DIMENSIONS }, normal))
  return Array.from({ length: COUNT }, () => {
    const centre = random.pick(centres)
    const spread = random.between(0.3, 1.2)
    return unit(centre.map((value) => value + spread * normal()))
  })
}

function perturbed(vector: Float32Array, seed: number): Float32Array {
  const random = createRandom(seed + 7)
  return unit(vector.map((value) => value + random.between(-0.03, 0.03)))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / length)
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function record(n: number, vector: Float32Array): ImageRecord {
  return {
    path: `${n % 100}/${n}.jpg`,
    bytes: 1,
    createdAt: n,
    modifiedAt: n,
    inode: String(n),
    contentHash: `${n}`,
    width: 1,
    height: 1,
    contentType: 'image/jpeg',
    vector,
  }
}

import { Client } from 'pg'
import type { ImageFilter } from '../server/src/catalog/catalog.ts'
import { clientConfig } from '../server/src/database/postgres/connection.ts'
import { openStorage } from '../server/src/storage/open-storage.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { median, ms, percentile, ratioOf, type Section, table } from './support.ts'
import { casesFor, DIMENSIONS, exactNearest, makeVectors, perturbed, record } from './vectors.ts'

const QUERIES = 60
const TOP_K = 50
const BATCH = 500
const ADDED = 2_000
/** Candidates of the binary index per result; their full vectors are compared. */
const SIGNS_PER_RESULT = [4, 16]
const MEBIBYTE = 2 ** 20
const SPACE = { embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS }
/** Shown as they come: this takes minutes. */
const say = (message: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${message}`)

type Search = (vector: Float32Array, filter: ImageFilter) => Promise<number[]>

interface Way {
  name: string
  search: Search
}

/** PostgreSQL as the product asks it, beside pgvector's defaults and no index at all. */
export async function benchPostgres(count: number): Promise<Section> {
  const vectors = makeVectors(count + ADDED)
  const server = await startPostgres()
  const options = await server.createDatabase()
  const client = new Client(clientConfig(options))
  await client.connect()
  const log = { warn: say, info: say }
  try {
    // One that only searches builds no index.
    const loading = await openStorage({ database: options, directory: '', canWrite: false, log })
    await loading.catalog.spaces.activate(SPACE)
    say(`${count} rows are being added`)
    const loadMs = await timed(async () => {
      for (let start = 0; start < count; start += BATCH)
        await loading.catalog.images.upsert(
          Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)),
        )
    })
    await client.query('vacuum analyze')
    const withoutIndex = await measureWays(
      [{ name: 'no index', search: plainSearch(client) }],
      vectors,
      count,
    )
    await loading.close()

    const storage = await openStorage({ database: options, directory: '', canWrite: true, log })
    const { catalog } = storage
    const buildMs = await timed(async () => {
      await catalog.spaces.activate(SPACE)
      for (;;) {
        const { rows } = await client.query<{ ready: boolean }>(
          "select indisvalid as ready from pg_index where indexrelid = to_regclass('vectors_hnsw_1')",
        )
        if (rows[0]?.ready) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
    })
    // The server that built it notices.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const ways: Way[] = [
      {
        name: 'Sketch-Search',
        async search(vector, filter) {
          const { images } = await catalog.vectors.nearest({
            vector,
            filter,
            topK: TOP_K,
            offset: 0,
            limit: TOP_K,
          })
          return images.map(({ name }) => Number.parseInt(name, 10))
        },
      },
      { name: 'pgvector’s defaults', search: plainSearch(client) },
    ]
    const withIndex = await measureWays(ways, vectors, count)
    const addMs = await timed(async () => {
      for (let start = count; start < count + ADDED; start += BATCH)
        await catalog.images.upsert(
          Array.from({ length: BATCH }, (_, i) => record(start + i, vectors[start + i]!)),
        )
    })
    const sizes = await sizesOf(client)
    say('an index of signs alone is being built')
    const signsMs = await timed(async () => {
      await client.query(`set maintenance_work_mem = '1GB'`)
      await client.query(
        `create index signs on vectors using hnsw ((binary_quantize(data::halfvec(${DIMENSIONS}))::bit(${DIMENSIONS})) bit_hamming_ops) where embedder_id = 1`,
      )
    })
    const [signs] = await bytesOf(client, 'signs')
    const bySigns = await measureWays(
      SIGNS_PER_RESULT.map((times) => ({
        name: `signs, the best ${times} × ${TOP_K} compared again`,
        search: signSearch(client, times * TOP_K),
      })),
      vectors,
      count,
      casesFor(count).slice(0, 1),
    )
    await storage.close()
    return {
      text: [
        `## PostgreSQL with pgvector, ${count} vectors of ${DIMENSIONS} dimensions, recall@${TOP_K}\n`,
        table(
          ['', 'asked by', 'recall', 'images found', 'median', 'p95', 'times faster than no index'],
          rowsOf([...withIndex, ...bySigns, ...withoutIndex]),
        ),
        table(
          ['what', 'it takes'],
          [
            ['adding a row with its vector, no index yet', ms(loadMs / count)],
            ['adding one to the index that is there', ms(addMs / ADDED)],
            ['building the index', `${(buildMs / 1000).toFixed(0)} s (${ms(buildMs / count)} a vector)`],
            ['building an index of signs alone', `${(signsMs / 1000).toFixed(0)} s`],
            ...[...sizes, { name: 'an index of signs alone (1 bit a dimension)', bytes: signs! }].map(
              ({ name, bytes }) => [
                name,
                `${(bytes / MEBIBYTE).toFixed(0)} MiB (${(bytes / count).toFixed(0)} bytes an image)`,
              ],
            ),
          ],
        ),
      ].join('\n'),
      ratios: ratiosOf([...withIndex, ...withoutIndex], count),
    }
  } finally {
    await client.end()
    await server.close()
  }
}

function ratiosOf(measured: Measured[], count: number): Record<string, number> {
  const own = measured.filter(({ way }) => way === 'Sketch-Search')
  const timeOf = (name: string, way: string) =>
    median(measured.find((each) => each.name === name && each.way === way)!.times)
  const what = (name: string) => `PostgreSQL, ${count} vectors, ${name}`
  return Object.assign(
    {},
    ...own.map(({ name, recall }) => ({
      [`${what(name)}: recall`]: recall,
      ...ratioOf(
        `${what(name)}: no index / Sketch-Search`,
        timeOf(name, 'no index'),
        timeOf(name, 'Sketch-Search'),
      ),
    })),
  )
}

interface Measured {
  way: string
  name: string
  recall: number
  found: number
  times: number[]
}

async function measureWays(
  ways: Way[],
  vectors: Float32Array[],
  count: number,
  cases = casesFor(count),
): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const { name, filter, passing } of cases) {
    const queries = Array.from({ length: QUERIES }, (_, q) => perturbed(vectors[(q * 997) % count]!, q))
    const exact = queries.map((query) => exactNearest(vectors, query, passing, TOP_K))
    for (const way of ways) {
      say(`${way.name}, ${name}`)
      const times: number[] = []
      let hits = 0
      let possible = 0
      let found = 0
      for (const [q, query] of queries.entries()) {
        const start = performance.now()
        const answer = new Set(await way.search(query, filter))
        times.push(performance.now() - start)
        hits += exact[q]!.filter((n) => answer.has(n)).length
        possible += exact[q]!.length
        found += answer.size
      }
      measured.push({ way: way.name, name, recall: hits / possible, found: found / QUERIES, times })
    }
  }
  return measured
}

function rowsOf(measured: Measured[]): (string | number)[][] {
  const names = [...new Set(measured.map(({ name }) => name))]
  return names.flatMap((name) => {
    const ways = measured.filter((each) => each.name === name)
    const slow = median(ways.find(({ way }) => way === 'no index')!.times)
    return ways.map(({ way, recall, found, times }) => [
      name,
      way,
      recall.toFixed(4),
      found.toFixed(1),
      ms(median(times)),
      ms(percentile(times, 0.95)),
      (slow / median(times)).toFixed(1),
    ])
  })
}

/** The query that comes to mind first, with nothing set. */
function plainSearch(client: Client): Search {
  return async (vector, { modifiedMax }) => {
    const { rows } = await client.query<{ name: string }>(
      `select images.name, 1 - (vectors.data::halfvec(${DIMENSIONS}) <=> $1::halfvec) as score
       from vectors join images on images.content_hash = vectors.content_hash
       where vectors.embedder_id = 1 and ($2::bigint is null or images.modified_at <= $2)
       order by vectors.data::halfvec(${DIMENSIONS}) <=> $1::halfvec limit ${TOP_K}`,
      [`[${vector.join(',')}]`, modifiedMax ?? null],
    )
    return rows.map(({ name }) => Number.parseInt(name, 10))
  }
}

/** Binary quantisation: the nearest by the signs of the numbers, then judged by the vectors. */
function signSearch(client: Client, candidates: number): Search {
  const signs = (data: string) => `binary_quantize(${data}::halfvec(${DIMENSIONS}))::bit(${DIMENSIONS})`
  return async (vector) => {
    await client.query(`set hnsw.ef_search = ${Math.min(1000, candidates)}`)
    const { rows } = await client.query<{ name: string }>(
      `select images.name from (
         select content_hash, data from vectors where embedder_id = 1
         order by ${signs('data')} <~> ${signs('$1')} limit ${candidates}
       ) as near join images on images.content_hash = near.content_hash
       order by near.data::halfvec(${DIMENSIONS}) <=> $1::halfvec(${DIMENSIONS}) limit ${TOP_K}`,
      [`[${vector.join(',')}]`],
    )
    return rows.map(({ name }) => Number.parseInt(name, 10))
  }
}

async function bytesOf(client: Client, relation: string): Promise<number[]> {
  const { rows } = await client.query<{ bytes: string }>('select pg_relation_size($1::regclass) as bytes', [
    relation,
  ])
  return rows.map(({ bytes }) => Number(bytes))
}

async function sizesOf(client: Client): Promise<{ name: string; bytes: number }[]> {
  const { rows } = await client.query<{ name: string; bytes: string }>(`
    select 'table of images, with its indexes' as name, pg_total_relation_size('images') as bytes
    union all select 'table of vectors', pg_table_size('vectors')
    union all select 'its indexes of hashes', pg_indexes_size('vectors') - pg_relation_size('vectors_hnsw_1')
    union all select 'the vector index (HNSW)', pg_relation_size('vectors_hnsw_1')`)
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }))
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

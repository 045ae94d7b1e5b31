import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Catalog, ImageFilter } from '../server/src/catalog/catalog.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { openStorage } from '../server/src/storage/open-storage.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { median, ms, percentile, ratioOf, type Section, table } from './support.ts'
import { casesFor, DIMENSIONS, exactNearest, record, type VectorSource } from './vectors.ts'

const QUERIES = 60
const TOP_K = 50
const BATCH = 500
const ADDED = 2_000
/** Candidates of the binary index per result; their full vectors are compared. */
const SIGNS_PER_RESULT = [4, 16]
const MEBIBYTE = 2 ** 20
const SPACE = { embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS }
/** Printed at once, because the bench takes minutes. */
const progress = (message: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${message}`)
const LOG = { warn: progress, info: progress }

type Search = (vector: Float32Array, filter: ImageFilter) => Promise<number[]>

interface Way {
  name: string
  search: Search
}

interface Bench {
  count: number
  source: VectorSource
  vectors: Float32Array[]
  database: PostgresOptions
  client: Client
}

/** Measures PostgreSQL as the product queries it, beside pgvector's defaults and no index at all. */
export async function benchPostgres(count: number, source: VectorSource): Promise<Section> {
  const vectors = source.make(count + ADDED)
  const server = await startPostgres()
  const database = await server.createDatabase()
  const client = new Client(clientConfig(database))
  await client.connect()
  const bench = { count, source, vectors, database, client }
  try {
    const unindexed = await measureUnindexed(bench)
    const indexed = await measureIndexed(bench)
    const signs = await measureSigns(bench)
    const addMs = await measureAdding(bench)
    const measured = [...indexed.measured, ...unindexed.measured]
    return {
      text: [
        `## PostgreSQL with pgvector, ${count} vectors of ${DIMENSIONS} dimensions, recall@${TOP_K}\n`,
        `${source.description[0]!.toUpperCase()}${source.description.slice(1)}.\n`,
        table(
          ['', 'method', 'recall', 'images found', 'median', 'p95', 'times faster than no index'],
          rowsOf([...indexed.measured, ...signs.measured, ...unindexed.measured]),
        ),
        table(
          ['operation or relation', 'cost'],
          costRows(count, { ...unindexed, ...indexed, ...signs, addMs }),
        ),
      ].join('\n'),
      ratios: ratiosOf(measured, count),
    }
  } finally {
    await client.end()
    await server.close()
  }
}

async function measureUnindexed(bench: Bench) {
  const { count, vectors, database, client } = bench
  // A storage that only reads builds no index.
  const storage = await openStorage({ database, directory: '', canWrite: false, log: LOG })
  await storage.catalog.spaces.activate(SPACE)
  progress(`adding ${count} rows`)
  const loadMs = await timed(() => addRows(storage.catalog, vectors, 0, count))
  await client.query('vacuum analyze')
  const measured = await measureWays([{ name: 'no index', search: plainSearch(client) }], bench)
  await storage.close()
  return { loadMs, measured }
}

async function measureIndexed(bench: Bench) {
  const { database, client } = bench
  const storage = await openStorage({ database, directory: '', canWrite: true, log: LOG })
  const { catalog } = storage
  const buildMs = await timed(async () => {
    await catalog.spaces.activate(SPACE)
    for (;;) {
      const { rows } = await client.query<{ ready: boolean }>(
        "select indisvalid as ready from pg_index where indexrelid = to_regclass('vectors_hnsw_1')",
      )
      if (rows[0]?.ready) break
      await sleep(200)
    }
  })
  // The storage needs a moment to notice that its index is complete.
  await sleep(1_000)
  const measured = await measureWays(
    [
      { name: 'Sketch-Search', search: productSearch(catalog) },
      { name: 'pgvector’s defaults', search: plainSearch(client) },
    ],
    bench,
  )
  const sizes = await sizesOf(client)
  await storage.close()
  return { buildMs, sizes, measured }
}

async function measureSigns(bench: Bench) {
  const { count, client } = bench
  progress('building an index of signs')
  const signsMs = await timed(async () => {
    await client.query(`set maintenance_work_mem = '1GB'`)
    await client.query(
      `create index signs on vectors using hnsw ((binary_quantize(data::halfvec(${DIMENSIONS}))::bit(${DIMENSIONS})) bit_hamming_ops) where embedder_id = 1`,
    )
  })
  const [signsBytes] = await bytesOf(client, 'signs')
  const measured = await measureWays(
    SIGNS_PER_RESULT.map((times) => ({
      name: `signs, the nearest ${times} × ${TOP_K} compared again`,
      search: signSearch(client, times * TOP_K),
    })),
    bench,
    casesFor(count).slice(0, 1),
  )
  return { signsMs, signsBytes: signsBytes!, measured }
}

/** Adds rows after all searches: the exact ranking lacks them. */
async function measureAdding({ count, vectors, database, client }: Bench): Promise<number> {
  await client.query('drop index signs')
  const storage = await openStorage({ database, directory: '', canWrite: true, log: LOG })
  await storage.catalog.spaces.activate(SPACE)
  const addMs = await timed(() => addRows(storage.catalog, vectors, count, count + ADDED))
  await storage.close()
  return addMs
}

interface Costs {
  loadMs: number
  addMs: number
  buildMs: number
  signsMs: number
  signsBytes: number
  sizes: { name: string; bytes: number }[]
}

function costRows(count: number, { loadMs, addMs, buildMs, signsMs, signsBytes, sizes }: Costs) {
  const relations = [...sizes, { name: 'index of signs (1 bit per dimension)', bytes: signsBytes }]
  return [
    ['adding a row with its vector, without an index', ms(loadMs / count)],
    ['adding one with the index', ms(addMs / ADDED)],
    ['building the index', `${(buildMs / 1000).toFixed(0)} s (${ms(buildMs / count)} per vector)`],
    ['building an index of signs', `${(signsMs / 1000).toFixed(0)} s`],
    ...relations.map(({ name, bytes }) => [
      name,
      `${(bytes / MEBIBYTE).toFixed(0)} MiB (${(bytes / count).toFixed(0)} bytes per image)`,
    ]),
  ]
}

/** @param end the first row that is not added */
async function addRows(catalog: Catalog, vectors: Float32Array[], start: number, end: number): Promise<void> {
  for (let first = start; first < end; first += BATCH)
    await catalog.images.upsert(
      Array.from({ length: BATCH }, (_, i) => record(first + i, vectors[first + i]!)),
    )
}

function productSearch(catalog: Catalog): Search {
  return async (vector, filter) => {
    const { images } = await catalog.vectors.nearest({ vector, filter, topK: TOP_K, offset: 0, limit: TOP_K })
    return images.map(({ name }) => Number.parseInt(name, 10))
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
  { source, vectors, count, client }: Bench,
  cases = casesFor(count),
): Promise<Measured[]> {
  const { rows } = await client.query<{ held: number }>('select count(*)::int as held from images')
  if (rows[0]!.held !== count) throw new Error(`${rows[0]!.held} rows are searched, ${count} are ranked`)
  const measured: Measured[] = []
  for (const { name, filter, passing } of cases) {
    const queries = Array.from({ length: QUERIES }, (_, q) => source.query(q, vectors))
    const exact = queries.map((query) => exactNearest(vectors, query, passing, TOP_K))
    for (const way of ways) {
      progress(`${way.name}, ${name}`)
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

/** The simplest query, without any settings. */
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

import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { PostgresOptions } from '../../server/src/database/postgres/connection.ts'
import { openStorage } from '../../server/src/storage/open-storage.ts'
import { processorTime } from '../support.ts'
import { DIMENSIONS, record } from '../vectors.ts'
import {
  BATCH,
  type LargeSearch,
  type LargeSet,
  type Measurement,
  measureSearch,
  TOP_K,
} from './measurement.ts'

const SPACE = { embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS }
const HNSW = 'vectors_hnsw_1'
const SIGNS = 'vectors_signs_1'
/** Candidates of the index of signs per result. */
const CANDIDATES_PER_RESULT = 16
const POLL_MS = 200
const log = { warn: console.error, info: console.error }

export interface PostgresTarget {
  database: PostgresOptions
  /** The server runs on this machine, so that its processor time can be read. */
  client: Client
}

/** Processor time in seconds. */
export interface BuildTimes {
  hnswS: number
  signsS: number
}

/** Fills an empty database, then builds both kinds of index, each in one process. */
export async function fillPostgres(
  { database, client }: PostgresTarget,
  { vectors, count }: LargeSet,
): Promise<BuildTimes> {
  // A storage that only reads builds no index.
  const storage = await openStorage({ database, directory: '', canWrite: false, log })
  await storage.catalog.spaces.activate(SPACE)
  for (let first = 0; first < count; first += BATCH)
    await storage.catalog.images.upsert(
      Array.from({ length: BATCH }, (_, i) => record(first + i, vectors[first + i]!)),
    )
  await storage.close()
  await client.query('vacuum analyze')
  await client.query('set max_parallel_maintenance_workers = 0')
  await client.query(`set maintenance_work_mem = '3GB'`)
  const hnswS = await build(
    client,
    `create index ${HNSW} on vectors using hnsw ((data::halfvec(${DIMENSIONS})) halfvec_cosine_ops)
       with (m = 16, ef_construction = 64) where embedder_id = 1`,
  )
  const signsS = await build(
    client,
    `create index ${SIGNS} on vectors
       using hnsw ((binary_quantize(data::halfvec(${DIMENSIONS}))::bit(${DIMENSIONS})) bit_hamming_ops) where embedder_id = 1`,
  )
  await client.query('analyze images, vectors')
  return { hnswS, signsS }
}

/** @returns processor time in seconds of the server's process */
async function build(client: Client, statement: string): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const { pid } = rows[0]!
  const before = processorTime(pid)
  await client.query(statement)
  return processorTime(pid) - before
}

/** Measures the product's searches, and those with an index of signs. */
export async function measurePostgres(
  { database, client }: PostgresTarget,
  set: LargeSet,
  { hnswS, signsS }: BuildTimes,
): Promise<Measurement[]> {
  const storage = await openStorage({ database, directory: '', canWrite: true, log })
  try {
    await storage.catalog.spaces.activate(SPACE)
    for (const index of [HNSW, SIGNS]) await untilCached(client, index)
    const product: LargeSearch = async (vector, filter) => {
      const query = { vector, filter, topK: TOP_K, offset: 0, limit: TOP_K }
      const { images } = await storage.catalog.vectors.nearest(query)
      return images.map(({ name }) => Number.parseInt(name, 10))
    }
    const hnsw = { memoryBytes: await bytesOf(client, HNSW), buildS: hnswS }
    const signs = { memoryBytes: await bytesOf(client, SIGNS), buildS: signsS }
    return [
      ...(await measureSearch(set, { database: 'PostgreSQL, HNSW of halfvec', ...hnsw }, product)),
      ...(await measureSearch(set, { database: 'PostgreSQL, HNSW of signs', ...signs }, signSearch(client))),
    ]
  } finally {
    await storage.close()
  }
}

/** Reads an index, so that it is in the cache of the system as in a server that has run for a while. */
async function untilCached(client: Client, index: string): Promise<void> {
  await client.query('create extension if not exists pg_prewarm')
  await client.query(`select pg_prewarm('${index}', 'read')`)
  await sleep(POLL_MS)
}

/** The nearest by the signs of the numbers, then compared by the vectors. */
function signSearch(client: Client): LargeSearch {
  const signs = (data: string) => `binary_quantize(${data}::halfvec(${DIMENSIONS}))::bit(${DIMENSIONS})`
  const candidates = CANDIDATES_PER_RESULT * TOP_K
  return async (vector, { modifiedMax }) => {
    await client.query(`set hnsw.ef_search = ${candidates}`)
    await client.query('set hnsw.iterative_scan = relaxed_order')
    const { rows } = await client.query<{ name: string }>(
      `select near.name from (
         select images.name, vectors.data
         from vectors join images on images.content_hash = vectors.content_hash
         where vectors.embedder_id = 1 and ($2::bigint is null or images.modified_at <= $2)
         order by ${signs('vectors.data')} <~> ${signs('$1')} limit ${candidates}
       ) as near order by near.data::halfvec(${DIMENSIONS}) <=> $1::halfvec(${DIMENSIONS}) limit ${TOP_K}`,
      [`[${vector.join(',')}]`, modifiedMax ?? null],
    )
    return rows.map(({ name }) => Number.parseInt(name, 10))
  }
}

async function bytesOf(client: Client, relation: string): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>('select pg_relation_size($1::regclass) as bytes', [
    relation,
  ])
  return Number(rows[0]!.bytes)
}

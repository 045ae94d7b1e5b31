import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { findCitus } from '../../../../scripts/postgres.ts'
import { clientConfig, type PostgresOptions } from '../../database/postgres/connection.ts'
import { openStorage, openTables } from '../../storage/open-storage.ts'
import { type CitusCluster, startCitus } from '../../testing/citus.ts'
import { imageRecord } from '../../testing/images.ts'
import { deleteAllUnused } from '../../testing/unused-contents.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { describeCatalog } from '../catalog.contract.ts'
import type { Catalog } from '../catalog.ts'
import { describeCollections } from '../collections.contract.ts'
import { describeFolding } from '../fold.contract.ts'

const SILENT = { warn(_: string) {}, info(_: string) {} }
const citus = findCitus()
const programs = 'path' in citus ? citus.path : undefined

/** Closing the catalog also closes its connections. */
async function openCatalog(database: PostgresOptions): Promise<Catalog> {
  const storage = await openStorage({ database, directory: '', canWrite: true, log: SILENT })
  return Object.assign(Object.create(storage.catalog), { close: () => storage.close() })
}

const DIMENSIONS = 16
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS }
const COUNT = 24_000
const TOP = 50

const made = new Map<number, Float32Array>()
function vectorOf(n: number): Float32Array {
  const vector = made.get(n) ?? vectorNamed(String(n), DIMENSIONS)
  made.set(n, vector)
  return vector
}
const recordOf = (n: number) => imageRecord(n, { createdAt: n, vector: vectorOf(n) })

async function add(catalog: Catalog, first: number, end: number): Promise<void> {
  for (let start = first; start < end; start += 1000)
    await catalog.images.upsert(
      Array.from({ length: Math.min(1000, end - start) }, (_, i) => recordOf(start + i)),
    )
}

/** Share of the images nearest to some queries that is found. @param filter by the time of creation, which is the number */
async function recallOf(catalog: Catalog, count: number, filter: { createdMin?: number } = {}) {
  let hits = 0
  const queries = 3
  for (let q = 0; q < queries; q++) {
    const query = vectorOf(1_000_000 + q)
    const numbers = Array.from({ length: count }, (_, n) => n).slice(filter.createdMin ?? 0)
    const exact = numbers
      .map((n) => ({ path: `${n}.jpg`, score: dot(query, vectorOf(n)) }))
      .sort((a, b) => b.score - a.score)
      .slice(0, TOP)
    const page = { filter, topK: TOP, offset: 0, limit: TOP }
    const { images } = await catalog.vectors.nearest({ vector: query, ...page })
    const found = new Set(images.map(({ contentHash }) => contentHash))
    hits += exact.filter(({ path }) => found.has(`hash-${path.slice(0, -4)}`)).length
  }
  return hits / (queries * TOP)
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

async function isIndexed(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ valid: boolean }>(
    "select indisvalid as valid from pg_index where indexrelid = to_regclass('vectors_hnsw_1')",
  )
  return rows[0]?.valid ?? false
}

/** The plans of all shards for the statement that searches the index. */
async function planOf(client: pg.Client): Promise<string> {
  await client.query('set citus.explain_all_tasks = on')
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `explain select content_hash from vector_data as vectors where embedder_id = 1
     order by data::halfvec(${DIMENSIONS}) <=> '[${vectorOf(1_000_000).join()}]'::halfvec limit 70`,
  )
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

/** Deletes all rows, and starts the numbers of rows again. */
async function empty(database: PostgresOptions): Promise<void> {
  const client = await connect(database)
  try {
    const { rows } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`,
    )
    for (const { name } of rows) await client.query(`truncate ${name} restart identity cascade`)
  } finally {
    await client.end()
  }
}

async function connect(database: PostgresOptions): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(database))
  await client.connect()
  return client
}

describe.runIf(programs !== undefined)('a Citus cluster (needs PostgreSQL with the extension citus)', () => {
  let cluster: CitusCluster
  beforeAll(async () => {
    cluster = await startCitus(programs!, 2)
  })
  afterAll(() => cluster?.close())
  let emptied: PostgresOptions | undefined
  // A database for each test would take several times as long: Citus looks after each with processes of its own.
  const openEmpty = async () => {
    emptied ??= { ...(await cluster.createDatabase()), distributed: true }
    await empty(emptied)
    return openCatalog(emptied)
  }

  describeCatalog('the distributed catalog', openEmpty, { ordersTies: false })
  describeCollections('collections of a distributed catalog', openEmpty)
  describeFolding('folding in a distributed catalog', openEmpty)

  it('distributes a catalog that exists, searches the index of each shard, and moves shards while it is used', async () => {
    const database = await cluster.createDatabase()
    const client = await connect(database)
    onTestFinished(() => client.end())
    const former = await openCatalog(database)
    await former.spaces.activate(SPACE)
    await add(former, 0, COUNT / 2)
    await former.close()

    const catalog = await openCatalog({ ...database, distributed: true })
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    await add(catalog, COUNT / 2, COUNT)
    const { rows: shards } = await client.query<{ node: number; shards: string }>(
      'select nodeport as node, count(*) as shards from citus_shards group by nodeport',
    )
    expect(shards.map((row) => [row.node, Number(row.shards)]).sort()).toEqual(
      cluster.nodes.map(({ port }) => [port, 6]).sort(),
    )
    await expect.poll(() => isIndexed(client)).toBe(true)
    expect(await recallOf(catalog, COUNT)).toBeGreaterThanOrEqual(0.97)
    expect(await recallOf(catalog, COUNT, { createdMin: COUNT / 2 })).toBeGreaterThanOrEqual(0.97)
    expect(await recallOf(catalog, COUNT, { createdMin: COUNT - 100 })).toBe(1)
    const plan = await planOf(client)
    expect(plan.match(/Index Scan using vectors_hnsw_1_\d+ on vector_data_\d+/g)).toHaveLength(12)

    // Searches and writes go on while a new node gets its share of the shards.
    await cluster.addNode(database)
    const moved = cluster.rebalance(database).then(() => true)
    let added = COUNT
    for (let isMoved = false; !isMoved; added += 10) {
      await add(catalog, added, added + 10)
      expect(await recallOf(catalog, added + 10)).toBeGreaterThanOrEqual(0.97)
      isMoved = await Promise.race([moved, Promise.resolve(false)])
    }
    const { rows: after } = await client.query<{ shards: string }>(
      'select count(*) as shards from citus_shards group by nodeport',
    )
    expect(after.map((row) => Number(row.shards))).toEqual([4, 4, 4])

    // Nothing is left of deleted contents, and everything else is there.
    await catalog.files.remove(Array.from({ length: 100 }, (_, n) => `${n}.jpg`))
    expect(await deleteAllUnused(catalog)).toHaveLength(100)
    const { rows: counts } = await client.query<{ keys: string; data: string }>(
      'select (select count(*) from vectors) as keys, (select count(*) from vector_data) as data',
    )
    expect(counts).toEqual([{ keys: String(added - 100), data: String(added - 100) }])
  })

  it('answers with "unavailable" while a node is down, still lists and moves images, and loses nothing', async () => {
    const database = { ...(await cluster.createDatabase()), distributed: true }
    const catalog = await openCatalog(database)
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    await add(catalog, 0, 200)
    await cluster.nodes[0]!.crash()
    await expect(recallOf(catalog, 200)).rejects.toMatchObject({ code: 'unavailable' })
    await expect(add(catalog, 200, 300)).rejects.toMatchObject({ code: 'unavailable' })
    const place = { path: 'moved.jpg', inode: '0', modifiedAt: 1 }
    expect(await catalog.files.move('0.jpg', place)).toEqual([])
    expect(await catalog.images.getByPath('moved.jpg')).toMatchObject({ contentHash: 'hash-0' })
    await cluster.nodes[0]!.restart()
    await add(catalog, 200, 300)
    expect(await recallOf(catalog, 300)).toBe(1)
    await cluster.coordinator.restart()
    await expect.poll(() => recallOf(catalog, 300).catch(() => 0)).toBe(1)
  })

  it('copies vectors from and to a distributed database', async () => {
    const database = { ...(await cluster.createDatabase()), distributed: true }
    const catalog = await openCatalog(database)
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    await add(catalog, 0, 20)
    const tables = await openTables(database, '', SILENT)
    onTestFinished(() => tables.close())
    const read = await tables.readVectors(1, ['hash-3', 'hash-4', 'unknown'])
    expect([...read.keys()].sort()).toEqual(['hash-3', 'hash-4'])
    await tables.insertVectors(1, new Map([...read, ['hash-new', read.get('hash-3')!]]))
    const copied = await tables.readVectors(1, ['hash-new', 'hash-4'])
    expect(copied.get('hash-new')).toEqual(read.get('hash-3'))
    expect(copied.get('hash-4')).toEqual(read.get('hash-4'))
  })

  it('replaces vectors that a node still has after the coordinator was restored from an older backup', async () => {
    const database = { ...(await cluster.createDatabase()), distributed: true }
    const catalog = await openCatalog(database)
    onTestFinished(() => catalog.close())
    await catalog.spaces.activate(SPACE)
    const client = await connect(database)
    onTestFinished(() => client.end())
    await client.query('insert into vector_data (content_hash, embedder_id, data) values ($1, 1, $2)', [
      'hash-7',
      `[${vectorOf(8).join()}]`,
    ])
    await add(catalog, 7, 8)
    const page = { filter: {}, topK: 1, offset: 0, limit: 1 }
    const { images } = await catalog.vectors.nearest({ vector: vectorOf(7), ...page })
    expect(images[0]).toMatchObject({ contentHash: 'hash-7', score: expect.closeTo(1, 2) })
  })

  it('refuses standby servers before anything is distributed', async () => {
    const database = await cluster.createDatabase()
    const opening = openCatalog({ ...database, distributed: true, replicas: [database] })
    await expect(opening).rejects.toMatchObject({ code: 'config_invalid', message: /replicas/ })
    const client = await connect(database)
    onTestFinished(() => client.end())
    const { rows } = await client.query("select to_regclass('vector_data') as name")
    expect(rows).toEqual([{ name: null }])
  })

  it('refuses to distribute a database without the extension', async () => {
    const { database: _, ...server } = await cluster.createDatabase()
    const opening = openCatalog({ ...server, database: 'postgres', distributed: true })
    await expect(opening).rejects.toMatchObject({ code: 'config_invalid', message: /create extension citus/ })
  })
})

/**
 * `node bench/nodes.ts [--rows 10000,100000] [--write]`: compares one PostgreSQL server with Citus clusters of one and three nodes on this
 * machine, in turn, so that what else runs there slows them all; then kills nodes and the coordinator of the last one while it is searched
 * and written. Needs PostgreSQL with the extensions `citus` and `vector`. `--write` adds the tables to `bench/results/scaling.md`.
 */
import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { findCitus } from '../scripts/postgres.ts'
import type { Catalog } from '../server/src/catalog/catalog.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { openStorage } from '../server/src/storage/open-storage.ts'
import { type CitusCluster, startCitus } from '../server/src/testing/citus.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { BATCH, type LargeSet, makeLargeSet, TOP_K } from './large/measurement.ts'
import { recordSection } from './large/results.ts'
import { measureFaults } from './node-faults.ts'
import { median, ms, percentile, table } from './support.ts'
import { DIMENSIONS, MADE_VECTORS, record } from './vectors.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000,100000' },
    write: { type: 'boolean', default: false },
  },
})
const SETTINGS = ['shared_buffers=512MB', 'maintenance_work_mem=512MB', 'max_wal_size=4GB']
const SPACE = { embedder: 'bench', fingerprint: '', dimensions: DIMENSIONS }
const log = { warn: console.error, info: console.error }
const found = findCitus()
if ('problem' in found) {
  console.error(found.problem)
  process.exit(1)
}
const programs = found.path
/** A way to run the database, open for measuring. */
interface Target {
  name: string
  database: PostgresOptions
  client: Client
  cluster: CitusCluster | undefined
  close(): Promise<void>
}

const searches: (string | number)[][] = []
const costs: (string | number)[][] = []
let [versions, faults] = ['', '']

const sizes = values.rows.split(',').map(Number)
for (const rows of sizes) {
  const set = makeLargeSet(MADE_VECTORS, rows)
  const targets = [await oneServer(), await cluster(1), await cluster(3)]
  try {
    await measure(targets, set)
    const last = targets.at(-1)!
    versions = await versionsOf(last.client)
    if (rows === sizes.at(-1)) faults = await measureFaults(last.cluster!, last.database, set)
  } finally {
    for (const target of targets) await target.close()
  }
}
const text = [
  '## Vectors on several nodes\n',
  `Generated vectors of ${DIMENSIONS} dimensions in clusters of varied density, 12 shards, recall@${TOP_K} of 200 queries. All servers share the cores of one machine, so that more nodes can only be slower here; the three ways are asked in turn. ${versions}; load of the machine at the end: ${loadavg()[0]!.toFixed(1)}. \`node bench/nodes.ts\`.\n`,
  table(['servers', 'rows', 'filter', 'recall', 'p50', 'p95', 'p50 ÷ that of one server'], searches),
  table(
    [
      'servers',
      'rows',
      'inserted/s, without an index',
      'building the index',
      'near-duplicates of 128 vectors',
    ],
    costs,
  ),
  faults,
].join('\n')
console.log(text)
if (values.write) recordSection('nodes', text)

async function oneServer(): Promise<Target> {
  const server = await startPostgres(SETTINGS, programs)
  return target('one PostgreSQL', await server.createDatabase(), undefined, () => server.close())
}

async function cluster(nodes: number): Promise<Target> {
  const started = await startCitus(programs, nodes, SETTINGS)
  const database = { ...(await started.createDatabase()), distributed: true }
  const name = `coordinator and ${nodes} node${nodes > 1 ? 's' : ''}`
  return target(name, database, started, () => started.close())
}

async function target(
  name: string,
  database: PostgresOptions,
  started: CitusCluster | undefined,
  stop: () => Promise<void>,
): Promise<Target> {
  const client = new Client(clientConfig(database))
  await client.connect()
  // The fault run kills the server.
  client.on('error', () => {})
  return {
    name,
    database,
    client,
    cluster: started,
    async close() {
      await client.end().catch(() => {})
      await stop()
    },
  }
}

async function measure(targets: readonly Target[], set: LargeSet): Promise<void> {
  const insertMs = await fill(targets, set)
  const opened: { name: string; catalog: Catalog; close(): Promise<void> }[] = []
  const buildMs: number[] = []
  for (const { name, database, client } of targets) {
    await client.query('vacuum analyze')
    const storage = await open(database, true)
    buildMs.push(await timed(() => untilIndexed(client)))
    opened.push({ name, catalog: storage.catalog, close: () => storage.close() })
    progress(`${name}: the index is built`)
  }
  // A storage looks for a new index every few seconds.
  await sleep(6_000)
  await searchInTurn(opened, set)
  for (const [n, { name, catalog, close }] of opened.entries()) {
    const pairsMs = await timed(() => catalog.vectors.similarPairs(0, 0.9))
    const perSecond = ((set.count / insertMs[n]!) * 1000).toFixed(0)
    costs.push([name, set.count, perSecond, `${(buildMs[n]! / 1000).toFixed(0)} s`, ms(pairsMs)])
    progress(costs.at(-1)!.join(' | '))
    await close()
  }
}

/** @returns the time of each target. A storage that only reads builds no index. */
async function fill(targets: readonly Target[], { vectors, count }: LargeSet): Promise<number[]> {
  const storages = await Promise.all(targets.map(({ database }) => open(database, false)))
  const times = targets.map(() => 0)
  for (let first = 0; first < count; first += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - first) }, (_, i) =>
      record(first + i, vectors[first + i]!),
    )
    for (const [n, { catalog }] of storages.entries())
      times[n]! += await timed(() => catalog.images.upsert(rows))
  }
  for (const storage of storages) await storage.close()
  progress(`${count} rows are inserted`)
  return times
}

async function searchInTurn(
  opened: readonly { name: string; catalog: Catalog }[],
  { cases, count }: LargeSet,
): Promise<void> {
  for (const { name: filterName, filter, queries, exact } of cases) {
    const measured = opened.map(({ name }) => ({ name, times: [] as number[], hits: 0 }))
    for (const [q, vector] of queries.entries())
      for (const [n, { catalog }] of opened.entries()) {
        const page = { topK: TOP_K, offset: 0, limit: TOP_K }
        let found = new Set<number>()
        const time = await timed(async () => {
          const { images } = await catalog.vectors.nearest({ vector, filter, ...page })
          found = new Set(images.map(({ name }) => Number.parseInt(name, 10)))
        })
        measured[n]!.times.push(time)
        measured[n]!.hits += exact[q]!.filter((row) => found.has(row)).length
      }
    const possible = exact.reduce((sum, rows) => sum + rows.length, 0)
    const base = median(measured[0]!.times)
    for (const { name, times, hits } of measured) {
      const [p50, p95] = [median(times), percentile(times, 0.95)]
      searches.push([
        name,
        count,
        filterName,
        (hits / possible).toFixed(4),
        ms(p50),
        ms(p95),
        (p50 / base).toFixed(1),
      ])
      progress(searches.at(-1)!.join(' | '))
    }
  }
}

/** Printed at once, because the bench takes minutes. */
function progress(message: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${message}`)
}

async function open(database: PostgresOptions, canWrite: boolean) {
  const storage = await openStorage({ database, directory: '', canWrite, log })
  await storage.catalog.spaces.activate(SPACE)
  return storage
}

async function untilIndexed(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ ready: boolean }>(
      "select indisvalid as ready from pg_index where indexrelid = to_regclass('vectors_hnsw_1')",
    )
    if (rows[0]?.ready) return
    await sleep(200)
  }
}

async function versionsOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ server: string; vector: string; citus: string | null }>(
    `select current_setting('server_version') as server,
      (select extversion from pg_extension where extname = 'vector') as vector,
      (select default_version from pg_available_extensions where name = 'citus') as citus`,
  )
  const { server, vector, citus } = rows[0]!
  return `PostgreSQL ${server.split(' ')[0]}, pgvector ${vector}, Citus ${citus}`
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

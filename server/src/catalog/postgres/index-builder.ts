import { type Kysely, sql } from 'kysely'
import pTimeout from 'p-timeout'
import type { Tables } from '../../database/schema.ts'
import { messageOf, systemCodeOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { ActiveSpace } from '../sql/vector-backend.ts'
import { tablesOf, type VectorTable } from './vector-table.ts'

/** An index is built once there are this many vectors. Building it at once is several times faster than growing it. */
const MIN_INDEXED_VECTORS = 10_000
const CANCEL_RETRY_MS = 500
const CHECK_AFTER_INSERTS = 1_000
const MIN_RECHECK_MS = 5_000
/** Limits how often searches start to build a missing index. */
const BUILD_RETRY_MS = 5 * 60_000
/** Memory of a graph node besides its vector, for each link (computed from the structures of pgvector). */
const GRAPH_BYTES_PER_LINK = 64
/** More memory than this has to be configured on the server. */
const MAX_BUILD_MEMORY_KB = 1024 * 1024
const DISK_FULL = '53100'

interface HnswOptions {
  m: number
  ef_construction: number
}

interface IndexOptions extends Pick<IndexBuilderOptions, 'table'> {
  hnsw: HnswOptions
}

/** The defaults of pgvector. */
const HNSW: HnswOptions = { m: 16, ef_construction: 64 }

export interface IndexBuilderOptions {
  /** False for a process that only searches. */
  canWrite: boolean
  hnsw?: HnswOptions | undefined
  table: Pick<VectorTable, 'name'>
  log: Log
}

/** Builds the HNSW index of the active space, once it is worthwhile and if no other process does. */
export interface IndexBuilder {
  /** Whether searches can use the index. */
  readonly isReady: boolean
  activate(space: ActiveSpace): Promise<void>
  inserted(vectors: number): void
  /** Looks for an index that another process has built, at most every few seconds. */
  recheck(): Promise<void>
  drop(embedderId: number): Promise<void>
  /** Cancels a build. The next one removes its remains. */
  close(): Promise<void>
}

export function createIndexBuilder(
  database: Kysely<Tables>,
  { canWrite, hnsw = HNSW, table, log }: IndexBuilderOptions,
): IndexBuilder {
  let active: ActiveSpace | undefined
  let isReady = false
  let checkedAt = 0
  let retryAt = 0
  let insertedSinceCheck = 0
  let building: Promise<void> | undefined
  /** Process of the server that builds the index. */
  let buildProcess: number | undefined
  let isClosing = false

  return {
    get isReady() {
      return isReady
    },
    async activate(space) {
      active = space
      isReady = await hasIndex(database, space.embedderId)
      buildIfDue()
    },
    inserted(vectors) {
      insertedSinceCheck += vectors
      if (insertedSinceCheck < CHECK_AFTER_INSERTS) return
      insertedSinceCheck = 0
      buildIfDue()
    },
    async recheck() {
      const now = performance.now()
      if (active === undefined || now - checkedAt < MIN_RECHECK_MS) return
      checkedAt = now
      isReady = await hasIndex(database, active.embedderId)
      // The process that was building the index may have died. A failed build waits before it is retried.
      if (now >= retryAt) buildIfDue()
    },
    async drop(embedderId) {
      await dropIndex(database, embedderId)
      if (active?.embedderId === embedderId) isReady = false
    },
    async close() {
      isClosing = true
      // A build may take hours.
      while (building !== undefined) {
        // If the server can't be reached, its build has ended as well.
        if (buildProcess !== undefined)
          await sql`select pg_cancel_backend(${buildProcess})`.execute(database).catch(() => {})
        await pTimeout(building, { milliseconds: CANCEL_RETRY_MS, message: false })
      }
    },
  }

  function buildIfDue(): void {
    if (active === undefined || !canWrite || isReady || building !== undefined || isClosing) return
    building = build(active)
      .catch((error) => {
        if (isClosing) return
        log.warn(`The vector index could not be built: ${messageOf(error)}. Searches compare with all rows.`)
      })
      .then(() => {
        retryAt = performance.now() + BUILD_RETRY_MS
      })
      .finally(() => {
        building = undefined
      })
  }

  async function build(space: ActiveSpace): Promise<void> {
    if (!(await hasEnoughVectors(database, space.embedderId))) return
    await buildExclusively(database, space, { hnsw, table }, (process) => {
      buildProcess = process
      if (process !== undefined)
        log.info(`The vector index of the embedder "${space.embedder}" is being built.`)
    })
    // Another space may have been activated meanwhile.
    isReady = active !== undefined && (await hasIndex(database, active.embedderId))
  }
}

/** @param onBuild called with the process of the server that builds the index, and with undefined at the end */
async function buildExclusively(
  database: Kysely<Tables>,
  space: ActiveSpace,
  index: IndexOptions,
  onBuild: (process: number | undefined) => void,
): Promise<void> {
  await database.connection().execute((connection) =>
    exclusively(connection, space.embedderId, async () => {
      const process = await processId(connection)
      if (await hasIndex(database, space.embedderId)) return
      onBuild(process)
      try {
        await createIndex(connection, database, space, index)
      } finally {
        onBuild(undefined)
      }
    }),
  )
}

/** Runs `work` if no other process builds this index. Writes continue meanwhile. */
async function exclusively(
  connection: Kysely<Tables>,
  embedderId: number,
  work: () => Promise<void>,
): Promise<void> {
  const { rows } = await sql<{ got: boolean }>`
    select pg_try_advisory_lock(hashtext('sketch-search index'), ${embedderId}) as got`.execute(connection)
  if (!rows[0]!.got) return
  try {
    await work()
  } finally {
    await sql`reset maintenance_work_mem`.execute(connection)
    await sql`reset max_parallel_maintenance_workers`.execute(connection)
    await sql`select pg_advisory_unlock(hashtext('sketch-search index'), ${embedderId})`.execute(connection)
  }
}

async function createIndex(
  connection: Kysely<Tables>,
  database: Kysely<Tables>,
  { embedderId, dimensions }: ActiveSpace,
  { hnsw, table }: IndexOptions,
): Promise<void> {
  const name = indexName(embedderId)
  // Removes what an interrupted build has left.
  await sql`drop index concurrently if exists ${sql.id(name)}`.execute(connection)
  const create = sql`create index concurrently ${sql.id(name)} on ${sql.table(table.name)}
          using hnsw ((data::halfvec(${sql.lit(dimensions)})) halfvec_cosine_ops)
          with (m = ${sql.lit(hnsw.m)}, ef_construction = ${sql.lit(hnsw.ef_construction)})
          where embedder_id = ${sql.lit(embedderId)}`
  await raiseMemory(connection, {
    embedderId,
    bytesPerVector: 2 * dimensions + GRAPH_BYTES_PER_LINK * hnsw.m,
  })
  await create.execute(connection).catch(async (error) => {
    if (systemCodeOf(error) !== DISK_FULL) throw error
    // Parallel workers share the graph in /dev/shm, which is small in containers. A single process does not use it.
    await sql`set max_parallel_maintenance_workers = 0`.execute(connection)
    await dropIndex(database, embedderId)
    await create.execute(connection)
  })
  // With outdated statistics the planner prefers sorting to the index.
  await sql`analyze images, ${tablesOf(table)}`.execute(connection)
}

/** Building takes several times as long if the graph does not fit into memory. */
async function raiseMemory(
  connection: Kysely<Tables>,
  { embedderId, bytesPerVector }: { embedderId: number; bytesPerVector: number },
): Promise<void> {
  await sql`select set_config('maintenance_work_mem', greatest(
        pg_size_bytes(current_setting('maintenance_work_mem')) / 1024,
        least(${sql.lit(MAX_BUILD_MEMORY_KB)}, count(*) * ${sql.lit(bytesPerVector)} / 1024))::text || 'kB', false)
      from vectors where embedder_id = ${sql.lit(embedderId)}`.execute(connection)
}

async function hasEnoughVectors(database: Kysely<Tables>, embedderId: number): Promise<boolean> {
  const { rows } = await sql<{ count: number }>`
      select count(*) from (select 1 from vectors where vectors.embedder_id = ${sql.lit(embedderId)} limit ${sql.lit(MIN_INDEXED_VECTORS)}) as first_ones`.execute(
    database,
  )
  return rows[0]!.count >= MIN_INDEXED_VECTORS
}

async function processId(connection: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection)
  return rows[0]!.pid
}

/** Whether an embedder's vectors have an index that searches can use. */
export async function hasIndex(database: Kysely<Tables>, embedderId: number): Promise<boolean> {
  const { rows } = await sql<{ ready: boolean }>`
      select indisvalid as ready from pg_index where indexrelid = to_regclass(${indexName(embedderId)})`.execute(
    database,
  )
  return rows[0]?.ready ?? false
}

async function dropIndex(database: Kysely<Tables>, embedderId: number): Promise<void> {
  await sql`drop index concurrently if exists ${sql.id(indexName(embedderId))}`.execute(database)
}

function indexName(embedderId: number): string {
  return `vectors_hnsw_${embedderId}`
}

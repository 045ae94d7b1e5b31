import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { DomainError, messageOf, systemCodeOf } from '../../errors.ts'
import type { NearestQuery, VectorSpace } from '../catalog.ts'
import { filterCondition, isUnfiltered } from '../filters.ts'
import type { Tables } from '../schema.ts'
import { registerEmbedder } from '../sql/spaces.ts'
import {
  type Match,
  type SearchedSpace,
  topMatches,
  toUnitLength,
  type VectorStore,
} from '../sql/vector-store.ts'

/** Longer ones have no index in pgvector 0.8 (halfvec). */
const MAX_DIMENSIONS = 4_000
/** Up to so many matching rows are compared one by one: exact, and no slower than an index behind a filter. */
const EXACT_SEARCH_MAX_ROWS = 10_000
/** An index is built when there are so many vectors, and not before: building it at once is several times faster. */
const INDEXED_FROM = 10_000
const CANCEL_AGAIN_MS = 500
const LOOK_FOR_INDEX_EVERY = 1_000
const LOOK_AGAIN_AFTER_MS = 5_000
/** An index that is not there is not begun again by every search. */
const BUILD_AGAIN_AFTER_MS = 5 * 60_000
/**
 * How many candidates the graph is searched with (`hnsw.ef_search`): pgvector's 40 finds a third too few among vectors without close neighbours, this
 * at least 97 %.
 */
const EF_SEARCH_PER_RESULT = 4
const MIN_EF_SEARCH = 400
const MAX_EF_SEARCH = 1_000
/** Many of them do not pass a filter. */
const EF_SEARCH_TIMES_FILTERED = 2
/** What a node of the graph takes in memory besides its vector (computed from pgvector's structures). */
const GRAPH_BYTES_PER_LINK = 64
/** More than this has to be set on the server. */
const MAX_BUILD_MEMORY_KB = 1024 * 1024
const DISK_FULL = '53100'
const MAX_SCANNED_ROWS = 200_000
/** So many more are taken from the index than are wanted. */
const OVERSAMPLING = 1.2
const MORE = 10
const PAIR_ROWS = 128
const PAIR_NEIGHBOURS = 12

/** pgvector's own. */
const HNSW = { m: 16, ef_construction: 64 }

export interface PostgresVectorsOptions {
  canWrite: boolean
  hnsw?: { m: number; ef_construction: number } | undefined
  /** Finds or makes the number of an embedder; a standby has to be told. */
  register?: (space: VectorSpace) => ReturnType<typeof registerEmbedder>
  log: { warn(message: string): void; info(message: string): void }
}

/**
 * Vectors in a column of pgvector's half-precision type, with an HNSW index for each embedder (Malkov & Yashunin 2016). The
 * cosine is computed, not the inner product: rounded to half precision, vectors do not have quite unit length.
 */
export function createPostgresVectors(
  database: Kysely<Tables>,
  {
    canWrite,
    hnsw = HNSW,
    register = (requested) => registerEmbedder(database, requested, canWrite),
    log,
  }: PostgresVectorsOptions,
): VectorStore & { close(): Promise<void> } {
  let current: SearchedSpace | undefined
  let isIndexed = false
  let lookedForIndexAt = 0
  let buildAgainAt = 0
  let insertedSince = 0
  let building: Promise<void> | undefined
  /** The server's process that builds it. */
  let builder: number | undefined
  let isClosing = false

  const space = (): SearchedSpace => {
    if (current === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return current
  }
  /** Written out, so that the planner sees which index it is: one for each embedder. */
  const isOfSpace = () => sql<boolean>`vectors.embedder_id = ${sql.lit(space().embedderId)}`
  const dataOf = (table: 'vectors' | 'a' | 'b') =>
    sql`${sql.ref(`${table}.data`)}::halfvec(${sql.lit(space().dimensions)})`

  return {
    async use(requested) {
      if (requested.dimensions > MAX_DIMENSIONS)
        throw new DomainError(
          'config_invalid',
          `The embedder "${requested.embedder}" has ${requested.dimensions} dimensions; on PostgreSQL at most ${MAX_DIMENSIONS} can be indexed: use another embedder, or the embedded database.`,
        )
      const { id, dropped } = await register(requested)
      if (dropped !== undefined) await dropIndex(dropped)
      current = { ...requested, embedderId: id }
      isIndexed = await hasIndex(id)
      buildIndexIfDue()
      return current
    },

    async insert(transaction, vectors) {
      if (vectors.size === 0) return []
      const rows = [...vectors].map(
        ([hash, vector]) => sql`(${sql.lit(space().embedderId)}::int, ${hash}, ${textOf(vector)}::halfvec)`,
      )
      const { rows: added } = await sql<{ id: number; content_hash: string }>`
        insert into vectors (embedder_id, content_hash, data) values ${sql.join(rows)}
        on conflict (content_hash, embedder_id) do nothing returning id, content_hash`.execute(transaction)
      return added
    },

    inserted(rows) {
      insertedSince += rows.length
      if (insertedSince < LOOK_FOR_INDEX_EVERY) return
      insertedSince = 0
      buildIndexIfDue()
    },
    removed() {},
    changed() {},

    async findNearest(query) {
      const unit = toUnitLength(query.vector)
      const isFew = (await countMatches(query)) <= EXACT_SEARCH_MAX_ROWS
      if (!isFew && !isIndexed) await lookForIndex()
      const found =
        isFew || !isIndexed
          ? await searchExactly(query, unit)
          : ((await searchIndex(query, unit)) ?? (await searchExactly(query, unit)))
      const pinned =
        query.alwaysInclude === undefined ? undefined : await scoreOf(query.alwaysInclude, query, unit)
      const others = found.filter(({ imageId }) => imageId !== query.alwaysInclude)
      return topMatches(pinned === undefined ? others : [...others, pinned], query.topK, query.alwaysInclude)
    },

    async vectorsOf(imageIds) {
      const { rows } = await sql<{ id: string; contentHash: string; data: string }>`
        select images.id, images.content_hash as "contentHash", vectors.data::text as data from images
        join vectors on vectors.content_hash = images.content_hash and ${isOfSpace()}
        where images.id in ${POSTGRES.texts(imageIds)}`.execute(database)
      return rows.map(({ id, contentHash, data }) => ({
        id,
        contentHash,
        vector: Float32Array.from(JSON.parse(data) as number[]),
      }))
    },

    async similarPairs(after, threshold) {
      const { rows } = await sql<{ id: number; a: string; b: string | null; score: number }>`
        select a.id, a.content_hash as a, near.content_hash as b, near.score
        from (select id, content_hash, data from vectors where ${isOfSpace()} and id > ${after}
              order by id limit ${sql.lit(PAIR_ROWS)}) as a
        left join lateral (
          select * from (
            select vectors.id, vectors.content_hash, 1 - (${dataOf('vectors')} <=> ${dataOf('a')}) as score
            from vectors where ${isOfSpace()}
            order by ${dataOf('vectors')} <=> ${dataOf('a')} limit ${sql.lit(PAIR_NEIGHBOURS)}
          ) as nearest where nearest.id <> a.id and nearest.score >= ${threshold}
        ) as near on true
        order by a.id`.execute(database)
      const pairs = rows.flatMap(({ a, b, score }) => (b === null ? [] : [{ a, b, score }]))
      const ids = new Set(rows.map(({ id }) => id))
      const last = ids.size === 0 ? undefined : Math.max(...ids)
      return { pairs, compared: ids.size, last, next: ids.size < PAIR_ROWS ? undefined : last }
    },

    async forget(embedderIds) {
      for (const id of embedderIds) await dropIndex(id)
      if (current !== undefined && embedderIds.includes(current.embedderId)) current = undefined
      await sql`vacuum (analyze) vectors`.execute(database)
    },

    async close() {
      isClosing = true
      // Building may take hours; what is left of it is dropped by whoever begins it again.
      while (building !== undefined) {
        // If the server is gone, so is the build.
        if (builder !== undefined)
          await sql`select pg_cancel_backend(${builder})`.execute(database).catch(() => {})
        await Promise.race([building, sleep(CANCEL_AGAIN_MS)])
      }
    },
  }

  /** Those that match the filter, or one more than are compared one by one. */
  async function countMatches({ filter }: NearestQuery): Promise<number> {
    if (isUnfiltered(filter)) return EXACT_SEARCH_MAX_ROWS + 1
    const some = database
      .selectFrom('images')
      .select(sql`1`.as('one'))
      .where(filterCondition(filter, POSTGRES))
      .limit(EXACT_SEARCH_MAX_ROWS + 1)
    const { matches } = await database
      .selectFrom(some.as('some'))
      .select((eb) => eb.fn.countAll<number>().as('matches'))
      .executeTakeFirstOrThrow()
    return matches
  }

  /** @returns undefined if the index was looked through as far as it may be and too few pass the filter */
  async function searchIndex(query: NearestQuery, unit: Float32Array): Promise<Match[] | undefined> {
    const enough = Math.max(MIN_EF_SEARCH, EF_SEARCH_PER_RESULT * query.topK)
    const times = isUnfiltered(query.filter) ? 1 : EF_SEARCH_TIMES_FILTERED
    const efSearch = Math.min(MAX_EF_SEARCH, times * enough)
    const found = await database.transaction().execute(async (transaction) => {
      await sql`set local hnsw.ef_search = ${sql.lit(efSearch)}`.execute(transaction)
      // It goes on until enough pass the filter.
      await sql`set local hnsw.iterative_scan = strict_order`.execute(transaction)
      await sql`set local hnsw.max_scan_tuples = ${sql.lit(MAX_SCANNED_ROWS)}`.execute(transaction)
      const { rows } = await nearest(query, unit, distance(unit)).execute(transaction)
      return rows
    })
    return found.length < query.topK ? undefined : found
  }

  async function searchExactly(query: NearestQuery, unit: Float32Array): Promise<Match[]> {
    // No order of an index is this.
    const { rows } = await nearest(query, unit, sql`(${distance(unit)}) + 0`).execute(database)
    return rows
  }

  /** The order that the index has, and no other: with a second key PostgreSQL would not use it. Vectors and query are as coarse as it is. */
  function distance(unit: Float32Array) {
    return sql`${dataOf('vectors')} <=> ${textOf(unit)}::halfvec`
  }

  /** Cosine similarity, with the query as fine as it was given. */
  function scoreTo(unit: Float32Array) {
    const dimensions = sql.lit(space().dimensions)
    return sql`1 - (vectors.data::vector(${dimensions}) <=> ${textOf(unit)}::vector)`
  }

  /** Some more than are wanted, since the last ones are judged anew with a finer query. */
  function nearest({ filter, topK }: NearestQuery, unit: Float32Array, order: ReturnType<typeof sql>) {
    const limit = Math.ceil(topK * OVERSAMPLING) + MORE
    const images = database
      .selectFrom('images')
      .select(['id', 'content_hash'])
      .where(filterCondition(filter, POSTGRES))
    return sql<Match>`
      select "imageId", ${scoreTo(unit)} as score from (
        select images.id as "imageId", vectors.data
        from vectors join ${isUnfiltered(filter) ? sql`images` : sql`(${images}) as images`}
          on images.content_hash = vectors.content_hash
        where ${isOfSpace()}
        order by ${order} limit ${limit}
      ) as vectors`
  }

  async function scoreOf(
    imageId: string,
    { filter }: NearestQuery,
    unit: Float32Array,
  ): Promise<Match | undefined> {
    const image = database
      .selectFrom('images')
      .select(['id', 'content_hash'])
      .where(filterCondition(filter, POSTGRES))
      .where('images.id', '=', imageId)
    const { rows } = await sql<Match>`
      select image.id as "imageId", ${scoreTo(unit)} as score
      from (${image}) as image join vectors on vectors.content_hash = image.content_hash and ${isOfSpace()}`.execute(
      database,
    )
    return rows[0]
  }

  async function hasIndex(embedderId: number): Promise<boolean> {
    const { rows } = await sql<{ ready: boolean }>`
      select indisvalid as ready from pg_index where indexrelid = to_regclass(${indexName(embedderId)})`.execute(
      database,
    )
    return rows[0]?.ready ?? false
  }

  /** Another process may have built it. */
  async function lookForIndex(): Promise<void> {
    const now = performance.now()
    if (now - lookedForIndexAt < LOOK_AGAIN_AFTER_MS) return
    lookedForIndexAt = now
    isIndexed = await hasIndex(space().embedderId)
    // Whoever began to build it may have come to an end; what has failed fails again at once.
    if (now >= buildAgainAt) buildIndexIfDue()
  }

  function buildIndexIfDue(): void {
    if (!canWrite || isIndexed || building !== undefined || isClosing) return
    building = buildIndex()
      .catch((error) => {
        if (isClosing) return
        log.warn(`The vector index could not be built: ${messageOf(error)}. Searches compare with all rows.`)
      })
      .then(() => {
        buildAgainAt = performance.now() + BUILD_AGAIN_AFTER_MS
      })
      .finally(() => {
        building = undefined
      })
  }

  /** One process at a time; writes go on meanwhile. */
  async function buildIndex(): Promise<void> {
    const { embedder, embedderId, dimensions } = space()
    const { rows } = await sql<{ count: number }>`
      select count(*) from (select 1 from vectors where ${isOfSpace()} limit ${sql.lit(INDEXED_FROM)}) as first_ones`.execute(
      database,
    )
    if (rows[0]!.count < INDEXED_FROM) return
    const name = indexName(embedderId)
    await database.connection().execute(async (connection) => {
      const { rows: locks } = await sql<{ got: boolean }>`
        select pg_try_advisory_lock(hashtext('sketch-search index'), ${embedderId}) as got`.execute(
        connection,
      )
      if (!locks[0]!.got) return
      try {
        const { rows: processes } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
          connection,
        )
        builder = processes[0]!.pid
        if (await hasIndex(embedderId)) return
        log.info(`The vector index of the embedder "${embedder}" is being built.`)
        // What is left of a build that was broken off.
        await sql`drop index concurrently if exists ${sql.id(name)}`.execute(connection)
        const create = sql`create index concurrently ${sql.id(name)} on vectors
          using hnsw ((data::halfvec(${sql.lit(dimensions)})) halfvec_cosine_ops)
          with (m = ${sql.lit(hnsw.m)}, ef_construction = ${sql.lit(hnsw.ef_construction)})
          where embedder_id = ${sql.lit(embedderId)}`
        await giveMemory(connection)
        await create.execute(connection).catch(async (error) => {
          if (systemCodeOf(error) !== DISK_FULL) throw error
          // Several processes share the graph in /dev/shm, which is small in containers; one alone does not need that.
          await sql`set max_parallel_maintenance_workers = 0`.execute(connection)
          await dropIndex(embedderId)
          await create.execute(connection)
        })
        // Without knowing how many there are now, the planner would rather sort.
        await sql`analyze images, vectors`.execute(connection)
      } finally {
        builder = undefined
        await sql`reset maintenance_work_mem`.execute(connection)
        await sql`reset max_parallel_maintenance_workers`.execute(connection)
        await sql`select pg_advisory_unlock(hashtext('sketch-search index'), ${embedderId})`.execute(
          connection,
        )
      }
    })
    isIndexed = await hasIndex(embedderId)
  }

  /** A graph that does not fit into memory while it is built takes several times as long. */
  async function giveMemory(connection: Kysely<Tables>): Promise<void> {
    const { embedderId, dimensions } = space()
    const perVector = 2 * dimensions + GRAPH_BYTES_PER_LINK * hnsw.m
    await sql`select set_config('maintenance_work_mem', greatest(
        pg_size_bytes(current_setting('maintenance_work_mem')) / 1024,
        least(${sql.lit(MAX_BUILD_MEMORY_KB)}, count(*) * ${sql.lit(perVector)} / 1024))::text || 'kB', false)
      from vectors where embedder_id = ${sql.lit(embedderId)}`.execute(connection)
  }

  async function dropIndex(embedderId: number): Promise<void> {
    await sql`drop index concurrently if exists ${sql.id(indexName(embedderId))}`.execute(database)
    if (current?.embedderId === embedderId) isIndexed = false
  }
}

function indexName(embedderId: number): string {
  return `vectors_hnsw_${embedderId}`
}

function textOf(vector: Float32Array): string {
  return `[${vector.join(',')}]`
}

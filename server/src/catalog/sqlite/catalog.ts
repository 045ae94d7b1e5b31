import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { openDatabase } from '../../database/sqlite/database.ts'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { DomainError } from '../../errors.ts'
import type { Catalog, NearPair } from '../catalog.ts'
import { fromFloat16, toFloat16 } from '../float16.ts'
import type { Tables } from '../schema.ts'
import { createSqlCatalog } from '../sql/sql-catalog.ts'
import type { VectorStore } from '../sql/vector-store.ts'
import { openSpaceIndex, removeIndexFile, type SpaceIndex } from './space-index.ts'
import { findCandidates } from './vector-search.ts'

/** A catalog that does its upkeep in small parts, when there is nothing else to do. */
export interface MaintainedCatalog extends Catalog {
  /** @returns whether there is more to do */
  maintain(): Promise<boolean>
}

export interface SqliteCatalogOptions {
  /** Holds `catalog.sqlite` and the index files; created if it is missing. */
  directory: string
  /** False for a visitor, who searches while another process owns the directory and its index file. */
  savesIndex: boolean
}

/** So few that a search which comes meanwhile waits for milliseconds, also among a million. */
const PAIR_ROWS = 16
const PAIR_NEIGHBOURS = 12

/**
 * The catalog in one SQLite file with a vector index beside it. Its calls must not overlap: they share one connection.
 */
export async function openSqliteCatalog(options: SqliteCatalogOptions): Promise<MaintainedCatalog> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 })
  const database = await openDatabase(join(options.directory, 'catalog.sqlite'))
  const { vectors, maintain, close } = createIndexedVectors(database, options)
  return { ...createSqlCatalog({ database, dialect: SQLITE, vectors, close }), maintain }
}

/** Vectors in the database, found by an index in memory that is derived from them. */
function createIndexedVectors(
  database: Kysely<Tables>,
  { directory, savesIndex }: SqliteCatalogOptions,
): Pick<MaintainedCatalog, 'maintain' | 'close'> & { vectors: VectorStore } {
  let current: SpaceIndex | undefined
  const space = (): SpaceIndex => {
    if (current === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return current
  }
  const saveAll = async (): Promise<void> => {
    if (savesIndex) await current?.save(true)
    await current?.written()
  }
  const vectors: VectorStore = {
    async use(requested) {
      await saveAll()
      current = await openSpaceIndex(database, directory, requested, savesIndex)
      return current
    },

    async insert(transaction, vectors) {
      if (vectors.size === 0) return []
      return transaction
        .insertInto('vectors')
        .values(
          [...vectors].map(([hash, vector]) => ({
            embedder_id: space().embedderId,
            content_hash: hash,
            data: toFloat16(vector),
          })),
        )
        .onConflict((conflict) => conflict.columns(['content_hash', 'embedder_id']).doNothing())
        .returning(['id', 'content_hash'])
        .execute()
    },

    inserted(rows, vectors) {
      const { index, dimensions, changed } = space()
      const added = new Float32Array(rows.length * dimensions)
      for (const [n, { content_hash: hash }] of rows.entries()) added.set(vectors.get(hash)!, n * dimensions)
      index.add(
        rows.map(({ id }) => id),
        added,
      )
      changed(rows.length)
    },

    removed(ids) {
      const { index, changed } = space()
      index.remove([...ids])
      changed(ids.length)
    },

    changed: () => space().changed(0),

    findNearest: (query) => findCandidates(database, space(), query),

    async vectorsOf(imageIds) {
      // A cross join, because SQLite then takes the tables in this order: from the few images to their vectors.
      const rows = await database
        .selectFrom('images')
        .crossJoin('vectors')
        .whereRef('vectors.content_hash', '=', 'images.content_hash')
        .select(['images.id as id', 'images.content_hash as contentHash', 'vectors.data as data'])
        .where('vectors.embedder_id', '=', space().embedderId)
        .where('images.id', 'in', SQLITE.texts(imageIds))
        .execute()
      return rows.map(({ id, contentHash, data }) => ({ id, contentHash, vector: fromFloat16(data) }))
    },

    async similarPairs(after, threshold) {
      const { embedderId, index } = space()
      const rows = await database
        .selectFrom('vectors')
        .select(['id', 'content_hash', 'data'])
        // The sign keeps SQLite from sorting all vectors of the embedder for each part.
        .where(sql<number>`+embedder_id`, '=', embedderId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAIR_ROWS)
        .execute()
      const near = rows.flatMap((row) =>
        index
          .search(fromFloat16(row.data), PAIR_NEIGHBOURS)
          .filter(({ key, score }) => key !== row.id && score >= threshold)
          .map(({ key, score }) => ({ a: row.content_hash, key, score })),
      )
      const others = await database
        .selectFrom('vectors')
        .select(['id', 'content_hash'])
        .where('id', 'in', SQLITE.numbers(near.map(({ key }) => key)))
        .execute()
      const contents = new Map(others.map((row) => [row.id, row.content_hash]))
      const pairs: NearPair[] = near.map(({ a, key, score }) => ({ a, b: contents.get(key) ?? a, score }))
      const last = rows.at(-1)?.id
      return { pairs, compared: rows.length, last, next: rows.length < PAIR_ROWS ? undefined : last }
    },

    async forget(embedderIds) {
      if (current !== undefined && embedderIds.includes(current.embedderId)) {
        // Else its file would come back.
        await current.written()
        current = undefined
      }
      for (const id of embedderIds) removeIndexFile(directory, id)
      await sql`vacuum`.execute(database)
      await sql`pragma wal_checkpoint(truncate)`.execute(database)
    },
  }

  return {
    vectors,
    async maintain() {
      if (current === undefined) return false
      const isComplete = current.isComplete() || (await current.catchUp())
      if (savesIndex) await current.save(false)
      return !isComplete
    },
    async close() {
      try {
        await saveAll()
      } finally {
        await database.destroy()
      }
    },
  }
}

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { SQLITE } from '../../database/sqlite/dialect.ts'
import { messageOf } from '../../errors.ts'
import type { ImageFilter, VectorSpace } from '../catalog.ts'
import { fromFloat16 } from '../float16.ts'
import type { Tables } from '../schema.ts'
import { registerEmbedder } from '../sql/spaces.ts'
import { openVectorIndex, type VectorIndex } from './vector-index.ts'

/** The vectors of one embedder, in the database and in the index that is derived from it. */
export interface SpaceIndex extends VectorSpace {
  embedderId: number
  index: VectorIndex
  /** Adds a part of the vectors that the index still lacks. @returns whether it lacks none now */
  catchUp(): Promise<boolean>
  /** Whether the index holds every vector; until then a search compares with all rows. */
  isComplete(): boolean
  /** To be told of every write: what was kept for filters no longer holds, and the index may have to be saved. */
  changed(vectors: number): void
  /** What was found out about a filter, if nothing was written since. */
  matchesOf(filter: ImageFilter): FilterMatches | undefined
  keepMatches(filter: ImageFilter, matches: FilterMatches): void
  /**
   * Saves the index if enough of it has changed, or if anything has and `always` is given; also one that still lacks
   * vectors, so that a start that was interrupted goes on where it was. Resolves when it may be changed again; the file is
   * finished beside what comes then.
   */
  save(always: boolean): Promise<void>
  /** Resolves when no file is being written. What went wrong with it was told, and it is still to be saved. */
  written(): Promise<void>
}

/** An image with its vector as float16. */
export interface VectorRow {
  imageId: string
  data: Uint8Array
}

/** How many images pass a filter, and those themselves if they are few. */
export interface FilterMatches {
  count: number
  rows: readonly VectorRow[] | undefined
}

const KEPT_FILTERS = 4
const CATCH_UP_ROWS = 256
/** Rebuilding what an interrupted run had not saved should take seconds, not minutes. */
const MIN_UNSAVED = 5_000
const MAX_UNSAVED_SHARE = 0.1

/** Registers the embedder if it is new, loads its index and finds out what the index lacks. */
export async function openSpaceIndex(
  database: Kysely<Tables>,
  directory: string,
  { embedder, fingerprint, dimensions }: VectorSpace,
  canWrite: boolean,
): Promise<SpaceIndex> {
  const registered = await registerEmbedder(database, { embedder, fingerprint, dimensions }, canWrite)
  const { id: embedderId, dropped } = registered
  if (dropped !== undefined) removeIndexFile(directory, dropped)
  mkdirSync(directory, { recursive: true })
  const indexFile = indexFileOf(directory, embedderId)
  const saved = await openVectorIndex(indexFile, dimensions)
  // The database was restored from a backup, or begun anew: it will give the same numbers to other vectors.
  const isOfAnother = canWrite && (saved.keys.at(-1) ?? 0) > (await lastNumber(database))
  if (isOfAnother) removeIndexFile(directory, embedderId)
  const { index, keys } = isOfAnother ? await openVectorIndex(indexFile, dimensions) : saved
  const rows = await allKeys()
  const { missing, surplus } = difference(rows, keys)
  index.remove(surplus)
  let unsaved = surplus.length
  let next = 0
  let writing = Promise.resolve()
  const kept = new Map<string, FilterMatches>()

  return {
    embedder,
    fingerprint,
    dimensions,
    embedderId,
    index,
    isComplete: () => next >= missing.length,
    changed(vectors) {
      unsaved += vectors
      kept.clear()
    },
    matchesOf: (filter) => kept.get(JSON.stringify(filter)),
    keepMatches(filter, matches) {
      const [oldest] = kept.keys()
      if (kept.size >= KEPT_FILTERS) kept.delete(oldest!)
      kept.set(JSON.stringify(filter), matches)
    },
    async catchUp() {
      const keys = missing.slice(next, next + CATCH_UP_ROWS)
      const found = await database
        .selectFrom('vectors')
        .select(['id', 'data'])
        .where('id', 'in', SQLITE.numbers(keys))
        .execute()
      const vectors = new Float32Array(found.length * dimensions)
      for (const [n, row] of found.entries()) vectors.set(fromFloat16(row.data), n * dimensions)
      index.add(
        found.map((row) => row.id),
        vectors,
      )
      next += keys.length
      unsaved += found.length
      return next >= missing.length
    },
    written: () => writing,
    async save(always) {
      const due = always ? unsaved > 0 : unsaved > Math.max(MIN_UNSAVED, index.size * MAX_UNSAVED_SHARE)
      if (!due) return
      await writing
      const keys = await indexedKeys()
      const included = unsaved
      unsaved = 0
      writing = index.save(keys).catch((error) => {
        // Nobody waits for it, and what it is for can be rebuilt from the rows.
        unsaved += included
        console.error(`The index of the vectors can't be saved: ${messageOf(error)}`)
      })
    },
  }

  async function indexedKeys(): Promise<Float64Array> {
    const lacking = new Set(missing.slice(next))
    const keys = await allKeys()
    return lacking.size === 0 ? keys : keys.filter((key) => !lacking.has(key))
  }

  async function allKeys(): Promise<Float64Array> {
    const rows = await database
      .selectFrom('vectors')
      .select('id')
      .where('embedder_id', '=', embedderId)
      .orderBy('id')
      .execute()
    return Float64Array.from(rows, (row) => row.id)
  }
}

/** The highest number that the database has ever given to a vector. */
async function lastNumber(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'vectors'`.execute(
    database,
  )
  return rows[0]?.seq ?? 0
}

function indexFileOf(directory: string, embedderId: number): string {
  return join(directory, `${embedderId}.usearch`)
}

/** Removes the index of an embedder's vectors and the keys beside it. */
export function removeIndexFile(directory: string, embedderId: number): void {
  const file = indexFileOf(directory, embedderId)
  for (const part of [file, `${file}.keys`]) rmSync(part, { force: true })
}

/** Both lists ascend. */
function difference(rows: Float64Array, keys: Float64Array): { missing: number[]; surplus: number[] } {
  const missing: number[] = []
  const surplus: number[] = []
  let k = 0
  for (const row of rows) {
    while (k < keys.length && keys[k]! < row) surplus.push(keys[k++]!)
    if (keys[k] === row) k++
    else missing.push(row)
  }
  while (k < keys.length) surplus.push(keys[k++]!)
  return { missing, surplus }
}

import { mkdirSync, rmSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { messageOf } from '../../errors.ts'
import type { ImageFilter, VectorSpace } from '../catalog.ts'
import { registerEmbedder } from '../sql/embedders.ts'
import type { ActiveSpace } from '../sql/vector-backend.ts'
import { type IndexCopy, startIndexCopy } from './index-copy.ts'
import { addRows, difference, indexFileOf, vectorIds } from './index-rows.ts'
import { indexFiles, openVectorIndex, type VectorIndex } from './vector-index.ts'

/** The vectors of one embedder: rows in the database, and the index that is derived from them. */
export interface SpaceIndex extends ActiveSpace {
  index: VectorIndex
  /** Adds the next missing vectors to the index. @returns whether the index is complete now */
  catchUp(): Promise<boolean>
  /** Whether the index has every vector. */
  isComplete(): boolean
  /** The ids of the vectors that the index does not have yet. */
  absent(): readonly number[]
  /** Counts written vectors for the next save, and discards cached results of filters. */
  changed(vectors: number): void
  /** Returns the cached result of a filter. */
  matchesOf(filter: ImageFilter): FilterMatches | undefined
  keepMatches(filter: ImageFilter, matches: FilterMatches): void
  /**
   * Saves the index if enough has changed since the last time, or with `always` if anything has. An incomplete index is
   * saved as well, so that an interrupted start resumes. The index may be changed again when the promise resolves;
   * writing the file continues in the background. Searches wait while a file is written directly, so that a large index is
   * written by another thread, from a copy, unless `always` is set.
   */
  save(always: boolean): Promise<void>
  /**
   * Stops writing from a copy, and resolves when no file is being written. A failure has been logged. Changes that were not
   * written still count as unsaved.
   */
  written(): Promise<void>
}

/** An image with its vector as float16. */
export interface VectorRow {
  imageId: string
  data: Uint8Array
}

/** The number of images that pass a filter, and their vectors if there are few. */
export interface FilterMatches {
  count: number
  rows: readonly VectorRow[] | undefined
}

const MAX_CACHED_FILTERS = 4
const CATCH_UP_ROWS = 256
/**
 * The index is saved when a tenth of its vectors have changed, within these limits. After an interruption, adding vectors again takes a
 * millisecond each.
 */
const MAX_UNSAVED_SHARE = 0.1
const MIN_UNSAVED = 5_000
const MAX_UNSAVED = 50_000
/** The disk may be full, or there may be too little memory for a copy. */
const PAUSE_AFTER_FAILURE_MS = 5 * 60_000
/** Writing this many vectors takes some 30 ms. */
const MAX_DIRECT_SAVE = 20_000

/** Registers the embedder if it is new, and opens its index. */
export async function activateSpace(
  database: Kysely<Tables>,
  directory: string,
  space: VectorSpace,
  canWrite: boolean,
): Promise<SpaceIndex> {
  const { id: embedderId, dropped, further } = await registerEmbedder(database, space, canWrite)
  if (dropped !== undefined) removeIndexFile(directory, dropped)
  return openSpaceIndex(database, directory, { ...space, embedderId, further }, canWrite)
}

/** Loads the index of an embedder and compares it with the rows. */
export async function openSpaceIndex(
  database: Kysely<Tables>,
  directory: string,
  space: ActiveSpace,
  canWrite: boolean,
  maxDirectSave = MAX_DIRECT_SAVE,
): Promise<SpaceIndex> {
  const { embedderId, dimensions } = space
  mkdirSync(directory, { recursive: true })
  const { index, keys: loaded } = await loadIndex(database, directory, { embedderId, dimensions, canWrite })
  const { missing, surplus } = difference(await vectorIds(database, embedderId), loaded)
  index.remove(surplus)
  let unsaved = surplus.length
  let next = 0
  let writing = Promise.resolve()
  let copy: IndexCopy | undefined
  let notBefore = 0

  const absent = () => missing.slice(next)
  const isComplete = () => next >= missing.length

  async function keys(): Promise<Float64Array> {
    const without = new Set(absent())
    return (await vectorIds(database, embedderId)).filter((id) => !without.has(id))
  }

  async function stopCopy(): Promise<void> {
    await copy?.stop()
    await writing
  }

  /** @returns a promise for the written file, once the index may be changed again */
  async function startWriting(isDirect: boolean): Promise<{ written: Promise<boolean> }> {
    if (isDirect) return { written: index.save(await keys()).then(() => true) }
    copy = startIndexCopy({ directory, embedderId, dimensions })
    const written = copy.written.finally(() => {
      copy = undefined
    })
    return { written }
  }

  return {
    ...space,
    index,
    ...cacheMatches((vectors) => {
      unsaved += vectors
    }),
    isComplete,
    absent,
    async catchUp() {
      const ids = missing.slice(next, next + CATCH_UP_ROWS)
      unsaved += (await addRows(database, ids, index, dimensions)).length
      next += ids.length
      return isComplete()
    },
    written: stopCopy,
    async save(always) {
      if (always) await stopCopy()
      if (copy !== undefined || unsaved <= (always ? 0 : mostUnsaved(index.size))) return
      if (!always && performance.now() < notBefore) return
      await writing
      const included = unsaved
      unsaved = 0
      const { written } = await startWriting(always || !isComplete() || index.size <= maxDirectSave)
      writing = written.then(
        (isWritten) => {
          if (!isWritten) unsaved += included
        },
        (error) => {
          // The index can be rebuilt from the rows.
          unsaved += included
          notBefore = performance.now() + PAUSE_AFTER_FAILURE_MS
          console.error(`The index of the vectors can't be saved: ${messageOf(error)}`)
        },
      )
    },
  }
}

/** @param size number of vectors in the index */
function mostUnsaved(size: number): number {
  return Math.max(MIN_UNSAVED, Math.min(MAX_UNSAVED, size * MAX_UNSAVED_SHARE))
}

/** Caches the last results of filters until something is written. */
function cacheMatches(
  onChange: (vectors: number) => void,
): Pick<SpaceIndex, 'changed' | 'matchesOf' | 'keepMatches'> {
  const cached = new Map<string, FilterMatches>()
  return {
    changed(vectors) {
      onChange(vectors)
      cached.clear()
    },
    matchesOf: (filter) => cached.get(JSON.stringify(filter)),
    keepMatches(filter, matches) {
      const [oldest] = cached.keys()
      if (cached.size >= MAX_CACHED_FILTERS) cached.delete(oldest!)
      cached.set(JSON.stringify(filter), matches)
    },
  }
}

async function loadIndex(
  database: Kysely<Tables>,
  directory: string,
  { embedderId, dimensions, canWrite }: { embedderId: number; dimensions: number; canWrite: boolean },
) {
  const file = indexFileOf(directory, embedderId)
  const saved = await openVectorIndex(file, dimensions)
  // A database that was restored from a backup or created again gives the same ids to other vectors.
  const isOutdated = canWrite && (saved.keys.at(-1) ?? 0) > (await lastVectorId(database))
  if (!isOutdated) return saved
  removeIndexFile(directory, embedderId)
  return openVectorIndex(file, dimensions)
}

/** The highest id that the database has ever given to a vector. */
async function lastVectorId(database: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`select seq from sqlite_sequence where name = 'vectors'`.execute(
    database,
  )
  return rows[0]?.seq ?? 0
}

/** Removes the index of an embedder's vectors, with all files beside it. */
export function removeIndexFile(directory: string, embedderId: number): void {
  for (const part of indexFiles(indexFileOf(directory, embedderId))) rmSync(part, { force: true })
}

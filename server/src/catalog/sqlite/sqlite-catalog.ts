import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Transaction } from 'kysely'
import { DomainError } from '../../errors.ts'
import { ROOT } from '../../gallery/paths.ts'
import type { Catalog, CatalogCounts, Image, KnownFile, NearPair } from '../catalog.ts'
import { subtreeRange } from '../filters.ts'
import { fromHalf, toHalf } from '../half.ts'
import type { Tables } from '../schema.ts'
import { openDatabase } from './database.ts'
import { listEmbedders, previousEmbedder, pruneEmbedder } from './embedders.ts'
import {
  indexedFiles,
  inList,
  listImages,
  nameColumns,
  selectImages,
  toImage,
  toKnownFile,
  upsertImages,
} from './images.ts'
import { findCandidates } from './nearest.ts'
import { type OpenSpace, openSpace } from './space.ts'

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

const PAIR_ROWS = 128
const PAIR_NEIGHBOURS = 12
/** Counting more images than this is repeated only after so many times the time that it took. */
const COUNT_AT_ONCE = 20_000
const COUNT_REST = 20

/**
 * The catalog in one SQLite file with a vector index beside it. Its calls must not overlap: they share one connection.
 */
export async function openSqliteCatalog({
  directory,
  savesIndex,
}: SqliteCatalogOptions): Promise<MaintainedCatalog> {
  mkdirSync(directory, { recursive: true })
  const database = await openDatabase(join(directory, 'catalog.sqlite'))
  let current: OpenSpace | undefined
  let counted: { counts: CatalogCounts; until: number } | undefined

  const space = (): OpenSpace => {
    if (current === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return current
  }

  return {
    async useSpace(wanted) {
      if (savesIndex) await current?.save(true)
      current = await openSpace(database, directory, wanted, savesIndex)
      counted = undefined
      return { previousEmbedder: await previousEmbedder(database, current.embedderId) }
    },

    listEmbedders: () => listEmbedders(database),

    async pruneEmbedder(name, keptFingerprint) {
      const pruned = await pruneEmbedder(database, directory, name, keptFingerprint)
      if (current?.embedder === name && current.fingerprint !== keptFingerprint) current = undefined
      return pruned
    },

    async getImage(id) {
      const row = await selectImages(database, space().embedderId).where('id', '=', id).executeTakeFirst()
      return row && toImage(row)
    },

    async getImageByPath(path) {
      const row = await selectImages(database, space().embedderId).where('path', '=', path).executeTakeFirst()
      return row && toImage(row)
    },

    listImages: (query) => listImages(database, space().embedderId, query),

    async findNearest(query) {
      const candidates = await findCandidates(database, space(), query)
      const page = candidates.slice(query.offset, query.offset + query.limit)
      const rows = await selectImages(database, space().embedderId)
        .where('images.id', 'in', inList(page.map(({ imageId }) => imageId)))
        .execute()
      const images = new Map(rows.map((row) => [row.id, toImage(row)]))
      return {
        images: page.map(({ imageId, score }) => ({ ...images.get(imageId)!, score })),
        total: candidates.length,
      }
    },

    async vectorsOf(imageIds) {
      const rows = await database
        .selectFrom('images')
        .innerJoin('vectors', 'vectors.content_hash', 'images.content_hash')
        .select(['images.id as id', 'vectors.data as data'])
        .where('vectors.embedder_id', '=', space().embedderId)
        .where('images.id', 'in', inList(imageIds))
        .execute()
      return rows.map(({ id, data }) => ({ id, vector: fromHalf(data) }))
    },

    async countByDirectory() {
      return database
        .selectFrom('images')
        .select((eb) => ['directory', eb.fn.countAll<number>().as('images')])
        .groupBy('directory')
        .orderBy('directory')
        .execute()
    },

    async counts() {
      if (counted !== undefined && performance.now() < counted.until) return counted.counts
      const start = performance.now()
      const counts = await count()
      const end = performance.now()
      const isLarge = counts.indexed + counts.withoutVector > COUNT_AT_ONCE
      counted = isLarge ? { counts, until: end + (end - start) * COUNT_REST } : undefined
      return counts
    },

    async listFailures({ offset, limit }) {
      const { total } = await currentFailures()
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow()
      const failures = await currentFailures()
        .select(['path', 'code', 'reason', 'failed_at as failedAt'])
        .orderBy('path')
        .limit(limit)
        .offset(offset)
        .execute()
      return { failures, total }
    },

    knownFiles: (directory) => knownFilesWhere('directory', [directory]),

    knownFilesAt: (paths) => knownFilesWhere('path', paths),

    async knownFilesByInode(inodes) {
      const rows = await indexedFiles(database, space().embedderId)
        .where('inode', 'in', inList(inodes))
        .execute()
      const failed = await database
        .selectFrom('failures')
        .selectAll()
        .where('inode', 'in', inList(inodes))
        .execute()
      return [...rows.map(toKnownFile), ...failed.map((row) => toKnownFile({ ...row, vector: undefined }))]
    },

    async knownDirectories(under) {
      const [first, end] = subtreeRange(under)
      const directoriesOf = (table: 'images' | 'failures') =>
        database
          .selectFrom(table)
          .select('directory')
          .where((eb) =>
            under === ROOT
              ? eb.lit(true)
              : eb.or([
                  eb('directory', '=', under),
                  eb.and([eb('directory', '>=', first), eb('directory', '<', end)]),
                ]),
          )
      const rows = await directoriesOf('images').union(directoriesOf('failures')).execute()
      return rows.map((row) => row.directory)
    },

    async mountPoints() {
      const rows = await database.selectFrom('mount_points').select('directory').execute()
      return rows.map((row) => row.directory)
    },

    async keepMountPoints(directories) {
      await database.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('mount_points').execute()
        if (directories.length === 0) return
        await transaction
          .insertInto('mount_points')
          .values(directories.map((directory) => ({ directory })))
          .execute()
      })
    },

    async contentFacts(contentHash) {
      const row = await database
        .selectFrom('images')
        .leftJoin('vectors', (join) =>
          join
            .onRef('vectors.content_hash', '=', 'images.content_hash')
            .on('vectors.embedder_id', '=', space().embedderId),
        )
        .select(['width', 'height', 'content_type', 'vectors.id as vector'])
        .where('images.content_hash', '=', contentHash)
        .limit(1)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { width, height, content_type: contentType, vector } = row
      return { width, height, contentType, hasVector: vector !== null }
    },

    async putImages(records) {
      if (records.length === 0) return []
      const { embedder, embedderId, index, dimensions, changed } = space()
      const misfit = records.find(({ vector }) => vector !== undefined && vector.length !== dimensions)
      if (misfit !== undefined) {
        const message = `A vector of ${misfit.vector?.length} dimensions is none of "${embedder}", which has ${dimensions}.`
        throw new DomainError('unavailable', message)
      }
      const embedded = new Map(
        records.flatMap(({ contentHash, vector }) => (vector === undefined ? [] : [[contentHash, vector]])),
      )
      const taken = records.filter(({ vector }) => vector === undefined).map(({ contentHash }) => contentHash)
      const { results, added, known } = await database.transaction().execute(async (transaction) => ({
        results: await upsertImages(transaction, records),
        added: await insertVectors(transaction, embedderId, embedded),
        known: await contentsWithVector(transaction, embedderId, taken),
        forgotten: await transaction
          .deleteFrom('failures')
          .where('path', 'in', inList(records.map(({ path }) => path)))
          .execute(),
      }))
      const vectors = new Float32Array(added.length * dimensions)
      for (const [n, { content_hash: hash }] of added.entries())
        vectors.set(embedded.get(hash)!, n * dimensions)
      index.add(
        added.map(({ id }) => id),
        vectors,
      )
      changed(added.length)
      return results.map((result, n) => {
        const { vector, contentHash } = records[n]!
        const lacksVector = vector === undefined && !embedded.has(contentHash) && !known.has(contentHash)
        return { ...result, lacksVector }
      })
    },

    async putFailure({ path, bytes, modifiedAt, inode, contentHash, code, reason, failedAt }) {
      const { directory } = nameColumns(path)
      space().changed(0)
      return database.transaction().execute(async (transaction) => {
        // What just the embedder can do nothing with can still be seen, and other embedders have vectors of it.
        const isSeen = code === 'embedder_failed' && contentHash !== undefined
        const gone = await transaction
          .deleteFrom('images')
          .where('path', '=', path)
          .$if(isSeen, (query) => query.where('content_hash', '!=', contentHash!))
          .returning('content_hash')
          .executeTakeFirst()
        await transaction.deleteFrom('failures').where('path', '=', path).execute()
        await transaction
          .insertInto('failures')
          .values({
            path,
            directory,
            bytes,
            modified_at: modifiedAt,
            inode,
            content_hash: contentHash ?? null,
            code,
            reason,
            failed_at: failedAt,
            embedder_id: code === 'embedder_failed' ? space().embedderId : null,
          })
          .execute()
        return gone?.content_hash
      })
    },

    async forgetFailures() {
      const { numDeletedRows } = await database.deleteFrom('failures').executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },

    async removeFiles(paths) {
      space().changed(0)
      return database.transaction().execute(async (transaction) => {
        const rows = await selectImages(transaction, space().embedderId)
          .where('path', 'in', inList(paths))
          .execute()
        await transaction.deleteFrom('images').where('path', 'in', inList(paths)).execute()
        await transaction.deleteFrom('failures').where('path', 'in', inList(paths)).execute()
        return rows.map(toImage)
      })
    },

    async moveFile(from, { path, inode, modifiedAt, createdAt }) {
      space().changed(0)
      return database.transaction().execute(async (transaction) => {
        const moved = await transaction
          .selectFrom('images')
          .select('id')
          .where('path', '=', from)
          .executeTakeFirst()
        if (moved === undefined) return false
        await transaction.deleteFrom('failures').where('path', 'in', [from, path]).execute()
        await transaction.deleteFrom('images').where('path', '=', path).execute()
        await transaction
          .updateTable('images')
          .set({ path, ...nameColumns(path), inode, modified_at: modifiedAt, created_at: createdAt })
          .where('id', '=', moved.id)
          .execute()
        return true
      })
    },

    async collectGarbage(among) {
      const rows = await database
        .deleteFrom('vectors')
        .where((eb) => (among === undefined ? eb.lit(true) : eb('content_hash', 'in', inList(among))))
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('images')
                .select('id')
                .whereRef('images.content_hash', '=', 'vectors.content_hash'),
            ),
          ),
        )
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('failures')
                .select('path')
                .whereRef('failures.content_hash', '=', 'vectors.content_hash'),
            ),
          ),
        )
        .returning(['id', 'content_hash', 'embedder_id'])
        .execute()
      const { embedderId, index, changed } = space()
      const removed = rows.filter((row) => row.embedder_id === embedderId).map((row) => row.id)
      index.remove(removed)
      changed(removed.length)
      return [...new Set(rows.map((row) => row.content_hash))]
    },

    async nearPairs(after, threshold) {
      const { embedderId, index } = space()
      const rows = await database
        .selectFrom('vectors')
        .select(['id', 'content_hash', 'data'])
        .where('embedder_id', '=', embedderId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(PAIR_ROWS)
        .execute()
      const near = rows.flatMap((row) =>
        index
          .search(fromHalf(row.data), PAIR_NEIGHBOURS)
          .filter(({ key, score }) => key !== row.id && score >= threshold)
          .map(({ key, score }) => ({ a: row.content_hash, key, score })),
      )
      const others = await database
        .selectFrom('vectors')
        .select(['id', 'content_hash'])
        .where('id', 'in', inList(near.map(({ key }) => key)))
        .execute()
      const contents = new Map(others.map((row) => [row.id, row.content_hash]))
      const pairs: NearPair[] = near.map(({ a, key, score }) => ({ a, b: contents.get(key) ?? a, score }))
      return { pairs, next: rows.length < PAIR_ROWS ? undefined : rows.at(-1)!.id }
    },

    async unknownContents(contentHashes) {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .distinct()
        .where('content_hash', 'in', inList(contentHashes))
        .execute()
      const known = new Set(rows.map((row) => row.content_hash))
      return contentHashes.filter((hash) => !known.has(hash))
    },

    async imagesOfContents(contentHashes): Promise<Image[]> {
      const rows = await selectImages(database, space().embedderId)
        .where('content_hash', 'in', inList(contentHashes))
        .orderBy('path')
        .execute()
      return rows.map(toImage)
    },

    async sharedContents() {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .groupBy('content_hash')
        .having((eb) => eb(eb.fn.countAll<number>(), '>', 1))
        .execute()
      return rows.map((row) => row.content_hash)
    },

    async maintain() {
      if (current === undefined) return false
      if (!current.isComplete()) return !(await current.catchUp())
      if (savesIndex) await current.save(false)
      return false
    },

    async close() {
      try {
        if (savesIndex) await current?.save(true)
      } finally {
        await database.destroy()
      }
    },
  }

  async function knownFilesWhere(column: 'directory' | 'path', values: string[]): Promise<KnownFile[]> {
    const indexed = await indexedFiles(database, space().embedderId)
      .where(column, 'in', inList(values))
      .execute()
    const failed = await database
      .selectFrom('failures')
      .selectAll()
      .where(column, 'in', inList(values))
      .execute()
    // What another embedder could do nothing with, this one has yet to try.
    const isCurrent = (id: number | null) => id === null || id === space().embedderId
    const files = [
      ...indexed.map(toKnownFile),
      ...failed.map((row) => toKnownFile({ ...row, vector: isCurrent(row.embedder_id) ? undefined : null })),
    ]
    // A file that can be seen although the embedder failed on it counts as failed.
    return [...new Map(files.map((file) => [file.path, file])).values()]
  }

  /** Without those of other embedders. */
  function currentFailures() {
    return database
      .selectFrom('failures')
      .where((eb) =>
        eb.or([eb('failures.embedder_id', 'is', null), eb('failures.embedder_id', '=', space().embedderId)]),
      )
  }

  async function count(): Promise<CatalogCounts> {
    const { embedderId } = space()
    const { all, failed, seen, indexed } = await database
      .selectNoFrom((eb) => [
        eb.selectFrom('images').select(eb.fn.countAll<number>().as('n')).as('all'),
        currentFailures().select(eb.fn.countAll<number>().as('n')).as('failed'),
        currentFailures()
          .innerJoin('images', 'images.path', 'failures.path')
          .select(eb.fn.countAll<number>().as('n'))
          .as('seen'),
        eb
          .selectFrom('images')
          .innerJoin('vectors', 'vectors.content_hash', 'images.content_hash')
          .where('vectors.embedder_id', '=', embedderId)
          .select(eb.fn.countAll<number>().as('n'))
          .as('indexed'),
      ])
      .executeTakeFirstOrThrow()
    const withoutVector = (all ?? 0) - (indexed ?? 0) - (seen ?? 0)
    return { indexed: indexed ?? 0, withoutVector, failed: failed ?? 0 }
  }
}

async function contentsWithVector(
  transaction: Transaction<Tables>,
  embedderId: number,
  contentHashes: string[],
): Promise<Set<string>> {
  if (contentHashes.length === 0) return new Set()
  const rows = await transaction
    .selectFrom('vectors')
    .select('content_hash')
    .where('embedder_id', '=', embedderId)
    .where('content_hash', 'in', inList(contentHashes))
    .execute()
  return new Set(rows.map((row) => row.content_hash))
}

/** @returns the new rows; a content that has a vector already keeps it */
async function insertVectors(
  transaction: Transaction<Tables>,
  embedderId: number,
  vectors: ReadonlyMap<string, Float32Array>,
): Promise<{ id: number; content_hash: string }[]> {
  if (vectors.size === 0) return []
  return transaction
    .insertInto('vectors')
    .values(
      [...vectors].map(([hash, vector]) => ({
        embedder_id: embedderId,
        content_hash: hash,
        data: toHalf(vector),
      })),
    )
    .onConflict((conflict) => conflict.columns(['content_hash', 'embedder_id']).doNothing())
    .returning(['id', 'content_hash'])
    .execute()
}

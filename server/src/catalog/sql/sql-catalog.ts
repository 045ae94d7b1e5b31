import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import { DomainError } from '../../errors.ts'
import { ROOT } from '../../gallery/paths.ts'
import type { Catalog, CatalogCounts, Image, KnownFile } from '../catalog.ts'
import { subtreeRange } from '../filters.ts'
import type { Tables } from '../schema.ts'
import {
  indexedFiles,
  listImages,
  nameColumns,
  selectImages,
  toImage,
  toKnownFile,
  upsertImages,
} from './images.ts'
import { forgetEmbedders, listEmbedders, previousEmbedder } from './spaces.ts'
import type { SearchedSpace, VectorStore } from './vector-store.ts'

export interface SqlCatalogOptions extends SqlDatabase<Kysely<Tables>> {
  vectors: VectorStore
  close(): Promise<void>
}

/** Counting more images than this is repeated only after so many times the time that it took. */
const COUNT_AT_ONCE = 20_000
const COUNT_BACKOFF_FACTOR = 20

/** The catalog in a database that speaks SQL, except for its vectors. */
export function createSqlCatalog({ database, dialect, vectors, close }: SqlCatalogOptions): Catalog {
  let current: SearchedSpace | undefined
  let counted: { counts: CatalogCounts; until: number } | undefined

  const space = (): SearchedSpace => {
    if (current === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return current
  }

  return {
    async activateSpace(requested) {
      current = await vectors.use(requested)
      counted = undefined
      return { previousEmbedder: await previousEmbedder(database, current.embedderId) }
    },

    listEmbedders: () => listEmbedders(database),

    async pruneEmbedder(name, keptFingerprint) {
      const pruned = await forgetEmbedders({ database, dialect }, name, keptFingerprint)
      await vectors.forget(pruned.ids)
      if (current?.embedder === name && current.fingerprint !== keptFingerprint) current = undefined
      return pruned.vectors
    },

    async getImage(id) {
      const row = await selectImages(database, space().embedderId).where('id', '=', id).executeTakeFirst()
      return row && toImage(row)
    },

    async getImageByPath(path) {
      const row = await selectImages(database, space().embedderId).where('path', '=', path).executeTakeFirst()
      return row && toImage(row)
    },

    listImages: (query) => listImages({ database, dialect }, space().embedderId, query),

    async findNearest(query) {
      const unwanted = await idsOfContents(query.excludeHashes ?? [])
      const found = await vectors.findNearest({ ...query, topK: query.topK + unwanted.size })
      const candidates = found.filter(({ imageId }) => !unwanted.has(imageId)).slice(0, query.topK)
      const page = candidates.slice(query.offset, query.offset + query.limit)
      const rows = await selectImages(database, space().embedderId)
        .where('images.id', 'in', dialect.texts(page.map(({ imageId }) => imageId)))
        .execute()
      const images = new Map(rows.map((row) => [row.id, toImage(row)]))
      return {
        // One may have been deleted since.
        images: page.flatMap(({ imageId, score }) => {
          const image = images.get(imageId)
          return image === undefined ? [] : [{ ...image, score }]
        }),
        total: candidates.length,
      }
    },

    vectorsOf: (imageIds) => vectors.vectorsOf(imageIds),

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
      const isLarge = counts.indexed + counts.unembedded > COUNT_AT_ONCE
      counted = isLarge ? { counts, until: end + (end - start) * COUNT_BACKOFF_FACTOR } : undefined
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

    async countKnownFiles(directory) {
      const images = await database
        .selectFrom('images')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('directory', '=', directory)
        .executeTakeFirstOrThrow()
      const failures = await database
        .selectFrom('failures')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('directory', '=', directory)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('images').select('images.id').whereRef('images.path', '=', 'failures.path'))),
        )
        .executeTakeFirstOrThrow()
      return images.count + failures.count
    },

    knownFilesAt: (paths) => knownFilesWhere('path', paths),

    async knownFilesByInode(inodes) {
      const rows = await indexedFiles(database, space().embedderId)
        .where('inode', 'in', dialect.texts(inodes))
        .execute()
      const failed = await database
        .selectFrom('failures')
        .selectAll()
        .where('inode', 'in', dialect.texts(inodes))
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

    async contentInfo(contentHash) {
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

    async contentsWithVector(contentHashes) {
      return [...(await contentsWithVector({ database, dialect }, space().embedderId, contentHashes))]
    },

    async upsertImages(records) {
      if (records.length === 0) return []
      const { embedder, embedderId, dimensions } = space()
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
        results: await upsertImages({ database: transaction, dialect }, records),
        added: await vectors.insert(transaction, embedded),
        known: await contentsWithVector({ database: transaction, dialect }, embedderId, taken),
        forgotten: await transaction
          .deleteFrom('failures')
          .where('path', 'in', dialect.texts(records.map(({ path }) => path)))
          .execute(),
      }))
      vectors.inserted(added, embedded)
      vectors.changed()
      return results.map((result, n) => {
        const { vector, contentHash } = records[n]!
        const needsEmbedding = vector === undefined && !embedded.has(contentHash) && !known.has(contentHash)
        return { ...result, needsEmbedding }
      })
    },

    async putFailure({ path, bytes, modifiedAt, inode, contentHash, code, reason, failedAt }) {
      const { directory } = nameColumns(path)
      vectors.changed()
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
            // PostgreSQL has no such character.
            reason: reason.replaceAll('\0', ''),
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
      vectors.changed()
      return database.transaction().execute(async (transaction) => {
        const rows = await selectImages(transaction, space().embedderId)
          .where('path', 'in', dialect.texts(paths))
          .execute()
        await transaction.deleteFrom('images').where('path', 'in', dialect.texts(paths)).execute()
        await transaction.deleteFrom('failures').where('path', 'in', dialect.texts(paths)).execute()
        return rows.map(toImage)
      })
    },

    async moveFile(from, { path, inode, modifiedAt, createdAt }) {
      vectors.changed()
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

    async deleteUnusedVectors(among) {
      const rows = await database
        .deleteFrom('vectors')
        .where((eb) => (among === undefined ? eb.lit(true) : eb('content_hash', 'in', dialect.texts(among))))
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
      const { embedderId } = space()
      vectors.removed(rows.filter((row) => row.embedder_id === embedderId).map((row) => row.id))
      return [...new Set(rows.map((row) => row.content_hash))]
    },

    similarPairs: (after, threshold) => vectors.similarPairs(after, threshold),

    async unknownContents(contentHashes) {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .distinct()
        .where('content_hash', 'in', dialect.texts(contentHashes))
        .execute()
      const known = new Set(rows.map((row) => row.content_hash))
      return contentHashes.filter((hash) => !known.has(hash))
    },

    async imagesByContentHash(contentHashes): Promise<Image[]> {
      const rows = await selectImages(database, space().embedderId)
        .where('content_hash', 'in', dialect.texts(contentHashes))
        .orderBy('path')
        .execute()
      return rows.map(toImage)
    },

    async duplicateHashes() {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .groupBy('content_hash')
        .having((eb) => eb(eb.fn.countAll<number>(), '>', 1))
        .execute()
      return rows.map((row) => row.content_hash)
    },

    close,
  }

  async function knownFilesWhere(column: 'directory' | 'path', values: string[]): Promise<KnownFile[]> {
    const indexed = await indexedFiles(database, space().embedderId)
      .where(column, 'in', dialect.texts(values))
      .execute()
    const failed = await database
      .selectFrom('failures')
      .selectAll()
      .where(column, 'in', dialect.texts(values))
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

  async function idsOfContents(contentHashes: readonly string[]): Promise<Set<string>> {
    if (contentHashes.length === 0) return new Set()
    const rows = await database
      .selectFrom('images')
      .select('id')
      .where('content_hash', 'in', dialect.texts(contentHashes))
      .execute()
    return new Set(rows.map(({ id }) => id))
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
    const unembedded = (all ?? 0) - (indexed ?? 0) - (seen ?? 0)
    return { indexed: indexed ?? 0, unembedded, failed: failed ?? 0 }
  }
}
async function contentsWithVector(
  { database, dialect }: SqlDatabase,
  embedderId: number,
  contentHashes: string[],
): Promise<Set<string>> {
  if (contentHashes.length === 0) return new Set()
  const rows = await database
    .selectFrom('vectors')
    .select('content_hash')
    .where('embedder_id', '=', embedderId)
    .where('content_hash', 'in', dialect.texts(contentHashes))
    .execute()
  return new Set(rows.map((row) => row.content_hash))
}

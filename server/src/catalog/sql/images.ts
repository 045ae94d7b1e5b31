import { DomainError } from '../../errors.ts'
import type { ContentInfo, ImagePlace, ImageRecord, ImageStore, PutResult } from '../catalog.ts'
import { relinkMembers } from './collection-members.ts'
import type { SqlContext } from './context.ts'
import { countAll, createCounter } from './counts.ts'
import { foldedImages } from './folded.ts'
import { insertFurther } from './further-vectors.ts'
import { attributeValues, selectImages, toImage, upsertImages } from './image-rows.ts'
import { getAll, listImages, sample, section } from './lists.ts'
import { countOutdated, outdatedImages, setAttributes } from './outdated.ts'
import { timeline } from './timeline.ts'
import { embeddedContents } from './vectors.ts'

export function createSqlImages(context: SqlContext): ImageStore {
  const { database, dialect, space, attributes } = context
  return {
    async get(id) {
      const row = await selectImages(database, space().embedderId).where('id', '=', id).executeTakeFirst()
      return row && toImage(attributes, row)
    },

    async getByPath(path) {
      const row = await selectImages(database, space().embedderId).where('path', '=', path).executeTakeFirst()
      return row && toImage(attributes, row)
    },

    list: (query) => listImages(context, query),
    section: (query) => section(context, query),
    getAll: (ids) => getAll(context, ids),
    sample: (count) => sample(context, count),
    timeline: (filter) => context.results.get('timeline', filter, () => timeline(context, filter)),
    folded: (ids, filter) => foldedImages(context, ids, filter),

    countByDirectory: () =>
      context.results.get('countByDirectory', undefined, () =>
        database
          .selectFrom('images')
          .select((eb) => ['directory', eb.fn.countAll<number>().as('images')])
          .groupBy('directory')
          .orderBy('directory')
          .execute(),
      ),

    counts: createCounter(context, () => countAll(context)),

    async byContentHash(contentHashes) {
      const rows = await selectImages(database, space().embedderId)
        .where('content_hash', 'in', dialect.texts(contentHashes))
        .orderBy('path')
        .execute()
      return rows.map((row) => toImage(attributes, row))
    },

    placesOf: (contentHashes) => placesOf(context, contentHashes),

    async duplicateHashes() {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .groupBy('content_hash')
        .having((eb) => eb(eb.fn.countAll<number>(), '>', 1))
        .execute()
      return rows.map((row) => row.content_hash)
    },

    contentInfo: (contentHash) => contentInfo(context, contentHash),

    async unknownContents(contentHashes) {
      const rows = await database
        .selectFrom('images')
        .select('content_hash')
        .where('content_hash', 'in', dialect.texts(contentHashes))
        .union(
          database
            .selectFrom('trash')
            .select('content_hash')
            .where('content_hash', 'in', dialect.texts(contentHashes)),
        )
        .execute()
      const known = new Set(rows.map((row) => row.content_hash))
      return contentHashes.filter((hash) => !known.has(hash))
    },

    upsert: (records) => upsertWithVectors(context, records),
    outdated: (after, limit) => outdatedImages(context, after, limit),
    countOutdated: () => countOutdated(context),
    setAttributes: (updates) => setAttributes(context, updates),
  }
}

async function placesOf({ database, dialect }: SqlContext, contentHashes: string[]): Promise<ImagePlace[]> {
  return database
    .selectFrom('images')
    .select(['id', 'path', 'content_hash as contentHash', 'bytes', 'width', 'height'])
    .where('content_hash', 'in', dialect.texts(contentHashes))
    .orderBy('path')
    .execute()
}

async function contentInfo(context: SqlContext, contentHash: string): Promise<ContentInfo | undefined> {
  // Two queries: a single one in this order would read all copies.
  const row = (await rowOf(context, contentHash, true)) ?? (await rowOf(context, contentHash, false))
  if (row === undefined) return undefined
  return {
    attributes: attributeValues(context.attributes, row),
    attributesVersion: row.attributes_version,
    hasVector: row.vector !== null,
    hasSidecar: row.sidecar !== null,
  }
}

function rowOf({ database, space }: SqlContext, contentHash: string, isWithoutSidecar: boolean) {
  return database
    .selectFrom('images')
    .leftJoin('vectors', (join) =>
      join
        .onRef('vectors.content_hash', '=', 'images.content_hash')
        .on('vectors.embedder_id', '=', space().embedderId),
    )
    .selectAll('images')
    .select('vectors.id as vector')
    .where('images.content_hash', '=', contentHash)
    .$if(isWithoutSidecar, (query) => query.where('images.sidecar', 'is', null))
    .limit(1)
    .executeTakeFirst()
}

async function upsertWithVectors(context: SqlContext, records: readonly ImageRecord[]): Promise<PutResult[]> {
  if (records.length === 0) return []
  const { database, dialect, vectors, attributes, space } = context
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
  const { results, added, known } = await database.transaction().execute(async (transaction) => {
    // Vectors first, because they take long, and other transactions wait for the change of images.
    const added = await vectors.insert(transaction, embedded)
    await insertFurther(context, transaction, records)
    const results = await upsertImages({ database: transaction, dialect, attributes }, records)
    const newContents = records.filter((_, n) => results[n]!.isNew).map(({ contentHash }) => contentHash)
    if (newContents.length > 0) await relinkMembers({ database: transaction, dialect }, newContents)
    const known = await embeddedContents({ database: transaction, dialect }, embedderId, taken)
    await transaction
      .deleteFrom('failures')
      .where('path', 'in', dialect.texts(records.map(({ path }) => path)))
      .execute()
    return { results, added, known }
  })
  vectors.inserted(added, embedded)
  context.changed()
  return results.map((result, n) => {
    const { vector, contentHash } = records[n]!
    const needsEmbedding = vector === undefined && !embedded.has(contentHash) && !known.has(contentHash)
    return { ...result, needsEmbedding }
  })
}

import type { SqlDatabase } from '../../database/dialect.ts'
import type { NearContent, NearestQuery, NearestResult, SpaceName, VectorStore } from '../catalog.ts'
import type { SqlContext } from './context.ts'
import { selectImages, toImage } from './image-rows.ts'
import type { VectorBackend } from './vector-backend.ts'

export function createSqlVectors(context: SqlContext): VectorStore {
  const { database, dialect, space, vectors } = context
  return {
    nearest: (query) => findNearest(context, query),
    neighbours: (vector, count, space) => findNeighbours(context, vector, count, space),
    get: (imageIds, space) => vectors.get(imageIds, space),
    async embeddedContents(contentHashes) {
      return [...(await embeddedContents({ database, dialect }, space().embedderId, contentHashes))]
    },
    similarPairs: (after, threshold) => vectors.similarPairs(after, threshold),
    contentsOf: (ids) =>
      database
        .selectFrom('vectors')
        .select(['id', 'content_hash as contentHash'])
        .where('id', 'in', dialect.numbers(ids))
        .execute(),
    async deleteUnused(among) {
      const rows = await deleteUnused({ database, dialect }, among)
      const { embedderId } = space()
      vectors.removed(rows.filter((row) => row.embedder_id === embedderId).map((row) => row.id))
      return [...new Set(rows.map((row) => row.content_hash))]
    },
  }
}

async function findNearest(context: SqlContext, query: NearestQuery): Promise<NearestResult> {
  const { database, dialect, space, vectors, attributes } = context
  const excluded = await idsOfContents(context, query.excludeHashes ?? [])
  const found = await vectors.findNearest({ ...query, topK: query.topK + excluded.size })
  const matches = found.filter(({ imageId }) => !excluded.has(imageId)).slice(0, query.topK)
  const page = matches.slice(query.offset, query.offset + query.limit)
  const rows = await selectImages(database, space().embedderId)
    .where('images.id', 'in', dialect.texts(page.map(({ imageId }) => imageId)))
    .execute()
  const images = new Map(rows.map((row) => [row.id, toImage(attributes, row)]))
  return {
    // An image may have been deleted since.
    images: page.flatMap(({ imageId, score }) => {
      const image = images.get(imageId)
      return image === undefined ? [] : [Object.assign(image, { score })]
    }),
    total: matches.length,
    close: matches.filter(({ score }) => score >= (query.closeScore ?? Number.POSITIVE_INFINITY)).length,
  }
}

async function findNeighbours(
  { vectors }: SqlContext,
  vector: Float32Array,
  count: number,
  space: SpaceName | undefined,
): Promise<NearContent[]> {
  const near =
    (await vectors.findNearVectors?.(vector, count, space)) ??
    (await nearVectors(vectors, vector, count, space))
  const contents = new Map<string, NearContent>()
  for (const content of near)
    if (!contents.has(content.contentHash)) contents.set(content.contentHash, content)
  return [...contents.values()]
}

async function nearVectors(
  vectors: VectorBackend,
  vector: Float32Array,
  topK: number,
  space: SpaceName | undefined,
): Promise<NearContent[]> {
  const page = { topK, offset: 0, limit: topK }
  const matches = await vectors.findNearest({ vector, filter: {}, wholeImages: true, space, ...page })
  const found = await vectors.get(
    matches.map(({ imageId }) => imageId),
    space,
  )
  const images = new Map(found.map((image) => [image.id, image]))
  return matches.flatMap(({ imageId, score }) => {
    const image = images.get(imageId)
    return image === undefined ? [] : [{ contentHash: image.contentHash, vector: image.vector, score }]
  })
}

async function idsOfContents(
  { database, dialect }: SqlContext,
  contentHashes: readonly string[],
): Promise<Set<string>> {
  if (contentHashes.length === 0) return new Set()
  const rows = await database
    .selectFrom('images')
    .select('id')
    .where('content_hash', 'in', dialect.texts(contentHashes))
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Returns the given contents that have a vector from an embedder. */
export async function embeddedContents(
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

function deleteUnused({ database, dialect }: SqlDatabase, among: string[] | undefined) {
  return database
    .deleteFrom('vectors')
    .where((eb) => (among === undefined ? eb.lit(true) : eb('content_hash', 'in', dialect.texts(among))))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('images').select('id').whereRef('images.content_hash', '=', 'vectors.content_hash'),
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
    .where((eb) =>
      eb.not(
        eb.exists(
          eb.selectFrom('trash').select('id').whereRef('trash.content_hash', '=', 'vectors.content_hash'),
        ),
      ),
    )
    .returning(['id', 'content_hash', 'embedder_id'])
    .execute()
}

import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type {
  DeletedContents,
  NearContent,
  NearestQuery,
  NearestResult,
  SpaceName,
  VectorStore,
} from '../catalog.ts'
import type { SqlContext } from './context.ts'
import { selectImages, toImage } from './image-rows.ts'
import type { VectorBackend } from './vector-backend.ts'

/** Vectors whose contents are looked up in one statement, during which no other one runs in SQLite. */
const UNUSED_ROWS = 5000

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
    deleteUnused: (contentHashes) =>
      deleteUnused(context, (eb) => eb('content_hash', 'in', dialect.texts(contentHashes))),
    deleteUnusedAfter: (after) => deleteUnusedAfter(context, after),
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

/** In the order of the contents, whose index has all that is needed: rows with their vectors are many times as large. */
async function deleteUnusedAfter(context: SqlContext, after: string): Promise<DeletedContents> {
  const last = await context.database
    .selectFrom('vectors')
    .select('content_hash')
    .where('content_hash', '>', after)
    .orderBy('content_hash')
    .limit(1)
    .offset(UNUSED_ROWS - 1)
    .executeTakeFirst()
  const next = last?.content_hash
  const deleted = await deleteUnused(context, (eb) =>
    next === undefined
      ? eb('content_hash', '>', after)
      : eb.and([eb('content_hash', '>', after), eb('content_hash', '<=', next)]),
  )
  return { deleted, next }
}

/** @returns hashes of the deleted contents */
async function deleteUnused(
  context: SqlContext,
  among: (eb: ExpressionBuilder<Tables, 'vectors'>) => ExpressionWrapper<Tables, 'vectors', SqlBool>,
): Promise<string[]> {
  const rows = await deleteUnusedRows(context, among)
  const { embedderId } = context.space()
  context.vectors.removed(rows.filter((row) => row.embedder_id === embedderId).map((row) => row.id))
  return [...new Set(rows.map((row) => row.content_hash))]
}

function deleteUnusedRows({ database }: SqlContext, among: Parameters<typeof deleteUnused>[1]) {
  return database
    .deleteFrom('vectors')
    .where(among)
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

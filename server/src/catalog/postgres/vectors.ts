import { type Kysely, sql } from 'kysely'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import { DomainError } from '../../errors.ts'
import type { ImageVector, SimilarPairs, SpaceName, VectorSpace } from '../catalog.ts'
import { MAX_PAIRS_PER_VECTOR } from '../contract/vectors.ts'
import { registerEmbedder } from '../sql/embedders.ts'
import {
  type ActiveSpace,
  opened,
  type StoredSpace,
  spaceNamed,
  type VectorBackend,
} from '../sql/vector-backend.ts'
import { createIndexBuilder, hasIndex, type IndexBuilderOptions } from './index-builder.ts'
import { findMatches } from './vector-search.ts'
import { dataOf, isInSpace, vectorText } from './vector-sql.ts'

/** Longer vectors can't be indexed by pgvector 0.8 (halfvec). */
const MAX_DIMENSIONS = 4_000
/** Longer vectors can't be stored by pgvector (halfvec). */
const MAX_STORED_DIMENSIONS = 16_000
const PAIR_ROWS = 128

export interface PostgresVectorsOptions extends IndexBuilderOptions {
  /** Finds or inserts an embedder. A replica can't insert rows and uses the primary. */
  register?: (space: VectorSpace) => ReturnType<typeof registerEmbedder>
}

/**
 * Stores vectors in a column of pgvector's half-precision type, with an HNSW index for each embedder (Malkov & Yashunin
 * 2016). Distances are cosines rather than inner products, because rounding changes the length of unit vectors.
 */
export function createPostgresVectors(
  database: Kysely<Tables>,
  options: PostgresVectorsOptions,
): VectorBackend & { close(): Promise<void> } {
  const { register = (requested) => registerEmbedder(database, requested, options.canWrite) } = options
  const builder = createIndexBuilder(database, options)
  let active: ActiveSpace | undefined
  let former: (ActiveSpace & { isIndexed: boolean }) | undefined
  const space = (): ActiveSpace => {
    if (active === undefined) throw new DomainError('unavailable', 'No embedder has been chosen yet.')
    return active
  }
  const stored = (name: SpaceName | undefined): StoredSpace =>
    name === 'former' ? opened(former, name) : spaceNamed(space(), name)

  return {
    async activate(requested) {
      if (requested.dimensions > MAX_DIMENSIONS)
        throw new DomainError(
          'config_invalid',
          `The embedder "${requested.embedder}" has ${requested.dimensions} dimensions; on PostgreSQL at most ${MAX_DIMENSIONS} can be indexed: use another embedder, or the embedded database.`,
        )
      if (requested.further?.some(({ dimensions }) => dimensions > MAX_STORED_DIMENSIONS))
        throw new DomainError(
          'config_invalid',
          `The vectors of the embedder "${requested.embedder}" are too long for embedder_registry.windows on PostgreSQL: use another embedder, or the embedded database.`,
        )
      const { id, dropped, further } = await register(requested)
      if (dropped !== undefined) await builder.drop(dropped)
      former = undefined
      active = { ...requested, embedderId: id, further }
      await builder.activate(active)
      return active
    },

    async openFormer(requested) {
      former = requested && { ...requested, isIndexed: await hasIndex(database, requested.embedderId) }
    },

    async insert(transaction, vectors, name) {
      if (vectors.size === 0) return []
      const { embedderId } = spaceNamed(space(), name)
      const rows = [...vectors].map(
        ([hash, vector]) => sql`(${sql.lit(embedderId)}::int, ${hash}, ${vectorText(vector)}::halfvec)`,
      )
      const { rows: added } = await sql<{ id: number; content_hash: string }>`
        insert into vectors (embedder_id, content_hash, data) values ${sql.join(rows)}
        on conflict (content_hash, embedder_id) do nothing returning id, content_hash`.execute(transaction)
      return added
    },

    inserted: (rows) => builder.inserted(rows.length),
    removed() {},
    changed() {},
    findNearest({ space: name, ...query }) {
      if (name !== 'former') return findMatches(database, space(), builder, { ...query, space: name })
      const { isIndexed, ...stored } = opened(former, name)
      return findMatches(database, stored, { isReady: isIndexed, recheck: async () => {} }, query)
    },
    get: (imageIds, name) => vectorsOf(database, stored(name), imageIds),
    similarPairs: (after, threshold) => similarPairs(database, space(), after, threshold),

    async removeSpaces(embedderIds) {
      for (const id of embedderIds) await builder.drop(id)
      if (active !== undefined && embedderIds.includes(active.embedderId)) active = undefined
      if (former !== undefined && embedderIds.includes(former.embedderId)) former = undefined
      await sql`vacuum (analyze) vectors`.execute(database)
    },

    close: () => builder.close(),
  }
}

async function vectorsOf(
  database: Kysely<Tables>,
  space: StoredSpace,
  imageIds: readonly string[],
): Promise<ImageVector[]> {
  const { rows } = await sql<{ id: string; contentHash: string; data: string }>`
        select images.id, images.content_hash as "contentHash", vectors.data::text as data from images
        join vectors on vectors.content_hash = images.content_hash and ${isInSpace(space)}
        where images.id in ${POSTGRES.texts(imageIds)}`.execute(database)
  return rows.map(({ id, contentHash, data }) => ({
    id,
    contentHash,
    vector: Float32Array.from(JSON.parse(data) as number[]),
  }))
}

async function similarPairs(
  database: Kysely<Tables>,
  space: ActiveSpace,
  after: number,
  threshold: number,
): Promise<SimilarPairs> {
  // The nearest one is the vector itself.
  const neighbours = sql.lit(MAX_PAIRS_PER_VECTOR + 1)
  const { rows } = await sql<{ id: number; a: string; b: string | null; score: number }>`
        select a.id, a.content_hash as a, near.content_hash as b, near.score
        from (select id, content_hash, data from vectors where ${isInSpace(space)} and id > ${after}
              order by id limit ${sql.lit(PAIR_ROWS)}) as a
        left join lateral (
          select * from (
            select vectors.id, vectors.content_hash, 1 - (${dataOf('vectors', space)} <=> ${dataOf('a', space)}) as score
            from vectors where ${isInSpace(space)}
            order by ${dataOf('vectors', space)} <=> ${dataOf('a', space)} limit ${neighbours}
          ) as nearest where nearest.id <> a.id and nearest.score >= ${threshold}
        ) as near on true
        order by a.id`.execute(database)
  const pairs = rows.flatMap(({ a, b, score }) => (b === null ? [] : [{ a, b, score }]))
  const ids = new Set(rows.map(({ id }) => id))
  const last = ids.size === 0 ? undefined : Math.max(...ids)
  return { pairs, compared: ids.size, last, next: ids.size < PAIR_ROWS ? undefined : last }
}

import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import { DomainError } from '../../errors.ts'
import type { SpaceName, VectorSpace } from '../catalog.ts'
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
import { tablesOf, type VectorTable } from './vector-table.ts'

/** Longer vectors can't be indexed by pgvector 0.8 (halfvec). */
const MAX_DIMENSIONS = 4_000
/** Longer vectors can't be stored by pgvector (halfvec). */
const MAX_STORED_DIMENSIONS = 16_000

export interface PostgresVectorsOptions extends IndexBuilderOptions {
  table: VectorTable
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
  const { table } = options
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
      return table.insert(transaction, spaceNamed(space(), name).embedderId, vectors)
    },

    inserted: (rows) => builder.inserted(rows.length),
    removed() {},
    changed() {},
    findNearest({ space: name, ...query }) {
      const { search } = table
      if (name !== 'former') return findMatches(search, database, space(), builder, { ...query, space: name })
      const { isIndexed, ...stored } = opened(former, name)
      return findMatches(search, database, stored, { isReady: isIndexed, recheck: async () => {} }, query)
    },
    get: (imageIds, name) => table.vectorsOf(database, stored(name), imageIds),
    similarPairs: (after, threshold) => table.similarPairs(database, space(), after, threshold),

    async removeSpaces(embedderIds) {
      for (const id of embedderIds) await builder.drop(id)
      if (active !== undefined && embedderIds.includes(active.embedderId)) active = undefined
      if (former !== undefined && embedderIds.includes(former.embedderId)) former = undefined
      await sql`vacuum (analyze) ${tablesOf(table)}`.execute(database)
    },

    close: () => builder.close(),
  }
}

import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { ImageVector, SimilarPairs } from '../catalog.ts'
import type { ActiveSpace, StoredSpace, StoredVector } from '../sql/vector-backend.ts'
import type { SearchWays } from './search-ways.ts'

/** Where vectors are stored: in one table, or spread over the nodes of a Citus cluster. */
export interface VectorTable {
  /** The table with the column `data` and its index. */
  readonly name: 'vectors' | 'vector_data'
  readonly search: SearchWays
  /** @returns the new rows; a content that already has a vector keeps it */
  insert(
    transaction: Transaction<Tables>,
    embedderId: number,
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<StoredVector[]>
  /** Reads the vectors of contents as pgvector writes them. */
  textsOf(
    database: Kysely<Tables>,
    embedderId: number,
    contentHashes: readonly string[],
  ): Promise<Map<string, string>>
  vectorsOf(database: Kysely<Tables>, space: StoredSpace, imageIds: readonly string[]): Promise<ImageVector[]>
  /** Compares the next `PAIR_ROWS` vectors after an id with all others. */
  similarPairs(
    database: Kysely<Tables>,
    space: ActiveSpace,
    after: number,
    threshold: number,
  ): Promise<SimilarPairs>
}

/** The tables of vectors, for maintenance. */
export function tablesOf({ name }: Pick<VectorTable, 'name'>) {
  return sql.join([...new Set(['vectors', name])].map((table) => sql.table(table)))
}

export const PAIR_ROWS = 128

/** @param comparedIds of the vectors that were compared, in any order and number */
export function pairsOf(pairs: SimilarPairs['pairs'], comparedIds: readonly number[]): SimilarPairs {
  const ids = new Set(comparedIds)
  const last = ids.size === 0 ? undefined : Math.max(...ids)
  return { pairs, compared: ids.size, last, next: ids.size < PAIR_ROWS ? undefined : last }
}

import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { ImageVector, SimilarPairs, StoredContent } from '../catalog.ts'
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

/** @param compared vectors in any order, each once or more often */
export function pairsOf(pairs: SimilarPairs['pairs'], compared: readonly StoredContent[]): SimilarPairs {
  const contents = new Map(compared.map((content) => [content.id, content]))
  const last = contents.size === 0 ? undefined : Math.max(...contents.keys())
  const next = contents.size < PAIR_ROWS ? undefined : last
  return { pairs, compared: [...contents.values()], last, next }
}

import { sql } from 'kysely'
import type { StoredSpace } from '../sql/vector-backend.ts'

/** A literal, not a parameter: only then does the planner find the index of this embedder. */
export function isInSpace({ embedderId }: StoredSpace) {
  return sql<boolean>`vectors.embedder_id = ${sql.lit(embedderId)}`
}

/** The expression that the index of a space has. */
export function dataOf(table: 'vectors' | 'a', { dimensions }: StoredSpace) {
  return sql`${sql.ref(`${table}.data`)}::halfvec(${sql.lit(dimensions)})`
}

/** A vector as pgvector reads it. */
export function vectorText(vector: Float32Array): string {
  return `[${vector.join(',')}]`
}

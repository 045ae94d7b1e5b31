import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../database/schema.ts'
import type { StoredSpace } from '../sql/vector-backend.ts'

/** Rows that a search of an index reads at most. */
const MAX_SCANNED_ROWS = 200_000
/** An index returns more results than requested, because their exact scores change the order. */
const OVERSAMPLING = 1.2
const EXTRA_RESULTS = 10

export function candidatesFor(topK: number): number {
  return Math.ceil(topK * OVERSAMPLING) + EXTRA_RESULTS
}

/** Makes the searches of a transaction continue until enough results pass the filter. */
export async function setIndexSearch(
  transaction: Kysely<Tables>,
  efSearch: number,
  maxScannedRows = MAX_SCANNED_ROWS,
): Promise<void> {
  await sql`set local hnsw.ef_search = ${sql.lit(efSearch)}`.execute(transaction)
  await sql`set local hnsw.iterative_scan = strict_order`.execute(transaction)
  await sql`set local hnsw.max_scan_tuples = ${sql.lit(maxScannedRows)}`.execute(transaction)
}

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

/** A vector as pgvector writes it. */
export function parseVector(text: string): Float32Array {
  return Float32Array.from(JSON.parse(text) as number[])
}

/** Reads the vectors of contents from a table, as pgvector writes them. */
export async function readTexts(
  table: 'vectors' | 'vector_data',
  database: Kysely<Tables>,
  embedderId: number,
  contentHashes: readonly string[],
): Promise<Map<string, string>> {
  if (contentHashes.length === 0) return new Map()
  const { rows } = await sql<{ content_hash: string; data: string }>`
    select content_hash, data::text as data from ${sql.table(table)}
    where embedder_id = ${embedderId} and content_hash = any (${[...new Set(contentHashes)]}::text[])`.execute(
    database,
  )
  return new Map(rows.map(({ content_hash, data }) => [content_hash, data]))
}

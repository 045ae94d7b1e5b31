import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'

/** The tables of a catalog, for copying them from one database to another. */
export interface TableAccess extends SqlDatabase<Kysely<Tables>> {
  /** Reads vectors of contents as float16, little-endian. */
  readVectors(embedderId: number, contentHashes: readonly string[]): Promise<Map<string, Uint8Array>>
  /** Inserts vectors of float16, little-endian. A content that has one keeps it. */
  insertVectors(embedderId: number, vectors: ReadonlyMap<string, Uint8Array>): Promise<void>
  close(): Promise<void>
}

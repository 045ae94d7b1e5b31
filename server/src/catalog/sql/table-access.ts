import type { Expression, Kysely, RawBuilder } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'

/** The tables of a catalog, for copying them from one database to another. */
export interface TableAccess extends SqlDatabase<Kysely<Tables>> {
  /** Selects the vectors of contents in the format of the database. */
  readonly vectorData: RawBuilder<string | Uint8Array>
  /** Converts a selected vector to float16, little-endian. */
  toFloat16Bytes(data: string | Uint8Array): Uint8Array
  /** Returns the expression to insert for a vector of float16, little-endian. */
  fromFloat16Bytes(halves: Uint8Array): Expression<Uint8Array>
  close(): Promise<void>
}

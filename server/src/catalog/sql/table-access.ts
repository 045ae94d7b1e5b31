import type { Expression, Kysely, RawBuilder } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../schema.ts'

/** The tables of a catalog as they are, to be copied from one database to another. */
export interface TableAccess extends SqlDatabase<Kysely<Tables>> {
  /** The vectors of contents, as the database hands them out. */
  readonly vectorData: RawBuilder<string | Uint8Array>
  /** float16, little-endian, from what `vectorData` has selected. */
  toFloat16Bytes(data: string | Uint8Array): Uint8Array
  /** What is inserted for a vector of float16, little-endian. */
  fromFloat16Bytes(halves: Uint8Array): Expression<Uint8Array>
  close(): Promise<void>
}

import type { Kysely } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { AttributeTable } from '../attributes.ts'
import type { ActiveSpace, VectorBackend } from './vector-backend.ts'

/** Parts that the stores of one SQL database share. */
export interface SqlContext extends SqlDatabase<Kysely<Tables>> {
  readonly vectors: VectorBackend
  readonly attributes: AttributeTable
  /** @throws {DomainError} `unavailable` until a space has been activated */
  space(): ActiveSpace
}

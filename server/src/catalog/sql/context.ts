import type { Kysely, Transaction } from 'kysely'
import type { SqlDatabase } from '../../database/dialect.ts'
import type { Tables } from '../../database/schema.ts'
import type { AttributeTable } from '../attributes.ts'
import type { ResultCache } from './result-cache.ts'
import type { ActiveSpace, VectorBackend } from './vector-backend.ts'

/** Parts that the stores of one SQL database share. */
export interface SqlContext extends SqlDatabase<Kysely<Tables>> {
  readonly vectors: VectorBackend
  readonly attributes: AttributeTable
  readonly results: ResultCache
  /** Invalidates cached results. Called when images are inserted, deleted or updated. */
  changed(): void
  /** @throws {DomainError} `unavailable` until a space has been activated */
  space(): ActiveSpace
}

/**
 * Runs a transaction that changes images or their groups, and then invalidates cached results: a search during the transaction
 * may have cached the former rows.
 */
export async function changeImages<T>(
  { database, changed }: Pick<SqlContext, 'database' | 'changed'>,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction().execute(work)
  } finally {
    changed()
  }
}

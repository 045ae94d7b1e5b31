import type { Kysely } from 'kysely'
import { createFoldIndex } from '../../fold-index.ts'

/** Adds an index of shots. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createFoldIndex(db)
}

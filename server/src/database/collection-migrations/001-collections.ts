import type { Kysely } from 'kysely'
import { createCollectionTables } from '../collection-tables.ts'

/** Creates collections in a file of their own: unlike the catalog they can't be rebuilt. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createCollectionTables(db, { text: 'text', time: 'integer' })
}

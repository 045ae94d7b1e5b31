import { type Kysely, sql } from 'kysely'
import { createCollectionTables } from '../../collection-tables.ts'

/** Creates collections of images. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createCollectionTables(db, { text: sql`text collate "C"`, time: 'bigint' })
}

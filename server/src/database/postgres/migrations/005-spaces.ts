import { type Kysely, sql } from 'kysely'

/** Gives images vectors in further spaces, which no embedder of the configuration makes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('embedders')
    .addColumn('space', sql`text collate "C"`, (column) => column.notNull().defaultTo('image'))
    .execute()
}

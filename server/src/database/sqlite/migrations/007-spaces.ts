import type { Kysely } from 'kysely'

/** Gives images vectors in further spaces, which no embedder of the configuration makes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('embedders')
    .addColumn('space', 'text', (column) => column.notNull().defaultTo('image'))
    .execute()
}

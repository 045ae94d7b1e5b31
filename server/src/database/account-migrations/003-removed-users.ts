import type { Kysely } from 'kysely'

/** Creates the list of removed users, whose private data is deleted. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('removed_users')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .execute()
}

import type { Kysely } from 'kysely'

/** Stores where other drives were mounted, so that an absent one is detected after a start. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mount_points')
    .addColumn('directory', 'text', (column) => column.primaryKey())
    .execute()
}

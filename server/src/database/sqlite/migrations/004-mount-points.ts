import type { Kysely } from 'kysely'

/** Where other drives were mounted in the gallery: after a start nothing else tells that one is away. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mount_points')
    .addColumn('directory', 'text', (column) => column.primaryKey())
    .execute()
}

import type { Kysely } from 'kysely'

/** Stores deleted images that can be restored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('trash')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('content_hash', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'integer', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('file', 'text', (column) => column.notNull())
    .addColumn('image', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('trash_by_deleted_at').on('trash').columns(['deleted_at', 'id']).execute()
  await db.schema.createIndex('trash_by_content').on('trash').column('content_hash').execute()
}

import { type Kysely, sql } from 'kysely'

const TEXT = sql`text collate "C"`

/** Stores deleted images that can be restored. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('trash')
    .addColumn('id', TEXT, (column) => column.primaryKey())
    .addColumn('content_hash', TEXT, (column) => column.notNull())
    .addColumn('deleted_at', 'bigint', (column) => column.notNull())
    .addColumn('place', TEXT, (column) => column.notNull())
    .addColumn('file', TEXT, (column) => column.notNull())
    .addColumn('image', 'text', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('trash_by_deleted_at').on('trash').columns(['deleted_at', 'id']).execute()
  await db.schema.createIndex('trash_by_content').on('trash').column('content_hash').execute()
}

import { type Kysely, sql } from 'kysely'

/** Records which attributes of a file a row has, so that those added later can be read, and adds the placeholder. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('images')
    .addColumn('attributes_version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('thumbhash', sql`text collate "C"`)
    .execute()
  await db.schema
    .createIndex('images_by_attributes_version')
    .on('images')
    .columns(['attributes_version', 'id'])
    .execute()
}

import type { Kysely, RawBuilder } from 'kysely'

/** Types of columns that the databases name differently. */
export interface ColumnTypes {
  text: 'text' | RawBuilder<unknown>
  time: 'integer' | 'bigint'
}

/** Creates collections of images. Images are ordered by the time at which they were added. */
export async function createCollectionTables(
  db: Kysely<unknown>,
  { text, time }: ColumnTypes,
): Promise<void> {
  await db.schema
    .createTable('collections')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('owner_id', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('folded_name', text, (column) => column.notNull())
    .addColumn('is_shared', 'integer', (column) => column.notNull())
    .addColumn('search', 'text')
    .addColumn('created_at', time, (column) => column.notNull())
    .addColumn('modified_at', time, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('collection_images')
    .addColumn('collection_id', text, (column) => column.notNull())
    .addColumn('image_id', text, (column) => column.notNull())
    .addColumn('content_hash', text, (column) => column.notNull())
    .addColumn('path', text, (column) => column.notNull())
    .addColumn('added_at', time, (column) => column.notNull())
    .addPrimaryKeyConstraint('collection_images_key', ['collection_id', 'image_id'])
    .execute()
  const indexes = {
    collection_images_by_added_at: ['collection_id', 'added_at', 'image_id'],
    collection_images_by_image: ['image_id'],
    collection_images_by_content: ['content_hash'],
  }
  for (const [name, columns] of Object.entries(indexes))
    await db.schema.createIndex(name).on('collection_images').columns(columns).execute()
}

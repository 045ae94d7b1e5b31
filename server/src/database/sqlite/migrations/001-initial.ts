import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('embedders')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull().unique())
    .addColumn('dimensions', 'integer', (column) => column.notNull())
    .execute()

  await db.schema
    .createTable('images')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('path', 'text', (column) => column.notNull().unique())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('folded_name', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('created_at', 'integer', (column) => column.notNull())
    .addColumn('modified_at', 'integer', (column) => column.notNull())
    .addColumn('inode', 'text', (column) => column.notNull())
    .addColumn('content_hash', 'text', (column) => column.notNull())
    .execute()
  // One index for each order of a page, made total by the id.
  for (const column of ['created_at', 'modified_at', 'folded_name']) {
    await db.schema.createIndex(`images_by_${column}`).on('images').columns([column, 'id']).execute()
  }
  await db.schema.createIndex('images_by_directory').on('images').column('directory').execute()
  await db.schema.createIndex('images_by_inode').on('images').column('inode').execute()
  await db.schema.createIndex('images_by_content').on('images').column('content_hash').execute()

  await db.schema
    .createTable('vectors')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('embedder_id', 'integer', (column) => column.notNull().references('embedders.id'))
    .addColumn('content_hash', 'text', (column) => column.notNull())
    .addColumn('data', 'blob', (column) => column.notNull())
    .addUniqueConstraint('vectors_by_content', ['content_hash', 'embedder_id'])
    .execute()
  await db.schema.createIndex('vectors_by_embedder').on('vectors').column('embedder_id').execute()

  await db.schema
    .createTable('failures')
    .addColumn('path', 'text', (column) => column.primaryKey())
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('modified_at', 'integer', (column) => column.notNull())
    .addColumn('inode', 'text', (column) => column.notNull())
    .addColumn('content_hash', 'text')
    .addColumn('code', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('failed_at', 'integer', (column) => column.notNull().defaultTo(sql`0`))
    .execute()
  await db.schema.createIndex('failures_by_directory').on('failures').column('directory').execute()
}

import { type Kysely, sql } from 'kysely'

/** Text is compared byte by byte, as in every database, because ranges of paths depend on it. */
const TEXT = sql`text collate "C"`

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('embedders')
    .addColumn('id', 'integer', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('name', TEXT, (column) => column.notNull())
    .addColumn('fingerprint', TEXT, (column) => column.notNull())
    .addColumn('dimensions', 'integer', (column) => column.notNull())
    .addColumn('chosen_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('embedders_by_version', ['name', 'fingerprint'])
    .execute()

  await db.schema
    .createTable('images')
    .addColumn('id', TEXT, (column) => column.primaryKey())
    .addColumn('path', TEXT, (column) => column.notNull().unique())
    .addColumn('directory', TEXT, (column) => column.notNull())
    .addColumn('name', TEXT, (column) => column.notNull())
    .addColumn('folded_name', TEXT, (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('width', 'integer', (column) => column.notNull())
    .addColumn('height', 'integer', (column) => column.notNull())
    .addColumn('content_type', TEXT, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('modified_at', 'bigint', (column) => column.notNull())
    .addColumn('inode', TEXT, (column) => column.notNull())
    .addColumn('content_hash', TEXT, (column) => column.notNull())
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
    .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn('embedder_id', 'integer', (column) => column.notNull().references('embedders.id'))
    .addColumn('content_hash', TEXT, (column) => column.notNull())
    // Vectors have any length, because each embedder has its own dimensions and its own index.
    .addColumn('data', sql`halfvec`, (column) => column.notNull())
    .addUniqueConstraint('vectors_by_content', ['content_hash', 'embedder_id'])
    .execute()
  await db.schema
    .createIndex('vectors_by_embedder')
    .on('vectors')
    .columns(['embedder_id', 'content_hash'])
    .execute()

  await db.schema
    .createTable('failures')
    .addColumn('path', TEXT, (column) => column.primaryKey())
    .addColumn('directory', TEXT, (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('modified_at', 'bigint', (column) => column.notNull())
    .addColumn('inode', TEXT, (column) => column.notNull())
    .addColumn('content_hash', TEXT)
    .addColumn('code', TEXT, (column) => column.notNull())
    .addColumn('reason', TEXT, (column) => column.notNull())
    .addColumn('failed_at', 'bigint', (column) => column.notNull())
    .addColumn('embedder_id', 'integer')
    .execute()
  for (const column of ['directory', 'inode', 'content_hash'])
    await db.schema.createIndex(`failures_by_${column}`).on('failures').column(column).execute()

  await db.schema
    .createTable('mount_points')
    .addColumn('directory', TEXT, (column) => column.primaryKey())
    .execute()
}

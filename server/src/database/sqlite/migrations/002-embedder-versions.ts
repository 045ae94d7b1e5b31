import { type Kysely, sql } from 'kysely'

/**
 * Adds a fingerprint, because different models can have the same name one after the other, and the embedder of a failure.
 * Runs while foreign keys are not enforced, because SQLite can only change a constraint by rebuilding the table.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('new_embedders')
    .addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('dimensions', 'integer', (column) => column.notNull())
    .addColumn('chosen_at', 'integer', (column) => column.notNull())
    .addUniqueConstraint('embedders_by_version', ['name', 'fingerprint'])
    .execute()
  await sql`insert into new_embedders (id, name, fingerprint, dimensions, chosen_at) select id, name, '', dimensions, id from embedders`.execute(
    db,
  )
  await db.schema.dropTable('embedders').execute()
  await db.schema.alterTable('new_embedders').renameTo('embedders').execute()

  // Counts the vectors of an embedder without reading them.
  await db.schema.dropIndex('vectors_by_embedder').execute()
  await db.schema
    .createIndex('vectors_by_embedder')
    .on('vectors')
    .columns(['embedder_id', 'content_hash'])
    .execute()

  await db.schema.alterTable('failures').addColumn('embedder_id', 'integer').execute()
  await db.schema.createIndex('failures_by_content').on('failures').column('content_hash').execute()
}

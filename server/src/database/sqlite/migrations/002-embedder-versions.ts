import { type Kysely, sql } from 'kysely'

/**
 * Two models may bear one name, one after the other: a fingerprint tells them apart. A failure may be one embedder's alone.
 * Runs while foreign keys are not enforced, since SQLite can change a constraint only by building the table anew.
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

  // Counting what an embedder has embedded should not have to read its vectors.
  await db.schema.dropIndex('vectors_by_embedder').execute()
  await db.schema
    .createIndex('vectors_by_embedder')
    .on('vectors')
    .columns(['embedder_id', 'content_hash'])
    .execute()

  await db.schema.alterTable('failures').addColumn('embedder_id', 'integer').execute()
  await db.schema.createIndex('failures_by_content').on('failures').column('content_hash').execute()
}

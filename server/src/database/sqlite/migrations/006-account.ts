import type { Kysely } from 'kysely'

/** Adds the files that rules leave out, and the time of the last change of each file; it is null until the file is examined. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('left_out')
    .addColumn('directory', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('rule', 'text', (column) => column.notNull())
    .addColumn('files', 'integer', (column) => column.notNull())
    .addColumn('example', 'text', (column) => column.notNull())
    .addColumn('is_folder', 'integer', (column) => column.notNull())
    .addColumn('reason', 'text')
    .execute()
  await db.schema.createIndex('left_out_by_directory').on('left_out').column('directory').execute()
  for (const table of ['images', 'failures'])
    await db.schema.alterTable(table).addColumn('changed_at', 'integer').execute()
}

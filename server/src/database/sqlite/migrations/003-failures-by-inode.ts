import type { Kysely } from 'kysely'

/** A failed file, too, is looked for by the identity that the file system gives it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('failures_by_inode').on('failures').column('inode').execute()
}

import type { Kysely } from 'kysely'

/** Failed files, too, are found by the identity that the file system gives them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('failures_by_inode').on('failures').column('inode').execute()
}

import { type Kysely, sql } from 'kysely'

/** Adds a note to images whose files are damaged and could be decoded only in part. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('images').addColumn('note', sql`text collate "C"`).execute()
}

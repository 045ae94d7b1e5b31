import type { Kysely } from 'kysely'

/** Adds an index of shots. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('images_by_shot').on('images').columns(['captured_at', 'directory']).execute()
}

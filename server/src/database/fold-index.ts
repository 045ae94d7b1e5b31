import type { Kysely } from 'kysely'

/** Finds the images of one shot and of bursts by their time and folder. */
export async function createFoldIndex(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex('images_by_shot').on('images').columns(['captured_at', 'directory']).execute()
}

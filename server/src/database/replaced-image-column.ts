import type { Expression, Kysely } from 'kysely'

/**
 * Stores which image a file that can't be indexed was before.
 * @param text type of the ids of images
 */
export async function addReplacedImage(
  db: Kysely<unknown>,
  text: 'text' | Expression<unknown>,
): Promise<void> {
  await db.schema.alterTable('failures').addColumn('image_id', text).execute()
  await db.schema.createIndex('failures_by_image').on('failures').column('image_id').execute()
}

import type { Kysely } from 'kysely'

/** Stores which version of the XMP file beside an image its row has been read with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('images').addColumn('sidecar', 'text').execute()
}

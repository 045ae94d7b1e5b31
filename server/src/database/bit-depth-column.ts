import type { Kysely } from 'kysely'

/** Stores how many bits a colour of an image has. It is read from the files of all images in the background. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('images').addColumn('bit_depth', 'integer').execute()
}

import { type Kysely, sql } from 'kysely'

/** Folded images by folder: lists of a folder read only these to compare them, instead of all images of the folder. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index images_folded_by_directory on images (directory, fold_level) where fold_level is not null`.execute(
    db,
  )
}

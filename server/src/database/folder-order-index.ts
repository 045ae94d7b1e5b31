import { type Kysely, sql } from 'kysely'

/**
 * Images by folder with all that a list by time tests, so that it reads nothing but the index before its page. The time comes after the id:
 * it is not searched for, and must not draw the planner of SQLite away from the index of shots.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index images_by_directory_with_time on images (directory, id, taken_at, fold_level)`.execute(
    db,
  )
}

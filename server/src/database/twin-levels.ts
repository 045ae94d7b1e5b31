import { type Kysely, sql } from 'kysely'
import { rank, TWIN_LEVEL } from './folding.ts'

/** The columns of `TWIN_COLUMNS` when this migration was written. A later one need not exist yet when it runs. */
const COLUMNS = ['taken_at', 'content_type', 'camera', 'lens', 'rating', 'latitude', 'longitude']

/** Sets the level of the twins among the copies. Many copies of one content are sorted instead of compared. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const names = sql.join(['content_hash', ...COLUMNS].map((name) => sql.ref(name)))
  await sql`update images set fold_level = ${sql.lit(TWIN_LEVEL)} where fold_level = 1 and id in (
      select id from (
        select id, row_number() over (partition by ${names} order by ${rank('images')}) as place from images
        where content_hash in (select content_hash from images where fold_level = 1)
      ) as copies where place > 1
    )`.execute(db)
}

import { type Kysely, sql } from 'kysely'
import type { SharedTables } from '../catalog/schema.ts'
import {
  KEPT_FOR_DAYS,
  type KeptQueries,
  type KeptQuery,
  MOST_KEPT,
  newKeptId,
  type QueryKind,
  queryNotKept,
  TIDY_EVERY,
} from './saved-queries.ts'

/** Pictures and drawings that were searched with, where every server finds them. */
export function openSharedQueries(database: Kysely<SharedTables>): KeptQueries {
  let sinceTidied = TIDY_EVERY
  let bytesSinceTidied = 0
  return {
    async keep(bytes: Uint8Array, kind: QueryKind, sketch: unknown): Promise<KeptQuery> {
      const query = { id: newKeptId(), kind, sketch }
      await database
        .insertInto('kept_queries')
        .values({ id: query.id, kind, sketch: JSON.stringify(sketch ?? null), picture: Buffer.from(bytes) })
        .execute()
      bytesSinceTidied += bytes.length
      if (sinceTidied++ >= TIDY_EVERY || bytesSinceTidied > MOST_KEPT.bytes / 8) {
        sinceTidied = 0
        bytesSinceTidied = 0
        await tidy()
      }
      return query
    },
    async get(id: string): Promise<KeptQuery> {
      const row = await database
        .selectFrom('kept_queries')
        .select(['id', 'kind', 'sketch'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw queryNotKept()
      return { id: row.id, kind: row.kind as QueryKind, sketch: JSON.parse(row.sketch) }
    },
    async bytes(id: string): Promise<Buffer> {
      const row = await database
        .selectFrom('kept_queries')
        .select('picture')
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw queryNotKept()
      return Buffer.from(row.picture)
    },
    tidy,
  }

  /** The oldest go first. */
  async function tidy(): Promise<void> {
    await sql`delete from kept_queries where kept_at < now() - ${sql.lit(`${KEPT_FOR_DAYS} days`)}::interval or id in (
      select id from (
        select id, row_number() over newest as place, sum(octet_length(picture)) over newest as bytes
        from kept_queries window newest as (order by kept_at desc, id)
      ) as ranked where place > ${MOST_KEPT.queries} or bytes > ${MOST_KEPT.bytes})`.execute(database)
  }
}

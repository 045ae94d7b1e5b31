import { type Kysely, sql } from 'kysely'
import type { SharedTables } from '../database/schema.ts'
import {
  newSavedQueryId,
  PINNED_AT,
  type QueryKind,
  REMOVE_EXPIRED_EVERY,
  RETENTION,
  RETENTION_DAYS,
  type SavedQueries,
  type SavedQuery,
  savedQueryNotFound,
} from './saved-queries.ts'

/** Stores pictures and drawings of searches where every server finds them. */
export function openPostgresSavedQueries(database: Kysely<SharedTables>, limits = RETENTION): SavedQueries {
  let sinceRemoval = REMOVE_EXPIRED_EVERY
  let bytesSinceRemoval = 0
  return {
    async keep(bytes: Uint8Array, kind: QueryKind, sketch: unknown): Promise<SavedQuery> {
      const query = { id: newSavedQueryId(), kind, sketch }
      await database
        .insertInto('kept_queries')
        .values({ id: query.id, kind, sketch: JSON.stringify(sketch ?? null), picture: Buffer.from(bytes) })
        .execute()
      bytesSinceRemoval += bytes.length
      if (sinceRemoval++ >= REMOVE_EXPIRED_EVERY || bytesSinceRemoval > limits.bytes / 8) {
        sinceRemoval = 0
        bytesSinceRemoval = 0
        await removeExpired()
      }
      return query
    },
    async get(id: string): Promise<SavedQuery> {
      const row = await database
        .selectFrom('kept_queries')
        .select(['id', 'kind', 'sketch'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw savedQueryNotFound()
      return { id: row.id, kind: row.kind as QueryKind, sketch: JSON.parse(row.sketch) }
    },
    async bytes(id: string): Promise<Buffer> {
      const row = await database
        .selectFrom('kept_queries')
        .select('picture')
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw savedQueryNotFound()
      return Buffer.from(row.picture)
    },
    async copy({ id, kind, sketch }: SavedQuery, bytes: Uint8Array): Promise<void> {
      const picture = Buffer.from(bytes)
      await database
        .insertInto('kept_queries')
        .values({ id, kind, sketch: JSON.stringify(sketch ?? null), picture, kept_at: PINNED_AT })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ kept_at: PINNED_AT }))
        .execute()
    },
    async pin(id: string): Promise<void> {
      if (!(await setTime(id, PINNED_AT))) throw savedQueryNotFound()
    },
    async unpin(id: string): Promise<void> {
      await setTime(id, new Date())
    },
    removeExpired,
  }

  /** @returns whether there is such a query */
  async function setTime(id: string, time: Date): Promise<boolean> {
    const { numUpdatedRows } = await database
      .updateTable('kept_queries')
      .set({ kept_at: time })
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    return numUpdatedRows === 1n
  }

  /** Deletes the oldest first. */
  async function removeExpired(): Promise<void> {
    await sql`delete from kept_queries where kept_at < now() - ${sql.lit(`${RETENTION_DAYS} days`)}::interval or id in (
      select id from (
        select id, row_number() over newest as place, sum(octet_length(picture)) over newest as bytes
        from kept_queries where kept_at < ${PINNED_AT} window newest as (order by kept_at desc, id)
      ) as ranked where place > ${limits.queries} or bytes > ${limits.bytes})`.execute(database)
  }
}

import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { DomainError } from '../../errors.ts'
import type { SharedTables } from '../schema.ts'

interface Kept<Kind> {
  id: string
  kind: Kind
  sketch: unknown
}

const KEPT_FOR = '7 days'
const MOST = { queries: 5_000, bytes: 1024 ** 3 }
const TIDY_EVERY = 100

/** Pictures and drawings that were searched with, where every server finds them. */
export function openSharedQueries<Kind extends string>(database: Kysely<SharedTables>) {
  let sinceTidied = TIDY_EVERY
  return {
    async keep(bytes: Uint8Array, kind: Kind, sketch: unknown): Promise<Kept<Kind>> {
      const query = { id: randomBytes(12).toString('hex'), kind, sketch }
      await database
        .insertInto('kept_queries')
        .values({ id: query.id, kind, sketch: JSON.stringify(sketch ?? null), picture: Buffer.from(bytes) })
        .execute()
      if (sinceTidied++ >= TIDY_EVERY) {
        sinceTidied = 0
        await tidy()
      }
      return query
    },
    async get(id: string): Promise<Kept<Kind>> {
      const row = await database
        .selectFrom('kept_queries')
        .select(['id', 'kind', 'sketch'])
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw notKept()
      return { id: row.id, kind: row.kind as Kind, sketch: JSON.parse(row.sketch) }
    },
    async bytes(id: string): Promise<Buffer> {
      const row = await database
        .selectFrom('kept_queries')
        .select('picture')
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) throw notKept()
      return Buffer.from(row.picture)
    },
  }

  /** The oldest go first. */
  async function tidy(): Promise<void> {
    await sql`delete from kept_queries where kept_at < now() - ${sql.lit(KEPT_FOR)}::interval or id in (
      select id from (
        select id, row_number() over newest as place, sum(octet_length(picture)) over newest as bytes
        from kept_queries window newest as (order by kept_at desc, id)
      ) as ranked where place > ${MOST.queries} or bytes > ${MOST.bytes})`.execute(database)
  }
}

function notKept(): DomainError {
  return new DomainError(
    'query_not_found',
    'This search is no longer kept: draw or give the picture once more.',
  )
}

import { type Kysely, sql } from 'kysely'
import type { SharedTables } from '../../database/schema.ts'

/** An event that processes exchange: any JSON under a name. */
interface StoredEvent {
  id: number
  name: string
  data: unknown
}

export interface EventTable {
  /** Names the channel on which additions are notified. */
  readonly channel: string
  append(events: readonly Omit<StoredEvent, 'id'>[]): Promise<void>
  /** Those after an id, oldest first. */
  after(id: number, limit: number): Promise<StoredEvent[]>
  /** The id of the newest; 0 if there is none. */
  last(): Promise<number>
}

const CHANNEL = 'sketch_search_events'
const MAX_KEPT_EVENTS = 10_000
const REMOVE_EXPIRED_EVERY = 500
const ROWS_PER_STATEMENT = 5_000

/** Stores events in a table. It gives them one order for all processes, and keeps them for processes that were disconnected. */
export function openEventTable(database: Kysely<SharedTables>): EventTable {
  let sinceTidied = 0
  return {
    channel: CHANNEL,
    async append(events) {
      for (let start = 0; start < events.length; start += ROWS_PER_STATEMENT) {
        const rows = events.slice(start, start + ROWS_PER_STATEMENT)
        await database.transaction().execute(async (transaction) => {
          // One at a time: ids appear in their order, and no reader skips one that is not committed yet.
          await sql`select pg_advisory_xact_lock(hashtextextended('sketch-search events', 0))`.execute(
            transaction,
          )
          await transaction
            .insertInto('events')
            .values(rows.map(({ name, data }) => ({ name, data: JSON.stringify(data) })))
            .execute()
          await sql`select pg_notify(${CHANNEL}, '')`.execute(transaction)
        })
      }
      sinceTidied += events.length
      if (sinceTidied < REMOVE_EXPIRED_EVERY) return
      sinceTidied = 0
      await sql`delete from events where id <= (select max(id) from events) - ${MAX_KEPT_EVENTS}`.execute(
        database,
      )
    },
    async after(id, limit) {
      const rows = await database
        .selectFrom('events')
        .selectAll()
        .where('id', '>', id)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, name, data }) => ({ id, name, data: JSON.parse(data) as unknown }))
    },
    async last() {
      const { last } = await database
        .selectFrom('events')
        .select((eb) => eb.fn.max('id').as('last'))
        .executeTakeFirstOrThrow()
      return last ?? 0
    },
  }
}

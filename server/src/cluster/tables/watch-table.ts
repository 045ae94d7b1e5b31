import { type Kysely, sql } from 'kysely'
import type { SharedTables } from '../../database/schema.ts'

/** Times in milliseconds since 1970. */
interface SeenFolder {
  directory: string
  createdAt: number
  modifiedAt: number
}

/** Status of the leader for all other processes. */
export interface WatchTable {
  /** Any JSON. */
  write(state: unknown): Promise<void>
  /** @returns undefined if no process has ever watched */
  read(): Promise<{ state: unknown; ageMs: number; foldersVersion: number } | undefined>
  /** Folders that were seen, and those that are gone. @param isAll whether there are no others */
  putFolders(seen: readonly SeenFolder[], gone: readonly string[], isAll: boolean): Promise<void>
  folders(): Promise<SeenFolder[]>
}

const ROWS_PER_STATEMENT = 5_000

export function openWatchTable(database: Kysely<SharedTables>): WatchTable {
  return {
    async write(state) {
      const text = JSON.stringify(state)
      await sql`insert into watch (id, state, told_at, folders_version) values (1, ${text}, now(), 0)
        on conflict (id) do update set state = excluded.state, told_at = excluded.told_at`.execute(database)
    },
    async read() {
      const { rows } = await sql<{ state: string; age: number; version: number }>`
        select state, extract(epoch from now() - told_at)::float8 * 1000 as age, folders_version as version
        from watch`.execute(database)
      const row = rows[0]
      return row && { state: JSON.parse(row.state), ageMs: row.age, foldersVersion: row.version }
    },
    async putFolders(seen, gone, isAll) {
      if (seen.length === 0 && gone.length === 0 && !isAll) return
      await database.transaction().execute(async (transaction) => {
        if (isAll) await transaction.deleteFrom('folders').execute()
        else await sql`delete from folders where directory = any(${[...gone]}::text[])`.execute(transaction)
        for (let start = 0; start < seen.length; start += ROWS_PER_STATEMENT) {
          const rows = seen.slice(start, start + ROWS_PER_STATEMENT)
          await transaction
            .insertInto('folders')
            .values(
              rows.map(({ directory, createdAt, modifiedAt }) => ({
                directory,
                created_at: createdAt,
                modified_at: modifiedAt,
              })),
            )
            .onConflict((conflict) =>
              conflict.column('directory').doUpdateSet((eb) => ({
                created_at: eb.ref('excluded.created_at'),
                modified_at: eb.ref('excluded.modified_at'),
              })),
            )
            .execute()
        }
        await sql`update watch set folders_version = folders_version + 1`.execute(transaction)
      })
    },
    async folders() {
      const rows = await database.selectFrom('folders').selectAll().execute()
      return rows.map((row) => ({
        directory: row.directory,
        createdAt: row.created_at,
        modifiedAt: row.modified_at,
      }))
    },
  }
}

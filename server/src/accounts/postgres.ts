import { sql } from 'kysely'
import type { PostgresDatabase } from '../database/postgres/database.ts'
import { connect } from '../database/postgres/database.ts'
import { retry, withRetries } from '../database/postgres/retries.ts'
import { type Accounts, createUsers } from './accounts.ts'

/** Opens users and sessions that all servers on a database share. */
export function openPostgresAccounts({ database, pool, options }: PostgresDatabase): Accounts {
  // Separate connections, because work under a lock needs one of the others.
  const locks = connect(options)
  return {
    users: withRetries(createUsers(database.withTables())),
    database: database.withTables(),
    async exclusively(key, work) {
      return locks.database.connection().execute(async (connection) => {
        await sql`select pg_advisory_lock(hashtextextended(${`sketch-search ${key}`}, 0))`.execute(connection)
        try {
          return await work()
        } finally {
          await sql`select pg_advisory_unlock(hashtextextended(${`sketch-search ${key}`}, 0))`.execute(
            connection,
          )
        }
      })
    },
    async assertReachable() {
      await retry(() => pool.query('select 1'))
    },
    limitsStore: { pool, table: 'rate_limits' },
    close: () => locks.close(),
  }
}

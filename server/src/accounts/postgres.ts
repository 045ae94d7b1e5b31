import { sql } from 'kysely'
import type { PostgresDatabase } from '../database/postgres/database.ts'
import { connect } from '../database/postgres/database.ts'
import { withRetries } from '../database/postgres/retries.ts'
import { type Accounts, createUsers } from './accounts.ts'
import { createApiKeys } from './api-keys.ts'

/** Opens users and sessions that all servers on a database share. */
export function openPostgresAccounts({ database, pool, options }: PostgresDatabase): Accounts {
  // Separate connections, because work under a lock needs one of the others.
  const locks = connect(options)
  const { run } = withRetries({ run: <T>(work: () => Promise<T>) => work() })
  return {
    users: withRetries(createUsers(database.withTables())),
    keys: withRetries(createApiKeys(database.withTables())),
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
    run,
    limitsStore: { pool, table: 'rate_limits' },
    close: () => locks.close(),
  }
}

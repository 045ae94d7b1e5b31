import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as accounts from '../database/account-migrations/001-accounts.ts'
import type { AccountTables } from '../database/schema.ts'
import { openDatabase } from '../database/sqlite/database.ts'
import { type Accounts, createUsers } from './accounts.ts'

/**
 * They have a file of their own beside the catalog: it can be written to while the catalog is, and the catalog can be thrown away.
 * @param directory the data directory
 */
export async function openSqliteAccounts(directory: string): Promise<Accounts> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = await openDatabase<AccountTables>(join(directory, 'accounts.sqlite'), {
    '001-accounts': accounts,
  })
  return {
    users: createUsers(database),
    database,
    exclusively: (_, work) => work(),
    async assertReachable() {},
    limitsStore: undefined,
    close: () => database.destroy(),
  }
}

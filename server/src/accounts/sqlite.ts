import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as accounts from '../database/account-migrations/001-accounts.ts'
import * as apiKeys from '../database/account-migrations/002-api-keys.ts'
import * as removedUsers from '../database/account-migrations/003-removed-users.ts'
import type { AccountTables } from '../database/schema.ts'
import { openDatabase } from '../database/sqlite/database.ts'
import { type Accounts, createUsers } from './accounts.ts'
import { createApiKeys } from './api-keys.ts'

/**
 * Opens users and sessions in a separate file, so that the catalog can be deleted, and both can be written at once.
 * @param directory the data directory
 */
export async function openSqliteAccounts(directory: string): Promise<Accounts> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = await openDatabase<AccountTables>(join(directory, 'accounts.sqlite'), {
    '001-accounts': accounts,
    '002-api-keys': apiKeys,
    '003-removed-users': removedUsers,
  })
  return {
    users: createUsers(database),
    keys: createApiKeys(database),
    database,
    exclusively: (_, work) => work(),
    run: (work) => work(),
    limitsStore: undefined,
    close: () => database.destroy(),
  }
}

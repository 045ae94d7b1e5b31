import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountsDatabase, createUsers, type Users } from '../accounts.ts'
import type { AccountTables } from '../schema.ts'
import * as accounts from './account-migrations/001-accounts.ts'
import { openDatabase } from './database.ts'

/**
 * Users and sessions. They have a file of their own beside the catalog: it can be written to while the catalog is, and the catalog can be
 * thrown away.
 */
export interface Accounts {
  users: Users
  database: AccountsDatabase
  close(): Promise<void>
}

/** @param directory the data directory */
export async function openSqliteAccounts(directory: string): Promise<Accounts> {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const database = await openDatabase<AccountTables>(join(directory, 'accounts.sqlite'), {
    '001-accounts': accounts,
  })
  return { users: createUsers(database), database, close: () => database.destroy() }
}

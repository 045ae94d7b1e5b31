import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type AccountsDatabase, createUsers, type Users } from '../accounts.ts'
import { openDatabase } from './database.ts'

/** The tables of users and sessions, in the catalog's own database, over a connection of their own. */
export interface Accounts {
  users: Users
  database: AccountsDatabase
  close(): Promise<void>
}

/** @param directory the data directory */
export async function openSqliteAccounts(directory: string): Promise<Accounts> {
  mkdirSync(directory, { recursive: true })
  const database = await openDatabase(join(directory, 'catalog.sqlite'))
  return { users: createUsers(database), database, close: () => database.destroy() }
}

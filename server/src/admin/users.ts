import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Accounts, Users } from '../accounts/accounts.ts'
import type { Config } from '../config/schema.ts'
import { DomainError } from '../errors.ts'
import { openAccounts } from '../storage/open-storage.ts'

export { ROLES, type Role, type User, type Users } from '../accounts/accounts.ts'

export interface AccountsOptions {
  /** Whether a data directory without accounts is nothing unusual. */
  mayBeNew?: boolean
}

/** Passes the users of a data directory to `work`, also while a server runs. */
export function withUsers<T>(
  config: Config,
  work: (users: Users) => Promise<T>,
  options: AccountsOptions = {},
): Promise<T> {
  return withAccounts(config, ({ users }) => work(users), options)
}

/** Passes users and their API keys to `work`, also while a server runs. */
export async function withAccounts<T>(
  { data_directory, database, watcher }: Config,
  work: (accounts: Pick<Accounts, 'users' | 'keys'>) => Promise<T>,
  { mayBeNew = false }: AccountsOptions = {},
): Promise<T> {
  // Each gallery has its own users, so a mistyped folder would get a new database.
  const gallery = await stat(watcher.watched_directory).catch(() => undefined)
  if (!gallery?.isDirectory())
    throw new DomainError('directory_not_found', `There is no folder ${watcher.watched_directory}.`)
  // The folder of a server may come from its command line, and the one of this command from a file.
  if (!mayBeNew && database === undefined && !existsSync(join(data_directory, 'accounts.sqlite')))
    console.warn(
      `No server with sign-in has used ${data_directory}, the data directory of ${watcher.watched_directory}. If yours has another folder, name it with --folder.`,
    )
  const accounts = await openAccounts({ database, directory: data_directory, log: console })
  try {
    return await work(accounts)
  } finally {
    await accounts.close()
  }
}

import type { Users } from './catalog/accounts.ts'
import { openSqliteAccounts } from './catalog/sqlite/accounts.ts'
import type { Config } from './config/schema.ts'

export { ROLES, type Role, type User, type Users } from './catalog/accounts.ts'

/** Works on the users of a data directory, also while a server does. */
export async function withUsers<T>(
  { data_directory }: Config,
  work: (users: Users) => Promise<T>,
): Promise<T> {
  const { users, close } = await openSqliteAccounts(data_directory)
  try {
    return await work(users)
  } finally {
    await close()
  }
}

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import { counted } from '../counted.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Storage } from '../storage/open-storage.ts'

/** Returns how many users the database has although nobody has to sign in, as after a move without the old keys; warns if there are any. */
export async function countIgnoredUsers(
  { auth, database, data_directory }: Config,
  storage: Pick<Storage, 'openAccounts'>,
  log: Pick<Log, 'warn'>,
): Promise<number> {
  if (auth.kind !== 'none') return 0
  // Without users there is no such file, and none is created.
  if (database === undefined && !existsSync(join(data_directory, 'accounts.sqlite'))) return 0
  try {
    const accounts = await storage.openAccounts()
    const { total } = await accounts.users.list({}, { offset: 0, limit: 1 }).finally(() => accounts.close())
    if (total > 0)
      log.warn(
        `The database has ${counted(total, 'user')}, but sign-in is off (auth.kind: none): everyone who can open the page is an admin.`,
      )
    return total
  } catch (error) {
    log.warn(`The users of the database could not be counted: ${messageOf(error)}.`)
    return 0
  }
}

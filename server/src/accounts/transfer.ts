import type { AccountsDatabase } from './accounts.ts'

/**
 * Copies users with their ids and API keys. Sessions are not copied, and users that the target already has are left unchanged.
 * @returns the number of copied users
 */
export async function copyUsers(from: AccountsDatabase, to: AccountsDatabase): Promise<number> {
  const users = await from.selectFrom('users').selectAll().orderBy('id').execute()
  let copied = 0
  for (const user of users) {
    const { numInsertedOrUpdatedRows: added } = await to
      .insertInto('users')
      .values(user)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow()
    copied += Number(added ?? 0)
    if (added === 1n) await copyKeys(user.id, from, to)
  }
  return copied
}

async function copyKeys(userId: string, from: AccountsDatabase, to: AccountsDatabase): Promise<void> {
  const keys = await from.selectFrom('api_keys').selectAll().where('user_id', '=', userId).execute()
  if (keys.length > 0) await to.insertInto('api_keys').values(keys).execute()
}

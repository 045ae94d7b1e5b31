import type { AccountsDatabase } from './accounts.ts'

/**
 * Copies users with their ids and API keys. Sessions are not copied, and users that the target already has are left unchanged.
 * @returns the number of copied users
 */
export async function copyUsers(from: AccountsDatabase, to: AccountsDatabase): Promise<number> {
  const users = await from.selectFrom('users').selectAll().orderBy('id').execute()
  let copied = 0
  for (const user of users) {
    const keys = await from.selectFrom('api_keys').selectAll().where('user_id', '=', user.id).execute()
    // In one transaction: a copy that is repeated leaves out the users that it finds.
    copied += await to.transaction().execute(async (transaction) => {
      const { numInsertedOrUpdatedRows: added } = await transaction
        .insertInto('users')
        .values(user)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow()
      if (added === 1n && keys.length > 0) await transaction.insertInto('api_keys').values(keys).execute()
      return Number(added ?? 0)
    })
  }
  return copied
}

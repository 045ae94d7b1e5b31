import type { AccountsDatabase } from './accounts.ts'

/**
 * Copies users with their ids. Sessions are not copied, and users that the target already has are left unchanged.
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
  }
  return copied
}

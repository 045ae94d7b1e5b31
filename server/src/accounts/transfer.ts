import { type AccountsDatabase, spellingsOf } from './accounts.ts'

export interface UsersCopy {
  /** Number of users that the target did not have. */
  copied: number
  /** Users whose address has another id in the target: that id, by the one in the source. */
  targetIds: Map<string, string>
}

/**
 * Copies users with their ids and API keys. Sessions are not copied, and users that the target already has are left unchanged. If their
 * id is another one there, they get those API keys of the source that they lack.
 */
export async function copyUsers(from: AccountsDatabase, to: AccountsDatabase): Promise<UsersCopy> {
  const users = await from.selectFrom('users').selectAll().orderBy('id').execute()
  const result: UsersCopy = { copied: 0, targetIds: new Map() }
  for (const user of users) {
    const keys = await from.selectFrom('api_keys').selectAll().where('user_id', '=', user.id).execute()
    // In one transaction: a copy that is repeated leaves out the users that it finds.
    await to.transaction().execute(async (transaction) => {
      const there = await idsOf(user, transaction)
      // The target has the id itself, even if its address has been changed since.
      if (there.includes(user.id)) return
      const targetId = there[0]
      if (targetId === undefined) {
        await transaction.insertInto('users').values(user).execute()
        result.copied++
      } else result.targetIds.set(user.id, targetId)
      const owned = keys.map((key) => ({ ...key, user_id: targetId ?? user.id }))
      if (owned.length > 0)
        await transaction
          .insertInto('api_keys')
          .values(owned)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
    })
  }
  return result
}

/** The ids of the users that have the id or the address of a user. */
async function idsOf({ id, email }: { id: string; email: string }, to: AccountsDatabase): Promise<string[]> {
  const users = await to
    .selectFrom('users')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', id), eb('email', 'in', spellingsOf(email))]))
    .execute()
  return users.map((user) => user.id)
}

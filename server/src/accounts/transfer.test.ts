import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { Accounts } from './accounts.ts'
import { openSqliteAccounts } from './sqlite.ts'
import { copyUsers } from './transfer.ts'

async function open(): Promise<Accounts> {
  const accounts = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(() => accounts.close())
  return accounts
}

it('copies a user together with the API keys, or not at all', async () => {
  const [from, to] = [await open(), await open()]
  const owner = await from.users.add('owner@example.org', 'editor')
  const { id, token } = await from.keys.create(owner, { name: 'script', role: 'user' })
  // An existing key with the same id makes copying the keys fail.
  const other = await to.users.add('other@example.org', 'user')
  const row = { id, user_id: other.id, name: 'other', role: 'user', secret_hash: '', used_at: null }
  await to.database
    .insertInto('api_keys')
    .values({ ...row, created_at: '' })
    .execute()
  await expect(copyUsers(from.database, to.database)).rejects.toThrow(/UNIQUE/)
  expect(await to.users.get(owner.id)).toBeUndefined()

  await to.keys.revoke(other.id, id)
  expect(await copyUsers(from.database, to.database)).toBe(1)
  expect(await to.keys.authenticate(token)).toMatchObject({ id: owner.id, role: 'user' })
  // Nothing is copied twice.
  expect(await copyUsers(from.database, to.database)).toBe(0)
  expect(await to.keys.list(owner.id)).toHaveLength(1)
})

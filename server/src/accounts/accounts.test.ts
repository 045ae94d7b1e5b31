import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import { openSqliteAccounts } from './sqlite.ts'

it('keeps both the new address and the new role of a user if two requests change them at the same time', async () => {
  const { users, close } = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(close)
  await users.add('admin@example.org', 'admin')
  const { id } = await users.add('bob@example.org', 'admin')
  await Promise.all([users.update(id, { role: 'user' }), users.update(id, { email: 'Bert@example.org' })])
  expect(await users.get(id)).toEqual({ id, email: 'bert@example.org', role: 'user' })
})

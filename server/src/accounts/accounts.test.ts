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

it('finds a user by an international domain in both spellings', async () => {
  const { users, close } = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(close)
  const anna = await users.add('anna@müller.de', 'admin')
  const bert = await users.add('bert@xn--mller-kva.de', 'user')
  expect(await users.getByEmail('Anna@xn--mller-kva.de')).toEqual(anna)
  expect(await users.getByEmail(bert.email)).toEqual(bert)
  await expect(users.add('anna@xn--mller-kva.de', 'user')).rejects.toMatchObject({ code: 'user_exists' })
  await expect(users.update(bert.id, { email: 'anna@xn--mller-kva.de' })).rejects.toMatchObject({
    code: 'user_exists',
  })
})

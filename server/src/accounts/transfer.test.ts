import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../testing/temporary.ts'
import type { Accounts } from './accounts.ts'
import { importUsers } from './import-users.ts'
import { openSqliteAccounts } from './sqlite.ts'
import { copyUsers } from './transfer.ts'

async function open(): Promise<Accounts> {
  const accounts = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(() => accounts.close())
  return accounts
}

it('copies users with their API keys once', async () => {
  const [from, to] = [await open(), await open()]
  const owner = await from.users.add('owner@example.org', 'editor')
  const { token } = await from.keys.create(owner, { name: 'script', role: 'user' })
  expect(await copyUsers(from.database, to.database)).toMatchObject({ copied: 1 })
  expect(await to.keys.authenticate(token)).toMatchObject({ id: owner.id, role: 'user' })
  // Nothing is copied twice.
  expect(await copyUsers(from.database, to.database)).toMatchObject({ copied: 0 })
  expect(await to.keys.list(owner.id)).toHaveLength(1)
})

it('copies again after the address of a user who has another id in the target was changed there', async () => {
  const [from, to] = [await open(), await open()]
  const owner = await from.users.add('owner@example.org', 'editor')
  await from.keys.create(owner, { name: 'script', role: 'user' })
  const there = await to.users.add('owner@example.org', 'user')
  await copyUsers(from.database, to.database)
  await to.users.update(there.id, { email: 'new@example.org' })
  expect(await copyUsers(from.database, to.database)).toMatchObject({ copied: 1 })
  expect(await to.users.get(owner.id)).toMatchObject({ email: 'owner@example.org' })
  // The key has an owner in the target.
  expect(await to.keys.list(there.id)).toHaveLength(1)
})

it('finds the address of an international domain in both spellings', async () => {
  const [from, to] = [await open(), await open()]
  const { id } = await from.users.add('anna@example.org', 'editor')
  await from.database.updateTable('users').set({ email: 'anna@österreich.at' }).execute()
  const there = await to.users.add('anna@xn--sterreich-z7a.at', 'admin')
  const { copied, targetIds } = await copyUsers(from.database, to.database)
  expect([copied, ...targetIds]).toEqual([0, [id, there.id]])
})

it('gives the keys to the user who has the address in the target under another id', async () => {
  const [from, to] = [await open(), await open()]
  const owner = await from.users.add('owner@example.org', 'editor')
  const { token } = await from.keys.create(owner, { name: 'script', role: 'editor' })
  const renamed = await from.users.add('old@example.org', 'user')
  const there = await to.users.add('owner@example.org', 'user')
  await to.keys.create(there, { name: 'own', role: 'user' })
  // An address that was changed in the target, and given to another user, still belongs to the same person by its id.
  await to.users.add('new@example.org', 'user', renamed.id)
  await to.users.add('old@example.org', 'user')
  for (const _ of ['first time', 'again']) {
    const { copied, targetIds } = await copyUsers(from.database, to.database)
    expect([copied, ...targetIds]).toEqual([0, [owner.id, there.id]])
    expect(await to.keys.authenticate(token)).toMatchObject({ id: there.id, role: 'user' })
    expect(await to.keys.list(there.id)).toHaveLength(2)
  }
})

it('imports users whose address was changed here as present, and none if one of them fails', async () => {
  const { users } = await open()
  const found = [
    { id: '1', email: 'anna@example.org', role: 'admin' as const },
    { id: '2', email: 'bert@example.org', role: 'user' as const },
  ]
  const broken = { id: '3', email: 'carl@example.org', role: null as never }
  await expect(importUsers([...found, broken], users)).rejects.toThrow(/NOT NULL/)
  expect((await users.list({}, { offset: 0, limit: 1 })).total).toBe(0)
  expect(await importUsers(found, users)).toEqual({ added: 2, present: 0, notes: [] })
  await users.update('1', { email: 'anna@example.com' })
  const more = { id: '3', email: 'carl@example.org', role: 'editor' as const }
  expect(await importUsers([...found, more], users)).toEqual({ added: 1, present: 2, notes: [] })
  expect(await users.get('1')).toMatchObject({ email: 'anna@example.com' })
  expect(await users.get('3')).toEqual(more)
})

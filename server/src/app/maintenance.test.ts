import { expect, it, onTestFinished } from 'vitest'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { openStorage } from '../storage/open-storage.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { startMaintenance } from './maintenance.ts'

const LOG = { info() {}, warn() {} }

it('deletes private collections of removed users, not those of users whose accounts are lost', async () => {
  const directory = await temporaryDirectory()
  const { catalog, queries, close } = await openStorage({
    database: undefined,
    directory,
    canWrite: true,
    log: LOG,
  })
  onTestFinished(close)
  const accounts = await openSqliteAccounts(directory)
  onTestFinished(accounts.close)
  const { users } = accounts
  await users.add('admin@example.org', 'admin')
  const bert = await users.add('bert@example.org', 'user')
  const carl = await users.add('carl@example.org', 'user')
  const owners = { lost: 'id-of-a-lost-account', removed: bert.id, back: carl.id }
  for (const [name, ownerId] of Object.entries(owners))
    await catalog.collections.create({ name, ownerId, isShared: false })
  await users.remove(bert.id)
  await users.remove(carl.id)
  await users.add('carl@example.org', 'user', carl.id)

  const thumbnails = { removeOrphans: expect.unreachable }
  onTestFinished(
    startMaintenance({
      catalog,
      queries,
      thumbnails: thumbnails as never,
      trash: undefined,
      users,
      isShared: false,
      log: LOG,
    }),
  )
  const countOf = async (ownerId: string) =>
    (await catalog.collections.list({ ownerId, offset: 0, limit: 1 })).total
  await expect.poll(() => countOf(owners.removed)).toBe(0)
  expect(await countOf(owners.lost)).toBe(1)
  expect(await countOf(owners.back)).toBe(1)
})

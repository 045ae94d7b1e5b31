import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/postgres/database.ts'
import { startPostgres } from '../testing/postgres.ts'
import { openPostgresAccounts } from './postgres.ts'

it('work on accounts fails as unavailable while PostgreSQL cannot be reached', async () => {
  const server = await startPostgres()
  onTestFinished(server.close)
  const opened = await openDatabase(await server.createDatabase(), { warn() {} })
  onTestFinished(opened.close)
  const accounts = openPostgresAccounts(opened)
  onTestFinished(accounts.close)
  const list = () => accounts.run(() => accounts.database.selectFrom('users').selectAll().execute())
  expect(await list()).toEqual([])
  await server.crash()
  await expect(list()).rejects.toMatchObject({ code: 'unavailable', retryAfterS: expect.any(Number) })
  await server.restart()
  await expect.poll(() => list().catch((error) => error.code)).toEqual([])
})

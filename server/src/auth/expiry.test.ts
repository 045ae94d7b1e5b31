import { expect, it, onTestFinished, vi } from 'vitest'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { removeExpired } from './expiry.ts'

it('deletes challenges an hour after they have expired', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const { database, close } = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(close)
  const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString()
  await database
    .insertInto('challenges')
    .values(
      [1, 59, 61].map((minutes) => ({
        id: `${minutes}`,
        identifier: `${minutes}`,
        value: '',
        expires_at: at(minutes),
        created_at: at(minutes),
        updated_at: at(minutes),
      })),
    )
    .execute()
  const errors: string[] = []
  onTestFinished(removeExpired(database, { error: (message) => void errors.push(message) }))
  vi.advanceTimersByTime(60_000)
  const left = () => database.selectFrom('challenges').select('id').orderBy('id').execute()
  await expect.poll(left).toEqual([{ id: '1' }, { id: '59' }])
  expect(errors).toEqual([])
})

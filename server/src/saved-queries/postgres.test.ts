import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/postgres/database.ts'
import { sharedPostgres } from '../testing/shared-postgres.ts'
import { openPostgresSavedQueries } from './postgres.ts'
import type { SavedQuery } from './saved-queries.ts'

it('queries stay while they are pinned, and do not reduce the space for others', async () => {
  const { database, close } = await openDatabase(await sharedPostgres().createDatabase(), { warn() {} })
  onTestFinished(close)
  const queries = openPostgresSavedQueries(database, { queries: 2, bytes: 100 })
  const picture = Buffer.alloc(60)
  const pinned: SavedQuery[] = []
  for (let n = 0; n < 3; n++) {
    const query = await queries.keep(picture, 'image', null)
    await queries.pin(query.id)
    pinned.push(query)
  }
  const older = await queries.keep(picture, 'image', null)
  const newer = await queries.keep(picture, 'image', null)
  await queries.removeExpired()
  for (const { id } of [...pinned, newer]) expect(await queries.get(id)).toMatchObject({ id })
  await expect(queries.get(older.id)).rejects.toMatchObject({ code: 'query_not_found' })
})

import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../database/postgres/database.ts'
import { POSTGRES } from '../../database/postgres/dialect.ts'
import { openStorage } from '../../storage/open-storage.ts'
import { imageRecord } from '../../testing/images.ts'
import { sharedPostgres } from '../../testing/shared-postgres.ts'
import type { Catalog } from '../catalog.ts'

const SILENT = { warn(_: string) {}, info(_: string) {} }
const PATHS = [0, 1, 2, 3].map((n) => `${n}.jpg`)
const shared = sharedPostgres()

/** Statements that lock many rows in an order of their own. */
const CHANGES: Record<string, (catalog: Catalog) => Promise<unknown>> = {
  'storing change times': (catalog) =>
    catalog.files.saveChangeTimes(PATHS.map((path) => ({ path, changedAt: 2 }))),
  'clearing failures': (catalog) => catalog.failures.clear(),
}

it.each(Object.entries(CHANGES))('%s waits for other changes before it locks a row', async (_, change) => {
  const options = await shared.createDatabase()
  const storage = await openStorage({ database: options, directory: '', canWrite: true, log: SILENT })
  onTestFinished(() => storage.close())
  const { catalog } = storage
  await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: 2 })
  await catalog.images.upsert(PATHS.map((_, n) => imageRecord(n, { vector: Float32Array.of(1, 0) })))
  const failure = { bytes: 1, modifiedAt: 1, inode: '1', contentHash: undefined, failedAt: 1 }
  for (const path of ['a.jpg', 'b.jpg', 'c.jpg'])
    await catalog.failures.put({ ...failure, path, code: 'unreadable', reason: 'damaged' })

  const other = await openDatabase(options, SILENT)
  onTestFinished(() => other.close())
  const database = other.database.withTables()
  const waiting = async () => {
    const { rows } = await sql<{ wait_event: string }>`
      select wait_event from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(database)
    return rows.map((row) => row.wait_event)
  }
  let changing: Promise<unknown> | undefined
  await database.transaction().execute(async (transaction) => {
    const touch = async (image: string, failed: string) => {
      await transaction.updateTable('images').set({ changed_at: 1 }).where('path', '=', image).execute()
      await transaction.updateTable('failures').set({ changed_at: 1 }).where('path', '=', failed).execute()
    }
    await POSTGRES.lockFolding(transaction)
    await touch('3.jpg', 'c.jpg')
    changing = change(catalog)
    await expect.poll(waiting, { timeout: 20_000 }).toEqual(['advisory'])
    await touch('0.jpg', 'a.jpg')
  })
  await changing
  const { rows } =
    await sql`select deadlocks from pg_stat_database where datname = current_database()`.execute(database)
  expect(rows).toEqual([{ deadlocks: 0 }])
})

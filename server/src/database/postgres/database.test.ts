import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import { expect, it, onTestFinished } from 'vitest'
import { sharedPostgres } from '../../testing/shared-postgres.ts'
import { connect, MIGRATIONS, openDatabase, type PostgresDatabase } from './database.ts'

const SILENT = { warn(_: string) {} }
const shared = sharedPostgres()

/** Creates the tables of the version before the levels of folding. */
async function createFormer({ database }: PostgresDatabase): Promise<void> {
  await sql`create extension if not exists vector`.execute(database)
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => MIGRATIONS } })
  const { error } = await migrator.migrateTo('011-api-keys')
  if (error !== undefined) throw error
}

it('opens a database of an earlier version, and stores which images others stand for', async () => {
  const options = await shared.createDatabase()
  const first = connect(options)
  await createFormer(first)
  const rows = [
    { path: 'a/1.jpg', content: 'one', type: 'image/jpeg', camera: 'A', time: 0 },
    { path: 'a/1.cr2', content: 'two', type: 'image/x-dcraw', camera: 'A', time: 0 },
    { path: 'a/2.jpg', content: 'three', type: 'image/jpeg', camera: 'A', time: 900 },
    { path: 'b/1.jpg', content: 'one', type: 'image/jpeg', camera: 'A', time: 0 },
    { path: 'b/3.jpg', content: 'four', type: 'image/jpeg', camera: 'A', time: 5_000 },
  ]
  for (const { path, content, type, camera, time } of rows) {
    const [directory, name] = path.split('/')
    await sql`insert into images (id, path, directory, name, folded_name, bytes, width, height, content_type, created_at, modified_at,
        inode, content_hash, captured_at, camera)
      values (${path}, ${path}, ${directory}, ${name}, ${name}, 1, 1, 1, ${type}, 1, 1, '1', ${content}, ${time}, ${camera})`.execute(
      first.database,
    )
  }
  await sql`insert into failures (path, directory, bytes, modified_at, inode, code, reason, failed_at)
    values ('broken.jpg', '.', 1, 1, '1', 'c', 'r', 1)`.execute(first.database)
  await first.close()

  const second = await openDatabase(options, SILENT)
  onTestFinished(() => second.close())
  const levels = await second.database
    .selectFrom('images')
    .select(['path', 'fold_level'])
    .orderBy('path')
    .execute()
  expect(levels.map(({ path, fold_level }) => [path, fold_level])).toEqual([
    ['a/1.cr2', 2],
    ['a/1.jpg', null],
    ['a/2.jpg', 3],
    ['b/1.jpg', 0],
    ['b/3.jpg', null],
  ])
  const failures = second.database.selectFrom('failures').select(['path', 'image_id'])
  expect(await failures.execute()).toEqual([{ path: 'broken.jpg', image_id: null }])
  const { rows: done } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(
    second.database,
  )
  expect(done.map(({ name }) => name)).toEqual(Object.keys(MIGRATIONS))
})

it('names the version or the server if the tables can not be migrated', async () => {
  const options = await shared.createDatabase()
  const { database, close } = await openDatabase(options, SILENT)
  await sql`insert into kysely_migration values ('099-later', '2099-01-01')`.execute(database)
  await expect(openDatabase(options, SILENT)).rejects.toThrow(/changed by a newer version .*099-later/)
  await sql`delete from kysely_migration where name >= '016'`.execute(database)
  const name = sql.id(options.database!)
  await sql`alter database ${name} set default_transaction_read_only = on`.execute(database)
  await expect(openDatabase(options, SILENT)).rejects.toThrow(/can't be migrated: it is a standby server/)
  await close()
})

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, SqliteDialect, sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { naturalKey } from '../../gallery/natural-order.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { lockDirectory } from '../directory-lock.ts'
import { adapt, openCatalogDatabase, openCatalogForReading, openDatabase } from './database.ts'
import { up as initial } from './migrations/001-initial.ts'

/** A database as the version before the second migration left it. */
async function writeFirstVersion(file: string): Promise<void> {
  const connection = new DatabaseSync(file)
  const database = new Kysely<unknown>({ dialect: new SqliteDialect({ database: adapt(connection) }) })
  await initial(database)
  connection.exec(`
    insert into embedders (id, name, dimensions) values (7, 'classical', 4);
    insert into vectors (embedder_id, content_hash, data) values (7, 'hash', x'0000');
    insert into images (id, path, directory, name, folded_name, bytes, width, height, content_type, created_at, modified_at, inode, content_hash)
      values ('i', 'a/IMG_10.jpg', 'a', 'IMG_10.jpg', 'img_10.jpg', 1, 3, 2, 'image/jpeg', 5, 1700000000000, '9', 'hash'),
        ('j', 'b/copy.jpg', 'b', 'copy.jpg', 'copy.jpg', 1, 3, 2, 'image/jpeg', 5, 1700000000000, '10', 'hash');
    insert into failures (path, directory, bytes, modified_at, inode, code, reason) values ('a', '.', 1, 1, '1', 'c', 'r');
    create table kysely_migration (name text primary key, timestamp text not null);
    create table kysely_migration_lock (id text primary key, is_locked integer not null default 0);
    insert into kysely_migration values ('001-initial', '2026-01-01');
    insert into kysely_migration_lock values ('migration_lock', 0);
  `)
  await database.destroy()
}

describe('the database', () => {
  it('is migrated with its rows', async () => {
    const file = join(await temporaryDirectory(), 'catalog.sqlite')
    await writeFirstVersion(file)
    const database = await openDatabase(file)
    expect(await database.selectFrom('embedders').selectAll().execute()).toEqual([
      { id: 7, name: 'classical', fingerprint: '', dimensions: 4, chosen_at: 7, space: 'image' },
    ])
    const images = database.selectFrom('images').selectAll()
    expect(await images.execute()).toMatchObject([
      {
        id: 'i',
        path: 'a/IMG_10.jpg',
        width: 3,
        attributes_version: 1,
        captured_at: null,
        taken_at: 1_700_000_000_000,
        taken_month: 202_311,
        name_key: naturalKey('IMG_10.jpg'),
        fold_level: null,
      },
      { id: 'j', fold_level: 0 },
    ])
    expect(
      await database.selectFrom('failures').select(['path', 'embedder_id', 'image_id']).execute(),
    ).toEqual([{ path: 'a', embedder_id: null, image_id: null }])
    const indices = await sql<{ name: string }>`select name from sqlite_master where type = 'index'`.execute(
      database,
    )
    expect(indices.rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'failures_by_image',
        'failures_by_inode',
        'images_by_directory_with_time',
        'images_by_taken_month',
      ]),
    )
    // References to the table that was built again still hold.
    const vectors = database.selectFrom('vectors').select('embedder_id')
    expect(await vectors.execute()).toEqual([{ embedder_id: 7 }])
    const orphan = { embedder_id: 99, content_hash: 'x', data: new Uint8Array(2) }
    await expect(database.insertInto('vectors').values(orphan).execute()).rejects.toThrow(/FOREIGN KEY/)
    await database.destroy()
  })

  it('can be opened after a migration that was interrupted', async () => {
    const file = join(await temporaryDirectory(), 'catalog.sqlite')
    const first = {
      '001': { up: (db: Kysely<unknown>) => sql`create table a (b)`.execute(db).then(() => {}) },
    }
    await (await openDatabase(file, first)).destroy()
    let isInterrupted = true
    const both = {
      ...first,
      '002': {
        async up(db: Kysely<unknown>) {
          await sql`alter table a add column c`.execute(db)
          if (isInterrupted) throw new Error('database or disk is full')
        },
      },
    }
    await expect(openDatabase(file, both)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/can't be migrated: database or disk is full/),
    })
    isInterrupted = false
    const database = await openDatabase(file, both)
    expect((await sql`select c from a`.execute(database)).rows).toEqual([])
    await database.destroy()
  })

  it('is not opened if a newer version has changed it', async () => {
    const file = join(await temporaryDirectory(), 'accounts.sqlite')
    const migrations = { '001': { up: async () => {} }, '002': { up: async () => {} } }
    await (await openDatabase(file, migrations)).destroy()
    await expect(openDatabase(file, { '001': migrations['001'] })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/accounts\.sqlite was changed by a newer version .*\(002\)/),
    })
  })

  it('of an earlier version is not changed by a process that only reads while another one owns it', async () => {
    const directory = await temporaryDirectory()
    const file = join(directory, 'catalog.sqlite')
    await writeFirstVersion(file)
    const owner = lockDirectory(directory)
    await expect(openCatalogForReading(directory)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/earlier version/),
    })
    const connection = new DatabaseSync(file)
    expect(connection.prepare('select name from kysely_migration').all()).toEqual([{ name: '001-initial' }])
    connection.close()
    owner.release()
    const database = await openCatalogForReading(directory)
    expect(await database.selectFrom('images').select('fold_level').execute()).toHaveLength(2)
    await database.destroy()
    lockDirectory(directory).release()
    await (await openCatalogDatabase(directory)).destroy()
  })

  it('is created from nothing', async () => {
    const file = join(await temporaryDirectory(), 'catalog.sqlite')
    const database = await openDatabase(file)
    expect(await database.selectFrom('embedders').selectAll().execute()).toEqual([])
    const row = { name: 'x', fingerprint: 'y', dimensions: 3, chosen_at: 1 }
    await database.insertInto('embedders').values(row).execute()
    await database.destroy()
    const again = await openDatabase(file)
    expect(await again.selectFrom('embedders').selectAll().execute()).toEqual([
      { id: 1, space: 'image', ...row },
    ])
    await again.destroy()
  })
})

describe('prepared statements', () => {
  it('are kept while they are in use, however many others are used once', () => {
    const connection = new DatabaseSync(':memory:')
    const database = adapt(connection)
    for (let n = 0; n < 1000; n++) database.prepare(`select ${n}`)
    const hot = database.prepare("select 'hot'")
    for (let n = 0; n < 1000; n++) {
      database.prepare(`select 1 + ${n}`)
      expect(database.prepare("select 'hot'")).toBe(hot)
    }
    connection.close()
  })

  it('are not kept if their text is long, such as those that insert many rows', () => {
    const connection = new DatabaseSync(':memory:')
    const database = adapt(connection)
    const short = `values ${Array.from({ length: 100 }, () => '(?)').join(', ')}`
    const long = `values ${Array.from({ length: 5000 }, () => '(?)').join(', ')}`
    expect(database.prepare(short)).toBe(database.prepare(short))
    expect(database.prepare(long)).not.toBe(database.prepare(long))
    connection.close()
  })
})

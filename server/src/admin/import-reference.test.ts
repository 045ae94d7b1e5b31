import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, it, onTestFinished, vi } from 'vitest'
import { describeUsers, importUsers } from '../accounts/import-users.ts'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { openReference } from '../database/postgres/reference.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { imagesByName } from '../testing/images.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { startPostgres } from '../testing/postgres.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { assertHasVectors, compareVectors, importImages } from './import-reference.ts'

const COUNT = 30
const EDGES = join(import.meta.dirname, '../../../examples/edge-directions.ts')
const SILENT = { onFailed: expect.unreachable, onProgress() {} }
const TIME = new Date('2024-05-04T12:34:56.789Z')
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Tables as the reference implementation creates them, on a server in another time zone. */
async function referenceDatabase() {
  const server = await startPostgres(['timezone=America/New_York'])
  onTestFinished(server.close)
  const options = await server.createDatabase()
  const { host, port, database, user, password } = options
  const client = new Client({ host, port, database, user, password })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`
    create extension if not exists vector;
    create type userrole as enum ('USER', 'EDITOR', 'ADMIN');
    create table "user" (id uuid primary key, email varchar not null, role userrole not null);
    create table indexedimage (id uuid primary key, path varchar not null unique, embedding vector, created_at timestamp,
      modified_at timestamp, user_visible_name varchar, directory varchar, content_hash varchar, model_name varchar);`)
  const reference = openReference(options)
  onTestFinished(reference.close)
  const addImage = (id: string, path: string, vector: Iterable<number>, modifiedAt = TIME, model = 'mine') =>
    client.query(
      `insert into indexedimage (id, path, embedding, modified_at, model_name) values ($1, $2, $3, $4::timestamptz, $5)`,
      [id, path, JSON.stringify([...vector]), modifiedAt.toISOString(), model],
    )
  return { client, reference, addImage, options }
}

async function gallery() {
  const root = await temporaryDirectory()
  for (let n = 0; n < COUNT; n++) await writeSettled(join(root, `a/${n}.png`), await picture(n), TIME)
  const app = await startApp(await configFor(root))
  await indexAll(app)
  const images = await imagesByName(app.catalog)
  const files = []
  for (const { id, path } of images) {
    const [stored] = await app.catalog.vectors.get([id])
    files.push({ path, vector: stored!.vector })
  }
  await app.close()
  return { root, files }
}

it('imports ids and vectors of unchanged files', async () => {
  const { root, files } = await gallery()
  const { client, reference, addImage } = await referenceDatabase()
  for (const [n, { path, vector }] of files.entries()) {
    // Classes without normalisation store vectors of any length.
    if (n > 0)
      await addImage(
        idOf(n),
        path,
        vector.map((value) => value * 3),
      )
    if (n < 5) await addImage(idOf(100 + n), `/images/${path}`, vector)
  }
  await unlink(join(root, files[10]!.path))
  await client.query(
    `update indexedimage set modified_at = modified_at + interval '2 microseconds' where id = $1`,
    [idOf(11)],
  )
  await client.query(`update indexedimage set model_name = 'other' where id = $1`, [idOf(12)])

  const config = await configFor(root)
  const app = await startApp(config)
  const options = { vectorsOf: 'mine', mountedAt: '/images', ...SILENT }
  expect(await compareVectors(app, reference, config, options)).toBe(20)
  expect(await app.catalog.images.counts()).toMatchObject({ indexed: 0, unembedded: 0 })
  expect(await importImages(app, reference, config, options)).toEqual({
    rows: COUNT + 4,
    adopted: COUNT - 2,
    vectors: COUNT - 3,
    twins: 4,
    present: 0,
    completed: 0,
    left: 2,
    failed: 0,
  })
  await app.indexer.idle()
  // A file that has only the row of its upload gets the id of that row.
  expect((await app.catalog.images.getByPath(files[0]!.path))?.id).toBe(idOf(100))
  expect((await app.catalog.images.get(idOf(25)))?.path).toBe(files[25]!.path)
  expect(await app.catalog.images.get(idOf(11))).toBeUndefined()
  const [own] = await app.catalog.vectors.get([idOf(25)])
  const product = own!.vector.reduce((sum, value, i) => sum + value * files[25]!.vector[i]!, 0)
  expect(product).toBeCloseTo(1, 3)
  await indexAll(app)
  expect(await app.catalog.images.counts()).toMatchObject({ indexed: COUNT - 1, unembedded: 0, failed: 0 })
  expect(await importImages(app, reference, config, options)).toMatchObject({ adopted: 0, left: 1 })
})

it('leaves out files that can’t be read, and compares the vectors of others', async () => {
  const { root, files } = await gallery()
  const { reference, addImage } = await referenceDatabase()
  const damaged = files.slice(0, 2).map(({ path }) => path)
  for (const path of damaged) await writeSettled(join(root, path), 'no image', TIME)
  for (const [n, { path, vector }] of files.entries()) await addImage(idOf(n), path, vector)
  const run = async (vectorsOf: string | undefined) => {
    const config = await configFor(root)
    const app = await startApp(config)
    const onFailed = vi.fn()
    const options = { vectorsOf, mountedAt: '/images', onProgress() {}, onFailed }
    if (vectorsOf !== undefined) expect(await compareVectors(app, reference, config, options)).toBe(20)
    const result = await importImages(app, reference, config, options)
    expect(onFailed.mock.calls.toSorted()).toEqual(
      damaged.map((path) => [path, expect.stringMatching(/image/)]),
    )
    await app.close()
    return result
  }
  const counts = { rows: COUNT, adopted: COUNT - 2, left: 0, failed: 2 }
  expect(await run('mine')).toMatchObject({ ...counts, vectors: COUNT - 2 })
  expect(await run(undefined)).toMatchObject({ ...counts, vectors: 0 })
})

it('gives images that were taken over without vectors their vectors later', async () => {
  const { root, files } = await gallery()
  const { reference, addImage } = await referenceDatabase()
  for (const [n, { path, vector }] of files.entries()) {
    await addImage(idOf(n), path, vector)
    if (n < 5) await addImage(idOf(100 + n), `/images/${path}`, vector)
  }
  const config = await configFor(root)
  const options = { mountedAt: '/images', ...SILENT }
  const former = await configFor(root, {
    data_directory: config.data_directory,
    'embedder_registry.chosen_embedder': 'edges',
    'embedder_registry.embedders': { edges: { file: EDGES, class_name: 'EdgeDirections' } },
  })
  const before = await startApp(former)
  expect(await importImages(before, reference, former, options)).toMatchObject({ adopted: COUNT, vectors: 0 })
  await before.close()
  const app = await startApp(config)
  await writeSettled(join(root, files[3]!.path), await picture(50), new Date())
  const own = { ...options, vectorsOf: 'mine' }
  expect(await importImages(app, reference, config, own)).toMatchObject({
    adopted: 0,
    present: COUNT,
    twins: 5,
    completed: COUNT - 1,
  })
  expect(await app.catalog.vectors.get([idOf(3), idOf(7)])).toHaveLength(1)
  expect(await importImages(app, reference, config, own)).toMatchObject({ adopted: 0, completed: 0 })
})

it('refuses vectors of another embedder before anything is stored, with the figure', async () => {
  const { root, files } = await gallery()
  const { reference, addImage } = await referenceDatabase()
  for (const [n, { path, vector }] of files.entries()) await addImage(idOf(n), path, vector.toReversed())
  const config = await configFor(root)
  const app = await startApp(config)
  const options = { vectorsOf: 'mine', mountedAt: '/images' }
  await expect(compareVectors(app, reference, config, options)).rejects.toThrow(
    /cosine similarity is 0\.\d+.*Nothing was imported/,
  )
  expect(await app.catalog.images.counts()).toMatchObject({ indexed: 0, unembedded: 0 })
})

it('names the embedders of the old database, and a database without its tables', async () => {
  const { client, reference, addImage } = await referenceDatabase()
  await expect(assertHasVectors(reference, 'mine')).rejects.toThrow('the old database has: none.')
  await addImage(idOf(1), 'a.png', [1, 2], TIME, 'default')
  await addImage(idOf(2), 'b.png', [1, 2], TIME, 'default')
  await assertHasVectors(reference, 'default')
  await expect(assertHasVectors(reference, 'nosuch')).rejects.toThrow(
    'There are no vectors of "nosuch"; the old database has: default.',
  )
  await reference.assertUsable()
  await client.query('drop table indexedimage')
  await reference.assertUsable()
  await client.query('drop table "user"')
  await expect(reference.assertUsable()).rejects.toThrow(
    'This database has no tables of the reference implementation',
  )
})

it('imports users in lower case, and reports invalid addresses', async () => {
  const { client, reference } = await referenceDatabase()
  const rows = [
    [idOf(1), 'Anna@example.org', 'USER'],
    [idOf(2), 'anna@EXAMPLE.org', 'ADMIN'],
    [idOf(3), 'no address', 'EDITOR'],
    [idOf(4), 'bert@conflicted', 'EDITOR'],
  ]
  for (const row of rows) await client.query('insert into "user" (id, email, role) values ($1, $2, $3)', row)
  const { users, close } = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(close)
  const { notes, ...counts } = await importUsers(await reference.users(), users)
  expect(counts).toEqual({ added: 2, present: 0 })
  expect(describeUsers({ added: 2, present: 0 })).toBe(
    '2 users imported, 0 already existed. They have to sign in again.',
  )
  expect(describeUsers({ added: 0, present: 2 })).toBe('0 users imported, 2 already existed.')
  expect(notes).toEqual([
    expect.stringMatching(/anna.* are one user/i),
    '"no address" is not an e-mail address: this user is left out.',
  ])
  const list = await users.list({}, { offset: 0, limit: 10 })
  expect(list.users).toEqual([
    { id: idOf(2), email: 'anna@example.org', role: 'admin' },
    { id: idOf(4), email: 'bert@conflicted', role: 'editor' },
  ])
  expect(await importUsers(await reference.users(), users)).toMatchObject({ added: 0, present: 2 })
})

it('imports users at the first start on the same database, and makes the configured address an admin', async () => {
  const { client, options } = await referenceDatabase()
  await client.query(`insert into "user" (id, email, role) values ($1, 'Anna@example.org', 'EDITOR')`, [
    idOf(1),
  ])
  const keys = Object.entries(options).map(([key, value]) => [`database.${key}`, value])
  const mail = await startMailServer()
  const config = await configFor(await temporaryDirectory(), {
    ...Object.fromEntries(keys),
    ...signInBy(mail, 'anna@example.org'),
  })
  const app = await startApp(config)
  const page = { offset: 0, limit: 10 }
  expect((await app.auth!.users.list({}, page)).users).toEqual([
    { id: idOf(1), email: 'anna@example.org', role: 'admin' },
  ])
  await client.query(`insert into "user" (id, email, role) values ($1, 'late@example.org', 'USER')`, [
    idOf(2),
  ])
  await app.close()
  const again = await startApp(config)
  expect((await again.auth!.users.list({}, page)).total).toBe(1)
})

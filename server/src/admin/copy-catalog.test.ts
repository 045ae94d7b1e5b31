import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../config/schema.ts'
import { openAccounts, openTables } from '../storage/open-storage.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { imagesByName } from '../testing/images.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { sharedPostgres } from '../testing/shared-postgres.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { vectorNamed } from '../testing/vectors.ts'
import { moveCatalog } from './copy-catalog.ts'

const SILENT = { warn(_: string) {}, info(_: string) {} }
const OPTIONS = { onProgress() {}, log: SILENT }
const DIMENSIONS = 16
const server = sharedPostgres()

async function galleryWithPictures(): Promise<string> {
  const gallery = await temporaryDirectory()
  for (let n = 0; n < 12; n++) await writeSettled(join(gallery, `${n % 3}/${n}.png`), await picture(n))
  await writeSettled(join(gallery, 'copy of 3.png'), await picture(3))
  await writeSettled(join(gallery, 'broken.jpg'), 'no image')
  return gallery
}

const sqliteFor = (gallery: string) => configFor(gallery)
const postgresFor = async (gallery: string) =>
  configFor(gallery, { database: { ...(await server.createDatabase()), hnsw: undefined } })

/** Returns all rows, with vectors as bytes, and without the ids that each database assigns. */
async function dump({ database, data_directory }: Config) {
  const raw = await openTables(database, data_directory, SILENT)
  const images = await raw.database.selectFrom('images').selectAll().orderBy('path').execute()
  const failures = await raw.database.selectFrom('failures').selectAll().orderBy('path').execute()
  const mountPoints = await raw.database.selectFrom('mount_points').selectAll().execute()
  const vectors = await raw.database
    .selectFrom('vectors')
    .innerJoin('embedders', 'embedders.id', 'vectors.embedder_id')
    .select(['embedders.id', 'name', 'fingerprint', 'dimensions', 'content_hash'])
    .orderBy('name')
    .orderBy('content_hash')
    .execute()
  const data = new Map<number, Map<string, Uint8Array>>()
  for (const [id, rows] of Map.groupBy(vectors, (row) => row.id)) {
    const hashes = rows.map(({ content_hash }) => content_hash)
    data.set(id, await raw.readVectors(id, hashes))
  }
  await raw.close()
  return {
    images,
    failures,
    mountPoints,
    vectors: vectors.map(({ id, ...row }) => ({
      ...row,
      data: Buffer.from(data.get(id)!.get(row.content_hash)!).toString('hex'),
    })),
  }
}

/** Stores vectors of two models for many images that have no files. */
async function fill({ database, data_directory }: Config, count: number): Promise<void> {
  const raw = await openTables(database, data_directory, SILENT)
  for (const name of ['first', 'second']) {
    const { id } = await raw.database
      .insertInto('embedders')
      .values({ name, fingerprint: `${name}-1`, dimensions: DIMENSIONS, chosen_at: name.length })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (let start = 0; start < count; start += 500) {
      const numbers = Array.from({ length: Math.min(500, count - start) }, (_, i) => start + i)
      const vectors = numbers.map(
        (n) =>
          [
            `hash-${n}`,
            new Uint8Array(new Float16Array(vectorNamed(`${name} ${n}`, DIMENSIONS)).buffer),
          ] as const,
      )
      await raw.insertVectors(id, new Map(vectors))
    }
  }
  for (let start = 0; start < count; start += 500) {
    const numbers = Array.from({ length: Math.min(500, count - start) }, (_, i) => start + i)
    await raw.database
      .insertInto('images')
      .values(
        numbers.map((n) => ({
          id: `id-${n}`,
          path: `folder/${n}.jpg`,
          directory: 'folder',
          name: `${n}.jpg`,
          folded_name: `${n}.jpg`,
          name_key: `${n}.jpg`,
          thumbhash: `thumbhash ${n}`,
          taken_at: n,
          taken_month: 197_001,
          bytes: n,
          width: 1,
          height: 1,
          content_type: 'image/jpeg',
          created_at: n,
          modified_at: n,
          inode: String(n),
          content_hash: `hash-${n}`,
        })),
      )
      .execute()
  }
  await raw.close()
}

describe('copying a catalog', () => {
  it('copies it to PostgreSQL and back: equal ids, vectors, failures and results, and nothing is embedded again', async () => {
    const gallery = await galleryWithPictures()
    const embedded = await sqliteFor(gallery)
    const first = await startApp(embedded)
    await indexAll(first)
    const images = await imagesByName(first.catalog)
    const vector = (await first.catalog.vectors.get([images[5]!.id]))[0]!.vector
    const search = { vector, filter: {}, topK: 50, offset: 0, limit: 50 }
    const found = await first.catalog.vectors.nearest(search)
    await first.close()

    const shared = await postgresFor(gallery)
    const there = await moveCatalog(embedded, shared, OPTIONS)
    expect(there).toMatchObject({
      images: { rows: 13, present: 0 },
      vectors: { rows: 24, present: 0 },
      failures: { rows: 1, present: 0 },
      embedders: 1,
      furtherSpaces: ['colours'],
    })
    expect(await dump(shared)).toEqual(await dump(embedded))

    const second = await startApp(shared)
    let embeddings = 0
    second.events.on('imagesIndexed', ({ count }) => {
      embeddings += count
    })
    await second.start()
    await second.indexer.idle()
    expect(embeddings).toBe(0)
    expect(await second.catalog.images.counts()).toEqual({ indexed: 13, unembedded: 0, failed: 1 })
    const again = await second.catalog.vectors.nearest(search)
    expect(again.images.map(({ id }) => id).toSorted()).toEqual(found.images.map(({ id }) => id).toSorted())
    for (const { id, score } of again.images)
      expect(score).toBeCloseTo(found.images.find((image) => image.id === id)!.score, 3)
    await second.close()

    const back = await sqliteFor(gallery)
    await moveCatalog(shared, back, OPTIONS)
    expect(await dump(back)).toEqual(await dump(embedded))
    const third = await startApp(back)
    expect((await third.catalog.vectors.nearest(search)).images.map(({ id }) => id)).toEqual(
      found.images.map(({ id }) => id),
    )
  })

  it('resumes after any interruption, and includes rows that were added meanwhile', async () => {
    const gallery = await temporaryDirectory()
    for (const stop of ['images', 'vectors'] as const) {
      const source = await sqliteFor(gallery)
      await fill(source, 3_500)
      const target = await postgresFor(gallery)
      const broken = moveCatalog(source, target, {
        ...OPTIONS,
        onProgress({ what, done }) {
          if (what === stop && done >= 2_000) throw new Error('the power is gone')
        },
      })
      await expect(broken).rejects.toThrow('the power is gone')
      const resumed = await moveCatalog(source, target, OPTIONS)
      expect(resumed.images).toEqual({ rows: 3_500, present: stop === 'images' ? 2_000 : 3_500 })
      expect(resumed.vectors).toEqual({ rows: 7_000, present: stop === 'images' ? 0 : 2_000 })
      expect(await dump(target)).toEqual(await dump(source))

      const raw = await openTables(source.database, source.data_directory, SILENT)
      // One image moves to the path of another, which was deleted.
      await raw.database.deleteFrom('images').where('id', '=', 'id-7').execute()
      await raw.database
        .updateTable('images')
        .set({ path: 'folder/7.jpg', name: '7.jpg', folded_name: '7.jpg' })
        .where('id', '=', 'id-3000')
        .execute()
      await raw.close()
      expect((await moveCatalog(source, target, OPTIONS)).images).toEqual({ rows: 3_499, present: 3_498 })
      expect((await dump(target)).images).toEqual((await dump(source)).images)
    }
  })

  it('copies users, and keeps the roles of existing ones', async () => {
    const gallery = await galleryWithPictures()
    const source = await sqliteFor(gallery)
    await (await startApp(source)).close()
    const target = await postgresFor(gallery)
    const from = await openAccounts({ database: undefined, directory: source.data_directory, log: SILENT })
    const anna = await from.users.add('anna@example.com', 'admin')
    await from.users.add('bert@example.com', 'editor')
    await from.close()
    const to = await openAccounts({ database: target.database, directory: '', log: SILENT })
    await to.users.add('bert@example.com', 'user')
    expect((await moveCatalog(source, target, OPTIONS)).users).toBe(1)
    expect(await to.users.getByEmail('anna@example.com')).toEqual(anna)
    expect(await to.users.getByEmail('bert@example.com')).toMatchObject({ role: 'user' })
    await to.close()
  })

  it('gives collections and stars to the user who has the address of their owner', async () => {
    const gallery = await galleryWithPictures()
    const source = await sqliteFor(gallery)
    const first = await startApp(source)
    await indexAll(first)
    const [a, b] = await imagesByName(first.catalog)
    const from = await openAccounts({ database: undefined, directory: source.data_directory, log: SILENT })
    const bert = await from.users.add('bert@example.com', 'editor')
    await from.close()
    const { id } = await first.catalog.collections.create({
      name: 'Best',
      ownerId: bert.id,
      isShared: false,
    })
    await first.catalog.collections.change(id, { add: [a!.id] })
    await first.catalog.collections.star(bert.id, [a!.id], true)
    await first.close()
    for (const target of [await postgresFor(gallery), await sqliteFor(gallery)]) {
      const { database, data_directory: directory } = target
      const to = await openAccounts({ database, directory, log: SILENT })
      const there = await to.users.add('bert@example.com', 'user')
      await to.close()
      await moveCatalog(source, target, OPTIONS)
      const opened = await startApp(target)
      await opened.catalog.collections.star(there.id, [b!.id], true)
      await opened.close()
      await moveCatalog(source, target, OPTIONS)
      const { catalog, close } = await startApp(target)
      const { collections } = await catalog.collections.list({ ownerId: there.id, offset: 0, limit: 9 })
      expect(collections).toMatchObject([{ id, ownerId: there.id, images: 1 }])
      expect(await catalog.collections.starred(there.id, [a!.id, b!.id])).toHaveLength(2)
      expect(await catalog.collections.starred(bert.id, [a!.id, b!.id])).toEqual([])
      await close()
    }
  })

  it('copies deleted files again whose copy was interrupted', async () => {
    const [source, target] = [await sqliteFor('/gallery'), await sqliteFor('/gallery')]
    const raw = await openTables(undefined, source.data_directory, SILENT)
    await raw.close()
    const fileIn = ({ data_directory: directory }: Config) => join(directory, 'trash', '1.png')
    const bytes = await picture(1)
    await writeSettled(fileIn(source), bytes)
    await writeSettled(fileIn(target), bytes.subarray(0, 10))
    await moveCatalog(source, target, OPTIONS)
    expect(await readFile(fileIn(target))).toEqual(bytes)
    await moveCatalog(source, target, OPTIONS)
    expect(await readFile(fileIn(target))).toEqual(bytes)
  })

  it('copies collections, stars, pictures of saved searches and the trash', async () => {
    const gallery = await galleryWithPictures()
    const source = await sqliteFor(gallery)
    const first = await startApp(source)
    await indexAll(first)
    const browser = openBrowser(first.http)
    const idOf = async (path: string) => (await first.catalog.images.getByPath(path))!.id
    const ids = [await idOf('0/3.png'), await idOf('1/4.png')]
    await browser.post('/api/collections', { name: 'Best', image_ids: ids })
    await browser.post('/api/stars', { image_ids: [ids[1]], starred: true })
    const form = new FormData()
    form.set('image', new Blob([(await picture(5)) as Uint8Array<ArrayBuffer>]), 'q.png')
    const kept = await (await first.http.request('/api/queries', { method: 'POST', body: form })).json()
    const search = { parts: [{ kind: 'image', query_id: kept.id }], top_k: 1 }
    await browser.post('/api/collections', { name: 'Like 5', search })
    const deleted = await idOf('2/2.png')
    await browser.request('DELETE', `/api/images/${deleted}`)
    await first.close()

    const target = await postgresFor(gallery)
    for (const _ of ['first time', 'again'])
      expect((await moveCatalog(source, target, OPTIONS)).userData).toEqual({
        collections: 2,
        members: 3,
        trash: 1,
      })
    const back = await sqliteFor(gallery)
    await moveCatalog(target, back, OPTIONS)
    const second = openBrowser((await startApp(back)).http)
    const read = async (path: string) => (await second.get(path)).json()
    const { collections } = await read('/api/collections')
    expect(collections).toMatchObject([
      { name: 'Best', image_count: 2 },
      { name: 'Like 5', search },
    ])
    expect(await read(`/api/collections/${collections[1].id}/images`)).toMatchObject({
      images: [{ path: '2/5.png' }],
    })
    expect(await read('/api/images?starred=true')).toMatchObject({ images: [{ id: ids[1] }] })
    await second.post('/api/trash/restore', { image_ids: [deleted] })
    expect(await read(`/api/images/${deleted}`)).toMatchObject({ path: '2/2.png' })
  })

  it('refuses harmful operations with the reason', async () => {
    const gallery = await galleryWithPictures()
    const source = await sqliteFor(gallery)
    const target = await postgresFor(gallery)
    await expect(moveCatalog(source, target, OPTIONS)).rejects.toThrow(/--from names .* has no catalog/)
    await (await startApp(source)).close()
    await expect(moveCatalog(source, source, OPTIONS)).rejects.toThrow(/--from and --to both name/)
    await expect(moveCatalog(target, target, OPTIONS)).rejects.toThrow(/both name the database 127/)

    const running = await startApp(target)
    await running.start()
    await expect(moveCatalog(source, target, OPTIONS)).rejects.toThrow(/A server or worker uses/)
    await running.close()

    const owner = await startApp(source)
    await expect(moveCatalog(target, source, OPTIONS)).rejects.toThrow(/in use by process/)
    await owner.close()

    const raw = await openTables(target.database, '', SILENT)
    await raw.database.updateTable('embedders').set({ dimensions: 3 }).execute()
    await raw.close()
    await expect(moveCatalog(source, target, OPTIONS)).rejects.toThrow(/dimensions in the source and 3/)
  })
})

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { type AttributeTable, IMAGE_ATTRIBUTES, versionOf } from '../catalog/attributes.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { LOCAL_VECTORS } from '../catalog/postgres/local-vectors.ts'
import { createPostgresVectors } from '../catalog/postgres/vectors.ts'
import { COLOUR_SPACE } from '../catalog/spaces.ts'
import { createSqlCatalog } from '../catalog/sql/catalog.ts'
import { createIndexedVectors } from '../catalog/sqlite/indexed-vectors.ts'
import { openDatabase as openPostgres } from '../database/postgres/database.ts'
import { POSTGRES } from '../database/postgres/dialect.ts'
import type { Tables } from '../database/schema.ts'
import { openCatalogDatabase as openSqlite } from '../database/sqlite/database.ts'
import { SQLITE } from '../database/sqlite/dialect.ts'
import { createImageReader, type ImageReader } from '../gallery/image-reader.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { sharedPostgres } from '../testing/shared-postgres.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { createBackfill } from './backfill.ts'
import { readFile } from './read-stage.ts'

const SILENT = { info(_: string) {}, warn(_: string) {} }
const SPACE = { embedder: 'test', fingerprint: '1', dimensions: 4, further: [COLOUR_SPACE] }
const postgres = sharedPostgres()
const COUNT = 250

/** The table of attributes with a column of a later version. */
const EXTENDED: AttributeTable = {
  ...IMAGE_ATTRIBUTES,
  layout: {
    column: 'layout',
    since: versionOf(IMAGE_ATTRIBUTES) + 1,
    read: ({ width, height }) => (width > height ? 'landscape' : 'portrait'),
    schema: z.string(),
  },
}

interface Opened {
  database: Kysely<Tables>
  /** Opens a catalog with some attributes; the present version's by default. */
  catalog(attributes?: AttributeTable): Promise<Catalog>
}

const DATABASES: Record<string, () => Promise<Opened>> = {
  async SQLite() {
    const directory = await temporaryDirectory()
    const database = await openSqlite(directory)
    onTestFinished(() => database.destroy())
    return {
      database,
      async catalog(attributes = IMAGE_ATTRIBUTES) {
        const { vectors } = createIndexedVectors(database, { directory, savesIndex: false })
        const catalog = createSqlCatalog({
          database,
          dialect: SQLITE,
          vectors,
          isOnlyWriter: true,
          attributes,
          async close() {},
        })
        await catalog.spaces.activate(SPACE)
        return catalog
      },
    }
  },
  async PostgreSQL() {
    const opened = await openPostgres(await postgres.createDatabase(), SILENT)
    onTestFinished(() => opened.close())
    const database = opened.database.withTables()
    return {
      database,
      async catalog(attributes = IMAGE_ATTRIBUTES) {
        const vectors = createPostgresVectors(database, {
          canWrite: true,
          log: SILENT,
          hnsw: undefined,
          table: LOCAL_VECTORS,
        })
        onTestFinished(() => vectors.close())
        const catalog = createSqlCatalog({
          database,
          dialect: POSTGRES,
          vectors,
          isOnlyWriter: false,
          attributes,
          async close() {},
        })
        await catalog.spaces.activate(SPACE)
        return catalog
      },
    }
  },
}

async function openReader(root: string): Promise<ImageReader> {
  const reader = createImageReader({
    root,
    walk: { recursive: true, excluded: [], ignored: [] },
    limits: { maxPixels: 1e8, maxFileBytes: 1e8 },
    inputSize: { width: 32, height: 32 },
    thumbnailDirectory: await temporaryDirectory(),
    thumbnailSize: [64, 64],
  })
  onTestFinished(() => reader.close())
  return reader
}

/** Indexes pictures as the present version does, with vectors from no embedder. */
async function indexPictures(root: string, catalog: Catalog, reader: ImageReader): Promise<void> {
  for (let n = 0; n < COUNT; n++) {
    const path = `${String(n).padStart(3, '0')}.png`
    // The bytes after the end of the picture make each file another content.
    await writeSettled(join(root, path), Buffer.concat([await first, Buffer.from(String(n))]))
    const read = await readFile({ reader, catalog }, path, { skipSettleCheck: true, isReread: false })
    if (typeof read === 'string') throw new Error(`${path} is ${read}`)
    await catalog.images.upsert([{ ...read.record, vector: Float32Array.of(1, n, 0, 0) }])
  }
}

const first = picture(1)

describe.each(Object.keys(DATABASES))('a column that is added on %s', (name) => {
  it('is read from the files of all images, without new vectors, also after an interruption', async () => {
    const root = await temporaryDirectory()
    const { database, catalog: open } = await DATABASES[name]!()
    const reader = await openReader(root)
    await indexPictures(root, await open(), reader)
    const vectorsBefore = await database.selectFrom('vectors').select(['id', 'content_hash']).execute()

    await database.schema.alterTable('images').addColumn('layout', 'text').execute()
    const catalog = await open(EXTENDED)
    const indexer = { isIdle: true, idle: async () => {}, enqueue() {} }
    const options = { catalog, reader, indexer, isSearching: () => false, log: SILENT, attributes: EXTENDED }
    expect(await catalog.images.countOutdated()).toBe(COUNT)

    // It yields before each batch, and waits at the second one until it is closed.
    let turns = 0
    const interrupted = createBackfill({ ...options, isSearching: () => ++turns > 1 })
    interrupted.start()
    await expect.poll(() => catalog.images.countOutdated()).toBeLessThan(COUNT)
    await interrupted.close()
    const left = await catalog.images.countOutdated()
    expect(left).toBeGreaterThan(0)

    let isHeld = true
    const resumed = createBackfill({ ...options, isSearching: () => isHeld })
    resumed.start()
    await expect.poll(() => resumed.pending).toBeGreaterThan(0)
    expect(resumed.pending).toBeLessThanOrEqual(left)
    isHeld = false
    await resumed.idle()
    expect(resumed.pending).toBe(0)
    expect(await catalog.images.countOutdated()).toBe(0)
    const layouts = await sql<{ layout: string; count: number }>`
      select layout, count(*) as count from images group by layout`.execute(database)
    expect(layouts.rows).toEqual([{ layout: 'landscape', count: COUNT }])
    expect(await database.selectFrom('vectors').select(['id', 'content_hash']).execute()).toEqual(
      vectorsBefore,
    )
    const image = await catalog.images.getByPath('000.png')
    expect(image).toMatchObject({ width: 140, height: 100, layout: 'landscape' })
  })
})

describe('the backfill', () => {
  it('does not start again while it runs, however long it waits for indexing', async () => {
    const catalog = await (await DATABASES.SQLite!()).catalog()
    const runs = vi.spyOn(catalog.images, 'countOutdated')
    const indexed = Promise.withResolvers<void>()
    const indexer = { isIdle: false, idle: () => indexed.promise, enqueue() {} }
    const reader = { width: 1, readMetadata: () => Promise.reject(new Error('nothing is outdated')) }
    const backfill = createBackfill({ catalog, reader, indexer, isSearching: () => false, log: SILENT })
    const clock = vi.spyOn(performance, 'now')
    onTestFinished(() => clock.mockRestore())
    for (let hour = 1; hour <= 3; hour++) {
      clock.mockReturnValue(hour * 3_600_000)
      backfill.start()
    }
    indexer.isIdle = true
    indexed.resolve()
    await backfill.idle()
    expect(runs).toHaveBeenCalledOnce()
  })

  it('reads an image that was moved to the trash before, when it is back', async () => {
    const root = await temporaryDirectory()
    const catalog = await (await DATABASES.SQLite!()).catalog()
    const reader = await openReader(root)
    await writeSettled(join(root, 'a.png'), await picture(1))
    const read = await readFile({ reader, catalog }, 'a.png', { skipSettleCheck: true, isReread: false })
    if (typeof read === 'string') throw new Error(`it is ${read}`)
    const vector = Float32Array.of(1, 0, 0, 0)
    const [put] = await catalog.images.upsert([
      { ...read.record, thumbhash: undefined, attributesVersion: 1, vector },
    ])
    await catalog.trash.put(put!.id, { place: 'gallery', file: 'a' }, 1)
    const indexer = { isIdle: true, idle: async () => {}, enqueue() {} }
    const backfill = createBackfill({ catalog, reader, indexer, isSearching: () => false, log: SILENT })
    backfill.start()
    await backfill.idle()
    await catalog.trash.restore(put!.id)
    backfill.start()
    await backfill.idle()
    expect(await catalog.images.getByPath('a.png')).toMatchObject({ thumbhash: expect.any(String) })
  })

  it('skips images whose files have changed or are missing, and writes a lost thumbnail again', async () => {
    const root = await temporaryDirectory()
    const { catalog: open } = await DATABASES.SQLite!()
    const reader = await openReader(root)
    const catalog = await open()
    const paths = ['changed.png', 'gone.png', 'same.png']
    for (const [n, path] of paths.entries()) {
      await writeSettled(join(root, path), await picture(n))
      const read = await readFile({ reader, catalog }, path, { skipSettleCheck: true, isReread: false })
      if (typeof read === 'string') throw new Error(`${path} is ${read}`)
      const vector = Float32Array.of(1, 0, 0, n)
      await catalog.images.upsert([
        { ...read.record, thumbhash: undefined, colours: undefined, attributesVersion: 1, vector },
      ])
    }
    await writeSettled(join(root, 'changed.png'), await picture(8))
    await rm(join(root, 'gone.png'))
    const withoutThumbnails = await openReader(root)
    const indexer = { isIdle: true, idle: async () => {}, enqueue() {} }
    const backfill = createBackfill({
      catalog,
      reader: withoutThumbnails,
      indexer,
      isSearching: () => false,
      log: SILENT,
    })
    backfill.start()
    await backfill.idle()
    expect(backfill.pending).toBe(2)
    const thumbhashes = await Promise.all(
      paths.map(async (path) => (await catalog.images.getByPath(path))?.thumbhash),
    )
    const { id } = (await catalog.images.getByPath('same.png'))!
    const [colours] = await catalog.vectors.get([id], 'colours')
    expect(Math.hypot(...colours!.vector)).toBeCloseTo(1, 2)
    expect(thumbhashes).toEqual([undefined, undefined, expect.stringMatching(/^[A-Za-z0-9+/]{28,36}=*$/)])
  })
})

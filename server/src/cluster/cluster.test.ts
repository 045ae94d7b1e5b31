import { readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { App, AppOptions } from '../app/compose.ts'
import type { Config } from '../config/schema.ts'
import { clientConfig, type PostgresOptions } from '../database/postgres/connection.ts'
import { DomainError } from '../errors.ts'
import { createEventBus, MAX_KEPT_EVENTS, type PublishedEvent } from '../events.ts'
import { statFile } from '../gallery/stat-file.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { listen } from '../http/listen.ts'
import { openStorage } from '../storage/open-storage.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { type EventStream, readEventStream } from '../testing/event-stream.ts'
import { circleSketch, picture, writeSettled } from '../testing/pictures.ts'
import { type PostgresServer, startPostgres } from '../testing/postgres.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'
import { openEventRelay } from './event-relay.ts'
import { type JobQueue, type LeaderCommand, openJobQueue } from './job-queue.ts'
import { openEventTable } from './tables/event-table.ts'

const SILENT = { warn() {}, info() {} }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.close())

/** Configurations of several processes on one gallery and one database. */
async function configsFor(
  gallery: string,
  count: number,
  yaml: Record<string, unknown> = {},
): Promise<Config[]> {
  const database = await server.createDatabase()
  const keys = Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  return Promise.all(Array.from({ length: count }, () => configFor(gallery, { ...keys, ...yaml })))
}

async function start(config: Config, options: Partial<AppOptions> = {}): Promise<App> {
  const app = await startApp(config, options)
  await app.start()
  return app
}

async function galleryOf(count: number): Promise<string> {
  const gallery = await temporaryDirectory()
  for (let n = 0; n < count; n++) await writeSettled(join(gallery, `a/${n}.png`), await picture(n))
  return gallery
}

/** The job queue of a database that an app has used; closed after the test. */
async function jobsOn(
  config: Config,
  retries?: { retryLimit: number; retryDelay: number },
): Promise<JobQueue> {
  const storage = await openStorage({
    database: config.database,
    directory: '',
    canWrite: false,
    log: SILENT,
  })
  onTestFinished(() => storage.close())
  const connection = storage.shared!.connection()
  const { isOutage } = storage.shared!
  const jobs = await openJobQueue({
    connection,
    space: 'another',
    isOutage,
    log: SILENT,
    ...(retries && { retries }),
  })
  onTestFinished(() => jobs.close())
  return jobs
}

/** Returns a function that counts the jobs of all queues. */
async function openJobCount(config: Config): Promise<() => Promise<number>> {
  const client = new Client(clientConfig(config.database as PostgresOptions))
  await client.connect()
  onTestFinished(() => client.end())
  return async () => {
    const { rows } = await client.query('select count(*)::int as count from sketch_search_jobs.job')
    return rows[0].count
  }
}

async function pathsIn(app: App): Promise<string[]> {
  const response = await app.http.request('/api/images?items_per_page=1000')
  return ((await response.json()) as { images: { path: string }[] }).images.map(({ path }) => path).sort()
}

describe('processes on one database', () => {
  it('may all start at once on an empty one', async () => {
    const database = await server.createDatabase()
    const opened = await Promise.all(
      Array.from({ length: 10 }, () => openStorage({ database, directory: '', canWrite: true, log: SILENT })),
    )
    const counted = await Promise.all(
      opened.map(async ({ catalog }) => {
        await catalog.spaces.activate({ embedder: 'any', fingerprint: '1', dimensions: 4 })
        return catalog.images.counts()
      }),
    )
    const embedders = await opened[0]!.catalog.spaces.list()
    await Promise.all(opened.map((storage) => storage.close()))
    expect(counted).toEqual(Array.from({ length: 10 }, () => ({ indexed: 0, unembedded: 0, failed: 0 })))
    expect(embedders).toHaveLength(1)
  })

  it('share one key, saved queries and the state of the folder', async () => {
    const gallery = await galleryOf(3)
    await writeSettled(join(gallery, 'empty/folder/no-image.txt'), '')
    const [one, two] = await configsFor(gallery, 2)
    const first = await start(one!)
    const second = await start(two!, { indexes: false })
    await indexAll(first)
    expect(await pathsIn(second)).toEqual(['a/0.png', 'a/1.png', 'a/2.png'])

    const form = new FormData()
    form.set('image', new File([new Uint8Array(await circleSketch())], 'sketch.png'))
    form.set('kind', 'sketch')
    form.set('sketch', '[1]')
    const kept = await first.http.request('/api/queries', { method: 'POST', body: form })
    const { id, image_url: url } = (await kept.json()) as { id: string; image_url: string }
    expect(await (await second.http.request(`/api/queries/${id}`)).json()).toMatchObject({ id, sketch: [1] })
    expect((await second.http.request(url)).status).toBe(200)
    expect((await second.http.request(`/api/queries/${'0'.repeat(24)}`)).status).toBe(404)

    await eventually(async () => {
      const tree = async (app: App) => (await app.http.request('/api/fs/watched-directories')).json()
      expect(await tree(second)).toEqual(await tree(first))
      expect(JSON.stringify(await tree(second))).toContain('"empty/folder"')
      expect(await (await second.http.request('/api/index/status')).json()).toMatchObject({
        watching: 'native',
        indexed: 3,
        pending: 0,
        last_reconcile: expect.stringMatching(/^20/),
      })
    })
  })

  it('publish the same events in one order on every server', async () => {
    const gallery = await galleryOf(2)
    const [one, two] = await configsFor(gallery, 2)
    const first = await start(one!)
    const second = await start(two!, { indexes: false })
    const streams = [await follow(first), await follow(second)] as const
    await indexAll(first)
    await writeSettled(join(gallery, 'b.png'), await picture(7))
    for (const stream of streams) await stream.next('FileCreatedEvent', ({ path }) => path === 'b.png')
    const ids = ({ events }: EventStream) => events.flatMap(({ id }) => id ?? [])
    // One of them may have begun to listen one event later.
    await eventually(() => {
      const [one, other] = [ids(streams[0]), ids(streams[1])]
      const both = Math.min(one.length, other.length)
      expect(both).toBeGreaterThan(1)
      expect(other.slice(-both)).toEqual(one.slice(-both))
    })
    const [begin, ...later] = ids(streams[0])
    const missed = await follow(second, { 'last-event-id': begin! })
    await eventually(() => expect(ids(missed).slice(0, later.length)).toEqual(later))
    for (const stream of [...streams, missed]) await stream.close()
  })

  it.each(['imagesIndexed', 'imagesUpdated'])(
    'report that nothing is left after another process published %s while its last job ended',
    async (name) => {
      const [config] = await configsFor(await galleryOf(1), 1)
      const app = await start(config!)
      await indexAll(app)
      const storage = await openStorage({
        database: config!.database,
        directory: '',
        canWrite: false,
        log: SILENT,
      })
      onTestFinished(() => storage.close())
      const stream = await follow(app)
      const table = openEventTable(storage.shared!.tables)
      await table.append([{ name, data: [{ count: 1, toIndex: 3 }] }])
      await stream.next('ImagesIndexedEvent', ({ to_index }) => to_index === 3)
      await stream.next('ImagesIndexedEvent', ({ to_index }) => to_index === 0)
      await stream.close()
    },
  )

  it('publish later events after those that a browser requested again, also on a server that had read none', async () => {
    const database = await server.createDatabase()
    const storage = await openStorage({ database, directory: '', canWrite: true, log: SILENT })
    onTestFinished(() => storage.close())
    const table = openEventTable(storage.shared!.tables)
    const append = (path: string) => table.append([{ name: 'fileCreated', data: [{ path, createdAt: 0 }] }])
    const events = openEventRelay(table, createEventBus(), createEventBus(), {
      pending: () => 0,
      waitForReplicas: async () => {},
      isOutage: () => false,
      log: SILENT,
    })
    onTestFinished(() => events.close())
    const later: PublishedEvent[] = []
    events.feed.follow((published) => later.push(published))
    for (const path of ['1.png', '2.png']) await append(path)
    const [first] = await table.after(0, 1)
    const pathsOf = (published: PublishedEvent[]) =>
      published.map(({ event }) => (event.args[0] as { path: string }).path)
    expect(pathsOf(await events.feed.since(String(first!.id)))).toEqual(['2.png'])
    await append('3.png')
    events.look()
    await eventually(() => expect(pathsOf(later)).toEqual(['3.png']))

    // If more events are missing than are kept, a browser receives none of them.
    const many = Array.from({ length: MAX_KEPT_EVENTS }, () => ({
      name: 'fileDeleted',
      data: [{ path: 'x.png' }],
    }))
    await table.append(many)
    expect(await events.feed.since(String(first!.id))).toEqual([])
  })

  it('lose no event while a statement is slow and more events wait than are kept', async () => {
    const options = await server.createDatabase()
    const storage = await openStorage({ database: options, directory: '', canWrite: true, log: SILENT })
    onTestFinished(() => storage.close())
    const database = storage.shared!.tables
    const table = openEventTable(database)
    const localEvents = createEventBus()
    const relay = openEventRelay(table, localEvents, createEventBus(), {
      pending: () => 0,
      waitForReplicas: async () => {},
      isOutage: () => false,
      log: SILENT,
      maxUnpublished: 20,
    })
    onTestFinished(() => relay.close())
    const emit = (from: number, to: number) => {
      for (let n = from; n < to; n++) localEvents.emit('fileDeleted', { path: `${n}.png` })
    }
    await database.transaction().execute(async (transaction) => {
      await sql`lock table events in exclusive mode`.execute(transaction)
      emit(0, 10)
      await eventually(async () => {
        const { rows } = await sql`select 1 from pg_locks join pg_database on pg_database.oid = database
            where not granted and datname = current_database()`.execute(database)
        expect(rows).toHaveLength(1)
      })
      emit(10, 30)
    })
    await eventually(async () => {
      const stored = await table.after(0, 100)
      expect(stored.map(({ data }) => data)).toEqual(
        Array.from({ length: 30 }, (_, n) => [{ path: `${n}.png` }]),
      )
    })
  })

  it('pass requests and changes on to the leader', async () => {
    const gallery = await galleryOf(3)
    const [one, two] = await configsFor(gallery, 2, { 'watcher.max_missing_share': 0 })
    const first = await start(one!)
    const second = await start(two!, { indexes: false })
    await indexAll(first)
    await rm(join(gallery, 'a'), { recursive: true })
    await eventually(async () => {
      await second.http.request('/api/index/reconcile', { method: 'POST' })
      expect(await (await second.http.request('/api/index/status')).json()).toMatchObject({
        absence: { missing: 3, known: 3 },
      })
    })
    const accepted = await second.http.request('/api/index/reconcile?accept_missing=true', { method: 'POST' })
    expect(accepted.status).toBe(200)
    expect(await pathsIn(second)).toEqual([])

    // An image that is uploaded to a server without indexing can be found there at once.
    const form = new FormData()
    form.set('image', new File([new Uint8Array(await picture(9))], 'up.png'))
    form.set('directory', '.')
    const uploaded = await second.http.request('/api/images', { method: 'POST', body: form })
    expect(uploaded.status).toBe(200)
    expect(await pathsIn(first)).toEqual(['up.png'])
  })

  it('remove local thumbnails of images that others have deleted', async () => {
    const [config] = await configsFor(await galleryOf(1), 1)
    const { thumbnail_directory: directory, size } = config!.thumbnail
    const hash = 'ab'.repeat(32)
    const thumbnails = openThumbnailStore(directory, size)
    thumbnails.write(hash, Buffer.from('of before'))
    thumbnails.write('cd'.repeat(32), Buffer.from('about to be stored'))
    const hourAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(directory, size.join('x'), 'ab', `${hash}.webp`), hourAgo, hourAgo)
    await start(config!, { indexes: false })
    await eventually(() => expect(thumbnails.has(hash)).toBe(false))
    expect(thumbnails.has('cd'.repeat(32))).toBe(true)
  })

  it('watch one at a time: another one takes over when the leader closes or loses its connection', async () => {
    const gallery = await galleryOf(2)
    const [one, two] = await configsFor(gallery, 2)
    const logged: string[] = []
    const note = (who: string) => ({ info: (text: string) => void logged.push(`${who}: ${text}`) })
    const first = await start(one!, { log: logOf(note('first')) })
    const second = await start(two!, { log: logOf(note('second')) })
    await indexAll(first)
    const watches = (who: string) =>
      logged.filter((line) => line === `${who}: This process watches the gallery from now on.`)
    expect([watches('first').length, watches('second').length]).toEqual([1, 0])
    await first.close()
    await eventually(() => expect(watches('second')).toHaveLength(1))
    await writeSettled(join(gallery, 'later.png'), await picture(5))
    await eventually(async () => expect(await pathsIn(second)).toContain('later.png'))
    await server.restart()
    await eventually(() => expect(watches('second')).toHaveLength(2))
    await writeSettled(join(gallery, 'last.png'), await picture(6))
    await eventually(async () => expect(await pathsIn(second)).toContain('last.png'))
    // The leader scans again before it answers a later request.
    await writeSettled(join(gallery, 'a/after.png'), await picture(8))
    const before = second.sync.lastScan!
    await second.sync.scan()
    expect(second.sync.lastScan).toBeGreaterThan(before)
  })

  it('report that no process watches', async () => {
    const [config] = await configsFor(await galleryOf(1), 1)
    const app = await start(config!, { indexes: false })
    expect(await (await app.http.request('/api/index/status')).json()).toMatchObject({ watching: 'off' })
    await expect(app.sync.scan()).rejects.toThrow(/No process watches.*start a worker/)
  })
})

describe('a worker without the gallery', () => {
  it('indexes files that a server sends, as if it had read them from the disk', async () => {
    const gallery = await galleryOf(3)
    const sidecar =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
    await writeSettled(join(gallery, 'a/0.png.xmp'), sidecar)
    await writeSettled(join(gallery, 'a/1.png.xmp'), sidecar + ' '.repeat(1024 ** 2))
    await writeSettled(join(gallery, 'broken.png'), 'no picture')
    const [one, two] = await configsFor(gallery, 2)
    const first = await startApp(one!)
    const http = await listen(first.http, '127.0.0.1', 0)
    onTestFinished(() => http.close())
    const copies = await temporaryDirectory()
    const config = { ...two!, watcher: { ...two!.watcher, watched_directory: copies } }
    const remote = { searches: false, galleryServer: { url: http.url } }
    const worker = await start(config, remote)
    // Its folder is one of temporary files.
    await rm(copies, { recursive: true })

    const files = await Promise.all(
      ['a/0.png', 'a/1.png', 'a/2.png', 'broken.png', 'gone.png'].map(async (path) => {
        const file = await statFile(gallery, path, { recursive: true, excluded: [] })
        return file ?? { path, bytes: 1, modifiedAt: 1 }
      }),
    )
    first.indexer.enqueue(files)
    await first.indexer.idle()
    const { indexed, failed } = await first.catalog.images.counts()
    expect({ indexed, failed }).toEqual({ indexed: 3, failed: 1 })
    const byPath = await first.catalog.images.getByPath('a/0.png')
    expect(byPath).toMatchObject({ rating: 4, bytes: files[0]!.bytes, modifiedAt: files[0]!.modifiedAt })
    expect(await readdir(copies)).toEqual([])

    // The trash of the gallery is not its own.
    const { id } = (await first.catalog.images.getByPath('a/2.png'))!
    await first.catalog.trash.put(id, { place: 'data', file: 'any/2.png' }, 0)
    await (await start(config, remote)).close()
    expect((await first.catalog.trash.list({ offset: 0, limit: 9 })).total).toBe(1)
    await first.catalog.trash.restore(id)

    // A scan finds what the worker stored, and indexes nothing again.
    const events: string[] = []
    for (const name of ['fileModified', 'imagesIndexed', 'fileFailed'] as const)
      first.events.on(name, () => events.push(name))
    await worker.close()
    await first.start()
    await indexAll(first)
    expect(events).toEqual([])
  })
})

it('a worker indexes other files while three are written to for long', async () => {
  const gallery = await galleryOf(1)
  const [one, two] = await configsFor(gallery, 2)
  const first = await startApp(one!, { indexes: false })
  const queued = await openJobCount(one!)
  const growing = ['b.png', 'c.png', 'd.png']
  // A file that can't be decoded may still be written to.
  for (const name of growing) await writeFile(join(gallery, name), 'x')
  const timings = { settleMs: 10, brokenSettleMs: 600_000, unsettledMs: 100 }
  // A worker takes 16 files at once, three times: each time one that grows.
  for (const [n, path] of growing.entries()) {
    const gone = Array.from({ length: 15 }, (_, m) => `gone-${n}-${m}.png`)
    first.indexer.enqueue([path, ...gone].map((name) => ({ path: name, bytes: 1, modifiedAt: 1 })))
    await eventually(async () => expect(await queued()).toBe(16 * (n + 1)))
  }
  const worker = await start(two!, { timings })
  await eventually(async () => expect(await pathsIn(worker)).toEqual(['a/0.png']))
})

describe('removing missing files', () => {
  const CONFIRMED: LeaderCommand = { kind: 'reconcile', acceptsMissing: true }
  const PLAIN: LeaderCommand = { kind: 'reconcile', acceptsMissing: false }

  async function queue(): Promise<{ jobs: JobQueue; config: Config }> {
    const [config] = await configsFor(await galleryOf(1), 1)
    await (await startApp(config!)).close()
    return { jobs: await jobsOn(config!), config: config! }
  }

  it('is not carried out if it was confirmed long ago by the clock of the database; a scan is', async () => {
    const { jobs, config } = await queue()
    await jobs.request(CONFIRMED)
    await jobs.request(PLAIN)
    const client = new Client(clientConfig(config.database as PostgresOptions))
    await client.connect()
    onTestFinished(() => client.end())
    await client.query("update sketch_search_jobs.job set created_on = created_on - interval '3 minutes'")
    const handled: LeaderCommand[] = []
    await jobs.handle(async (request) => void handled.push(request))
    await eventually(() => expect(handled).toEqual([PLAIN]))
  })

  it('is carried out although the clock of the leader is ahead by minutes', async () => {
    const { jobs } = await queue()
    await jobs.request(CONFIRMED)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 60_000 })
    onTestFinished(() => void vi.useRealTimers())
    const handled: LeaderCommand[] = []
    await jobs.handle(async (request) => void handled.push(request))
    await eventually(() => expect(handled).toEqual([CONFIRMED]))
  })

  it('is abandoned without a leader, and not done later', async () => {
    const { jobs } = await queue()
    let asks = 0
    await expect(jobs.request(CONFIRMED, () => asks++ < 2)).rejects.toThrow(/No process watches/)
    await jobs.request(PLAIN)
    const handled: LeaderCommand[] = []
    await jobs.handle(async (request) => void handled.push(request))
    await eventually(() => expect(handled).toEqual([PLAIN]))
  })

  it('is not retried after a failure', async () => {
    const { jobs } = await queue()
    const handled: LeaderCommand[] = []
    await jobs.handle(async (request) => {
      handled.push(request)
      throw new Error('the drive is gone')
    })
    await expect(jobs.request(CONFIRMED, () => true)).rejects.toThrow(
      /could not be scanned: the drive is gone/,
    )
    await expect(jobs.request(PLAIN, () => handled.length < 4)).rejects.toThrow()
    expect(handled.filter((request) => request.kind === 'reconcile' && request.acceptsMissing)).toHaveLength(
      1,
    )
    expect(handled.length).toBeGreaterThan(2)
  })
})

describe('a job', () => {
  it('that fails repeatedly for no reason of its file is reported as lost, unless a drive or a disk is to blame', async () => {
    const gallery = await galleryOf(2)
    const [config] = await configsFor(gallery, 1)
    const app = await start(config!)
    await indexAll(app)
    const jobs = await jobsOn(config!, { retryLimit: 1, retryDelay: 1 })
    const reasons: Record<string, unknown> = {
      'a/0.png': new Error('a bug'),
      'a/1.png': new Error('EIO: i/o error, read'),
      'a/2.png': new DomainError('gallery_unavailable', 'The drive of this file does not answer.'),
    }
    const lost: string[] = []
    let tries = 0
    await jobs.workOnFiles({
      batchSize: 2,
      async index({ path }) {
        tries++
        return { left: reasons[path] }
      },
      onUnfinished: () => {},
      async lost(file) {
        lost.push(`${file.path}: ${file.reason}`)
      },
    })
    const versions = Object.keys(reasons).map((path) => ({ path, bytes: 1, modifiedAt: 2 }))
    // The file whose job is lost comes last, so that the others would be lost before.
    await jobs.addFiles(versions.slice(1))
    await eventually(() => expect(tries).toBe(4))
    await eventually(async () => expect(await jobs.countFiles()).toBe(0))
    await jobs.addFiles([versions[0]!])
    await jobs.addFiles([versions[0]!])
    await eventually(() => expect(lost).toEqual(['a/0.png: a bug']))
    expect(tries).toBe(6)
    expect(await jobs.countFiles()).toBe(0)
  })

  it('ends with its file, so that the file is accepted again while others of its batch are still indexed', async () => {
    const [config] = await configsFor(await galleryOf(0), 1)
    await (await startApp(config!)).close()
    const jobs = await jobsOn(config!)
    const version = (path: string) => ({ path, bytes: 1, modifiedAt: 2 })
    const slow = Promise.withResolvers<'done'>()
    const taken: string[] = []
    const unfinished: string[] = []
    await jobs.addFiles(['slow', 'quick', 'gone', 'growing'].map(version))
    await jobs.workOnFiles({
      batchSize: 4,
      async index({ path, isReread }) {
        taken.push(isReread ? `${path} again` : path)
        if (path === 'gone') return 'gone'
        if (path === 'growing') return 'unsettled'
        return path === 'slow' && !isReread ? slow.promise : 'done'
      },
      onUnfinished: (paths) => void unfinished.push(...paths),
      async lost() {},
    })
    await eventually(() => expect(unfinished.toSorted()).toEqual(['gone', 'growing']))
    expect(await jobs.countFiles()).toBe(1)
    await jobs.addFiles(['slow', 'quick', 'gone', 'growing'].map(version))
    await jobs.addFiles([{ ...version('slow'), isReread: true }])
    await eventually(() => expect(taken).toHaveLength(8))
    expect(taken.slice(4).sort()).toEqual(['gone', 'growing', 'quick', 'slow again'])
    slow.resolve('done')
    await eventually(async () => expect(await jobs.countFiles()).toBe(0))
  })
})

function logOf(localEvents: { info(text: string): void }) {
  const silent = { warn() {}, error() {}, debug() {} }
  return { ...silent, ...localEvents } as unknown as AppOptions['log']
}

async function follow(app: App, headers: Record<string, string> = {}): Promise<EventStream> {
  return readEventStream(await app.http.request('/api/fs/events', { headers }))
}

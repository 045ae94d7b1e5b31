import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { App, AppOptions } from '../app/compose.ts'
import { configFor, indexAll, startApp } from '../testing/app.ts'
import { picture, writeSettled } from '../testing/pictures.ts'
import { type PostgresServer, startPostgres } from '../testing/postgres.ts'
import { galleryOf, pathsIn } from '../testing/synced.ts'
import { eventually, temporaryDirectory } from '../testing/temporary.ts'

const PATHS = Array.from({ length: 10 }, (_, n) => `${n}.png`)

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.close())

/** A log whose messages are kept. */
function recordLog() {
  const lines: string[] = []
  const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg)
  return { lines, log: pino({ level: 'info' }, { write }) }
}

/** Returns a function that starts a process with a gallery on one database. */
async function onOneDatabase() {
  const database = await server.createDatabase()
  const keys = Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  return async (gallery: string, options: Partial<AppOptions> = {}): Promise<App> => {
    const app = await startApp(await configFor(gallery, keys), options)
    await app.start()
    return app
  }
}

const status = async (app: App) => (await app.http.request('/api/index/status')).json()

it('a process with another gallery neither leads nor removes anything, until an admin confirms that', async () => {
  const start = await onOneDatabase()
  const right = await start(await galleryOf(...PATHS))
  await indexAll(right)

  const other = await temporaryDirectory()
  await writeSettled(join(other, 'x/y.png'), await picture(40))
  const { lines, log } = recordLog()
  const wrong = await start(other, { log })
  const warning = /none of the 10 files of the index.*--accept-missing.*leaves watching the gallery to others/
  expect(lines).toContainEqual(expect.stringMatching(warning))
  await right.close()
  // It tries to lead, and releases the lock.
  await eventually(async () =>
    expect(await status(wrong)).toMatchObject({ absence: { missing: 10, known: 10 } }),
  )
  expect(await pathsIn(wrong)).toEqual(PATHS)
  expect(lines.filter((line) => warning.test(line))).toHaveLength(1)

  const path = '/api/index/reconcile?accept_missing=true'
  expect((await wrong.http.request(path, { method: 'POST' })).status).toBe(200)
  await eventually(async () => expect(await pathsIn(wrong)).toEqual(['x/y.png']))
  expect(await status(wrong)).toMatchObject({ absence: null, watching: 'native' })
})

it('another process leads although one with another gallery was first', async () => {
  const start = await onOneDatabase()
  const gallery = await galleryOf(...PATHS)
  const first = await start(gallery)
  await indexAll(first)
  await first.close()
  const other = await temporaryDirectory()
  await writeSettled(join(other, 'x.png'), await picture(40))
  await start(other)
  const right = await start(gallery)
  await eventually(() => expect(right.sync.lastScan).toBeDefined())
  expect(await pathsIn(right)).toEqual(PATHS)
})

it('reports once that no process watches, and that one does again', async () => {
  const start = await onOneDatabase()
  const gallery = await galleryOf('a.png')
  const { lines, log } = recordLog()
  const follower = await start(gallery, { indexes: false, log, timings: { unwatchedMs: 1_500 } })
  expect(await status(follower)).toMatchObject({ unwatched: false })
  await eventually(async () =>
    expect(await status(follower)).toMatchObject({ unwatched: true, watching: 'off' }),
  )
  const leader = await start(gallery)
  await eventually(async () => expect(await status(follower)).toMatchObject({ unwatched: false }))
  await leader.sync.scan()
  const about = lines.filter((line) => /watche/.test(line))
  expect(about).toEqual([
    expect.stringMatching(/^No process watches the gallery: .* without --no-index\.$/),
    expect.stringMatching(/^The gallery is watched again, by .*process \d+\)\.$/),
  ])
})

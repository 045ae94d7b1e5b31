import { rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from './app/compose.ts'
import { connect } from './database/postgres/database.ts'
import { configFor, indexAll, startApp } from './testing/app.ts'
import { picture, writeSettled } from './testing/pictures.ts'
import { type PostgresServer, startPostgres } from './testing/postgres.ts'
import { eventually, temporaryDirectory } from './testing/temporary.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.close())

async function configOnPostgres(gallery: string, changes: Record<string, unknown> = {}) {
  const database = { ...(await server.createDatabase()), ...changes }
  const keys = Object.entries(database).map(([key, value]) => [`database.${key}`, value])
  return configFor(gallery, Object.fromEntries(keys))
}

async function pathsIn(app: App): Promise<string[]> {
  const query = { filter: {}, orderBy: 'name' as const, descending: false, offset: 0, limit: 100 }
  return (await app.catalog.images.list(query)).images.map(({ path }) => path).sort()
}

describe('the product on PostgreSQL', () => {
  it('indexes, watches, searches and starts again without embedding anything', async () => {
    const gallery = await temporaryDirectory()
    for (let n = 0; n < 6; n++) await writeSettled(join(gallery, `a/${n}.png`), await picture(n))
    const config = await configOnPostgres(gallery)
    const first = await startApp(config)
    await first.start()
    await indexAll(first)
    const { id } = (await first.catalog.images.getByPath('a/3.png'))!
    await rename(join(gallery, 'a/3.png'), join(gallery, 'b.png'))
    await unlink(join(gallery, 'a/5.png'))
    await writeSettled(join(gallery, 'broken.png'), 'no image')
    await eventually(async () => {
      expect(await pathsIn(first)).toEqual(['a/0.png', 'a/1.png', 'a/2.png', 'a/4.png', 'b.png'])
      expect((await first.catalog.images.counts()).failed).toBe(1)
    })
    expect((await first.catalog.images.getByPath('b.png'))?.id).toBe(id)
    const response = await first.http.request('/api/images/search-by-image', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ image_id: id, top_k: 3, query: {} }),
    })
    const { images } = (await response.json()) as { images: { id: string; score: number }[] }
    expect(images).toHaveLength(3)
    expect(images[0]).toMatchObject({ id })
    expect(images[0]!.score).toBeCloseTo(1, 2)
    // The renamed file is read again; a job that is interrupted would be repeated.
    await indexAll(first)
    await first.close()

    const second = await startApp(config)
    let indexed = 0
    second.events.on('imagesIndexed', ({ count }) => {
      indexed += count
    })
    await second.start()
    await indexAll(second)
    expect(indexed).toBe(0)
    expect(await pathsIn(second)).toHaveLength(5)
  })

  it('responds with 503 while the database is unavailable, and resumes by itself', async () => {
    const gallery = await temporaryDirectory()
    await writeSettled(join(gallery, 'a.png'), await picture(1))
    const app = await startApp(await configOnPostgres(gallery))
    await app.start()
    await indexAll(app)
    const status = async () => (await app.http.request('/api/images')).status
    expect(await status()).toBe(200)
    const restarting = server.restart()
    const during = await status()
    expect([200, 503]).toContain(during)
    await restarting
    await eventually(async () => expect(await status()).toBe(200))
    await writeSettled(join(gallery, 'b.png'), await picture(2))
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png']))
  })

  it('logs the beginning and the end of an outage, and nothing else', async () => {
    const gallery = await temporaryDirectory()
    await writeSettled(join(gallery, 'a.png'), await picture(1))
    const lines: string[] = []
    const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg)
    const log = pino({ level: 'info' }, { write })
    const config = await configOnPostgres(gallery)
    const app = await startApp(config, { log })
    const { port, database } = config.database!
    expect(lines).toEqual([`The PostgreSQL database "${database}" at 127.0.0.1:${port} is used.`])
    await app.start()
    await indexAll(app)
    lines.length = 0
    await server.crash()
    for (let n = 0; n < 5; n++)
      for (const path of ['/ready', '/api/images']) expect((await app.http.request(path)).status).toBe(503)
    // Files that can't be queued, and events that can't be read, meet the same outage.
    await writeSettled(join(gallery, 'b.png'), await picture(2))
    await sleep(6_000)
    await server.restart()
    await eventually(async () => expect(await pathsIn(app)).toEqual(['a.png', 'b.png']))
    await eventually(() => expect(lines).toContain('PostgreSQL answers again.'))
    const aboutLeading = /watches the gallery/
    expect(lines.filter((line) => !aboutLeading.test(line))).toEqual([
      expect.stringMatching(
        /^PostgreSQL at 127\.0\.0\.1:\d+ does not answer: .*[^.]\. Until it does, .*waits\.$/,
      ),
      'PostgreSQL answers again.',
    ])
  })

  it('rejects statements at once while too many wait for a connection', async () => {
    const { database, close } = connect(await server.createDatabase(), 1)
    const statements = Array.from({ length: 1_100 }, () => sql`select 1`.execute(database))
    const outcomes = await Promise.allSettled(statements)
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(rejected.length).toBeGreaterThanOrEqual(1_100 - 1_024 - 1)
    expect(rejected.length).toBeLessThanOrEqual(1_100 - 1_024)
    expect(rejected[0]!.reason).toMatchObject({ code: 'unavailable', retryAfterS: 2 })
    expect((await sql<{ one: number }>`select 1 as one`.execute(database)).rows).toEqual([{ one: 1 }])
    await close()
  })

  it('explains problems of the configured server', async () => {
    const gallery = await temporaryDirectory()
    const missing = await configOnPostgres(gallery, { database: 'nowhere' })
    await expect(startApp(missing)).rejects.toThrow(/there is no database "nowhere".*createdb/)
    const stranger = await configOnPostgres(gallery, { user: 'nobody' })
    await expect(startApp(stranger)).rejects.toThrow(/"nobody" may not sign in/)
  })
})

import { once } from 'node:events'
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { App } from './app/compose.ts'
import { configFor, startApp } from './testing/app.ts'
import { picture, writeSettled } from './testing/pictures.ts'
import { type PostgresServer, type StandbyServer, startPostgres } from './testing/postgres.ts'
import { eventually, temporaryDirectory } from './testing/temporary.ts'

let server: PostgresServer
let standby: StandbyServer
beforeAll(async () => {
  server = await startPostgres()
  standby = await server.startStandby()
})
afterAll(async () => {
  await standby?.close()
  await server?.close()
})

/** On a gallery with this number of images, after all are indexed and the standby is used. */
async function startOn(gallery: string, images: number, port = standby.port): Promise<App> {
  const database = await server.createDatabase()
  const keys = Object.entries(database).map(([key, value]) => [`database.${key}`, value])
  const replicas = [{ host: '127.0.0.1', port }]
  const config = await configFor(gallery, {
    ...Object.fromEntries(keys),
    'database.replicas': replicas,
  })
  const app = await startApp(config)
  await app.start()
  await eventually(async () => expect((await app.catalog.images.counts()).indexed).toBe(images))
  await eventually(async () => {
    await list(app)
    expect(await readsFromStandby()).toBe(true)
  })
  return app
}

/** A connection to the standby server that can stop responding, like a machine without power: no data returns, and nothing is closed. */
async function wayToStandby() {
  const sockets = new Set<Socket>()
  let isSilent = false
  const way = createServer((near) => {
    const far = dial(standby.port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket.on('error', () => {}))
      const other = socket === near ? far : near
      socket.on('data', (data) => isSilent || other.write(data)).on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(way, 'listening')
  return {
    port: (way.address() as AddressInfo).port,
    fallSilent() {
      isSilent = true
    },
    close() {
      way.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function galleryOf(count: number): Promise<string> {
  const gallery = await temporaryDirectory()
  for (let n = 0; n < count; n++) await writeSettled(join(gallery, `${n}.png`), await picture(n))
  return gallery
}

async function list(app: App, headers: Record<string, string> = {}): Promise<string[]> {
  const response = await app.http.request('/api/images?items_per_page=1000', { headers })
  expect(response.status).toBe(200)
  return ((await response.json()) as { images: { path: string }[] }).images.map(({ path }) => path).sort()
}

/** @returns the cookie and header of the response that name the position to wait for */
async function upload(app: App, name: string): Promise<{ cookie: string; header: string }> {
  const form = new FormData()
  form.set('image', new File([new Uint8Array(await picture(99))], name))
  const response = await app.http.request('/api/images', { method: 'POST', body: form })
  expect(response.status).toBeLessThan(300)
  const cookie = response.headers.get('set-cookie')!
  expect(cookie).toMatch(
    /^sketch-search-position=[0-9A-F]+(%2F|\/)[0-9A-F]+; Max-Age=30; Path=\/; HttpOnly; SameSite=Lax$/,
  )
  return { cookie: cookie.split(';')[0]!, header: response.headers.get('sketch-search-position')! }
}

/** The position that a client sends with its next requests. */
function seenIn(response: Response): Record<string, string> {
  const position = response.headers.get('sketch-search-position')
  expect(position).not.toBeNull()
  return { 'sketch-search-position': position! }
}

const readsFromStandby = async () =>
  (await standby.lastQueries()).some((query) => /from "(collection_)?images"/.test(query))

describe('reading from a standby server', () => {
  it('serves searching and browsing, and an upload is visible at once', async () => {
    const app = await startOn(await galleryOf(3), 3)
    await eventually(async () => expect(await list(app)).toEqual(['0.png', '1.png', '2.png']))
    const { id } = (await app.catalog.images.getByPath('1.png'))!
    const found = await app.http.request('/api/images/search-by-image', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ image_id: id, top_k: 3, query: {} }),
    })
    expect((await found.json()) as object).toMatchObject({ total: 3, images: [{ id }, {}, {}] })
    // A search writes nothing, so there is no position to wait for.
    expect(found.headers.get('set-cookie')).toBe(null)

    await standby.pauseReplay()
    const { cookie, header } = await upload(app, 'new.png')
    // Others may see it slightly later, but no request waits for the standby.
    expect(await list(app)).toEqual(['0.png', '1.png', '2.png'])
    expect(await list(app, { cookie })).toContain('new.png')
    expect(await list(app, { 'sketch-search-position': header })).toContain('new.png')
    const image = (await app.catalog.images.getByPath('new.png'))!
    expect((await app.http.request(`/api/images/${image.id}`)).status).toBe(200)
    // Too far behind, it is not asked any more.
    await eventually(async () => expect(await list(app)).toContain('new.png'))
    await standby.resumeReplay()
    await eventually(async () => {
      await list(app)
      expect(await readsFromStandby()).toBe(true)
    })
    expect(await list(app)).toContain('new.png')
  })

  it('shows changes of collections and stars at once, to the client also in later requests', async () => {
    const app = await startOn(await galleryOf(2), 2)
    const { id } = (await app.catalog.images.getByPath('0.png'))!
    const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
      app.http.request(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body && { body: JSON.stringify(body) }),
      })
    const known = (await (await send('POST', '/api/collections', { name: 'Cats' })).json()) as { id: string }
    const knownUrl = `/api/collections/${known.id}`
    await eventually(async () =>
      expect(await (await send('GET', '/api/collections')).json()).toMatchObject({ total: 1 }),
    )
    await standby.pauseReplay()
    onTestFinished(() => standby.resumeReplay())
    const renamed = await send('PATCH', knownUrl, { name: 'Ships' })
    expect(await renamed.json()).toMatchObject({ name: 'Ships' })
    const filled = await send('POST', `${knownUrl}/images`, { add: [id] })
    expect(await filled.json()).toMatchObject({ image_count: 1 })
    expect((await send('DELETE', knownUrl)).status).toBe(200)

    const created = await send('POST', '/api/collections', { name: 'Boats', image_ids: [id] })
    expect(created.status).toBe(200)
    const collection = (await created.json()) as { id: string }
    expect(collection).toMatchObject({ name: 'Boats', image_count: 1 })
    const url = `/api/collections/${collection.id}`
    expect((await send('GET', url)).status).toBe(200)
    const listed = await send('GET', '/api/collections', undefined, seenIn(created))
    expect(await listed.json()).toMatchObject({ total: 1, collections: [{ name: 'Boats' }] })

    const starred = await send('POST', '/api/stars', { image_ids: [id], starred: true })
    const image = await send('GET', `/api/images/${id}`, undefined, seenIn(starred))
    expect(await image.json()).toMatchObject({ starred: true })
    const deleted = await send('DELETE', url)
    expect(deleted.status).toBe(200)
    const left = await send('GET', '/api/collections', undefined, seenIn(deleted))
    expect(await left.json()).toMatchObject({ total: 0 })
  })

  it('is never behind the published events', async () => {
    const gallery = await galleryOf(2)
    const app = await startOn(gallery, 2)
    await eventually(async () => expect(await list(app)).toHaveLength(2))
    const looked = new Map<string, Promise<string[]>>()
    app.events.on('fileCreated', ({ path }) => looked.set(path, list(app)))
    await standby.pauseReplay()
    setTimeout(() => void standby.resumeReplay(), 1_000)
    const added = [2, 3, 4, 5, 6, 7].map((n) => `${n}.png`)
    for (const [n, name] of added.entries()) await writeSettled(join(gallery, name), await picture(n + 2))
    await eventually(() => expect([...looked.keys()]).toEqual(expect.arrayContaining(added)))
    for (const [path, listed] of looked) expect(await listed).toContain(path)
  })

  it('continues on the primary when the standby dies, and on the standby when the primary dies', async () => {
    const app = await startOn(await galleryOf(3), 3)
    await eventually(async () => expect(await list(app)).toHaveLength(3))
    await standby.crash()
    for (let n = 0; n < 5; n++) expect(await list(app)).toHaveLength(3)
    await standby.restart()
    await eventually(async () => {
      await list(app)
      expect(await readsFromStandby()).toBe(true)
    })

    await server.crash()
    for (let n = 0; n < 5; n++) expect(await list(app)).toHaveLength(3)
    const refused = await app.http.request('/api/index/failures/retry', { method: 'POST' })
    expect(refused.status).toBe(503)
    await server.restart()
    await eventually(async () => expect((await app.catalog.images.counts()).indexed).toBe(3))
  })

  it('uses the primary when the standby stops responding, also for pending queries', async () => {
    const way = await wayToStandby()
    const app = await startOn(await galleryOf(3), 3, way.port)
    await eventually(async () => expect(await list(app)).toHaveLength(3))
    way.fallSilent()
    const begun = performance.now()
    const lists = await Promise.all(Array.from({ length: 12 }, () => list(app)))
    expect(lists.every((listed) => listed.length === 3)).toBe(true)
    const firstMs = performance.now() - begun
    const laterMs: number[] = []
    for (let n = 0; n < 5; n++) {
      const asked = performance.now()
      expect(await list(app)).toHaveLength(3)
      laterMs.push(performance.now() - asked)
    }
    // The standby has been marked as unresponsive. Other work on the machine slows down single requests only.
    expect(Math.min(...laterMs)).toBeLessThan(firstMs / 2)
    way.close()
  })

  it('rejects a server that is no standby of the primary', async () => {
    const gallery = await galleryOf(1)
    const database = await server.createDatabase()
    const keys = Object.entries(database).map(([key, value]) => [`database.${key}`, value])
    const config = await configFor(gallery, {
      ...Object.fromEntries(keys),
      'database.replicas': [{ host: '127.0.0.1', port: database.port }],
    })
    const logged: string[] = []
    const app = await startApp(config, { log: pino({}, { write: (line) => void logged.push(line) }) })
    await app.start()
    await eventually(async () => expect(await list(app)).toEqual(['0.png']))
    expect(logged.filter((line) => line.includes('standby'))).toEqual([
      expect.stringMatching(/standby server 127.* is not read from for now: it is no standby of the primary/),
    ])
  })
})

import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { Catalog } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { StorageMonitor } from '../indexing/storage-monitor.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { respondWithError, storageReason } from './errors.ts'
import { type HealthOptions, healthHandlers } from './health.ts'

it('is not ready while the database does not answer, although the counts of a large gallery are known', async () => {
  const counts = async () => ({ indexed: 1_000_000, unembedded: 0, failed: 0 })
  let isDown = false
  const sample = async () => {
    if (isDown) throw new DomainError('unavailable', 'PostgreSQL does not answer.')
    return ['1']
  }
  const catalog = { images: { counts, sample } } as unknown as Catalog
  const options = { catalog, embedder: { processId: 1 }, storage: {} } as unknown as HealthOptions
  const app = new Hono()
  app.get('/ready', (context) => healthHandlers(options).ready(context as never, async () => {}))
  app.onError((error, context) => respondWithError(error, context, () => {}))
  expect((await app.request('/ready')).status).toBe(200)
  isDown = true
  expect((await app.request('/ready')).status).toBe(503)
})

/** An app with a route that fails with the current error, and with `/ready`. */
async function failingApp() {
  const silent = () => {}
  const storage = new StorageMonitor({
    dataDirectory: await temporaryDirectory(),
    thumbnailDirectory: await temporaryDirectory(),
    galleryFolders: [],
    database: undefined,
    checkEveryMs: 60_000,
    log: { error: silent, info: silent },
  })
  const images = { counts: async () => ({ indexed: 1, unembedded: 0, failed: 0 }), sample: async () => ['1'] }
  const options = { catalog: { images }, embedder: { processId: 1 }, storage } as unknown as HealthOptions
  const state = { error: new Error(), logged: 0 }
  const app = new Hono()
  app.get('/ready', (context) => healthHandlers(options).ready(context as never, silent as never))
  app.put('/star', () => {
    throw state.error
  })
  app.onError((error, context) =>
    respondWithError(storageReason(error, storage), context, () => {
      state.logged++
    }),
  )
  return { app, state, storage }
}

it.each([
  'database or disk is full',
  'attempt to write a readonly database',
  'ENOSPC: no space left on device, write',
])('a request that fails with "%s" names the disk, and the server is not ready', async (message) => {
  const { app, state, storage } = await failingApp()
  expect((await app.request('/ready')).status).toBe(200)
  state.error = new Error(message)
  const response = await app.request('/star', { method: 'PUT' })
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({
    code: 'storage_unavailable',
    error: expect.stringMatching(/disk|read-only/),
  })
  expect(state.logged).toBe(0)
  expect((await app.request('/ready')).status).toBe(503)
  await storage.check()
  expect((await app.request('/ready')).status).toBe(200)
})

it('a request that waits in vain for a locked database can be repeated, and other errors blame no disk', async () => {
  const { app, state } = await failingApp()
  state.error = new Error('database is locked')
  const locked = await app.request('/star', { method: 'PUT' })
  expect([locked.status, locked.headers.get('retry-after')]).toEqual([503, '5'])
  state.error = new Error('EMFILE: too many open files')
  expect((await app.request('/star', { method: 'PUT' })).status).toBe(500)
  expect((await app.request('/ready')).status).toBe(200)
})

import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { Catalog } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { respondWithError } from './errors.ts'
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

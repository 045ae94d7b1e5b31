import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { Metrics } from './metrics.ts'
import { json, type Router, route } from './routing.ts'

export interface HealthOptions {
  catalog: Catalog
  embedder: EmbedderClient
  storage: Pick<StorageMonitor, 'problem'>
  metrics: Metrics
}

export function addHealth(app: Router, { catalog, embedder, storage, metrics }: HealthOptions): void {
  const status = (word: 'ok' | 'ready') => z.object({ status: z.literal(word) })
  app.openapi(
    route('public', {
      method: 'get',
      path: '/health',
      summary: 'Whether the process runs',
      responses: { 200: { description: 'It does.', ...json(status('ok')) } },
    }),
    (context) => context.json({ status: 'ok' as const }, 200),
  )
  app.openapi(
    route('public', {
      method: 'get',
      path: '/ready',
      summary: 'Whether the database answers, the embedder is loaded and files can be stored; else 503',
      responses: { 200: { description: 'All of this is true.', ...json(status('ready')) } },
    }),
    async (context) => {
      if (storage.problem !== undefined) throw new DomainError('storage_unavailable', storage.problem.message)
      await catalog.images.counts()
      if (embedder.processId === undefined) {
        throw new DomainError('embedder_unavailable', `The embedder "${embedder.name}" is being started.`)
      }
      return context.json({ status: 'ready' as const }, 200)
    },
  )
  app.openapi(
    route('public', {
      method: 'get',
      path: '/metrics',
      summary: 'Measurements for Prometheus',
      responses: {
        200: { description: 'Prometheus text.', content: { 'text/plain': { schema: z.string() } } },
      },
    }),
    async (context) => context.text(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  )
}

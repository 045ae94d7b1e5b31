import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { DomainError } from '../errors.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { healthContract } from './contract/health.ts'
import type { Metrics } from './metrics.ts'

export interface HealthOptions {
  catalog: Catalog
  embedder: EmbedderClient
  storage: Pick<StorageMonitor, 'problem'>
  metrics: Metrics
}

export function healthHandlers({
  catalog,
  embedder,
  storage,
  metrics,
}: HealthOptions): Handlers<typeof healthContract> {
  return {
    health: (context) => context.json({ status: 'ok' as const }, 200),
    async ready(context) {
      if (storage.problem !== undefined) throw new DomainError('storage_unavailable', storage.problem.message)
      // Counts of a large gallery do not ask the database at every call.
      await catalog.images.sample(1)
      if (embedder.processId === undefined)
        throw new DomainError('embedder_unavailable', `The embedder "${embedder.name}" is being started.`)
      return context.json({ status: 'ready' as const }, 200)
    },
    metrics: async (context) =>
      context.text(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
  }
}

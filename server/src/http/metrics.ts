import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Catalog } from '../catalog/catalog.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { SearchResult } from '../search/search.ts'

export interface Metrics {
  observeRequest(method: string, route: string, status: number, seconds: number): void
  observeSearch(timings: SearchResult['timings']): void
  /** Everything in Prometheus' text format. */
  text(): Promise<string>
  readonly contentType: string
}

/**
 * Interval of the timer that measures delays of the server's thread: `nodejs_eventloop_lag_*` has this value if there are none.
 */
export const LAG_PRECISION_MS = 10
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(catalog: Catalog, indexer: Indexer): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Histogram({
    name: 'sketch_search_http_request_duration_seconds',
    help: 'Time from a request to its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  })
  const parts = new Histogram({
    name: 'sketch_search_search_duration_seconds',
    help: 'Time of a search by part: preparing the picture, embedding it, nearest neighbours.',
    labelNames: ['part'],
    buckets: SECONDS,
    registers,
  })
  new Gauge({
    name: 'sketch_search_images_indexed',
    help: 'Images that can be found by search.',
    registers,
    async collect() {
      this.set((await catalog.images.counts()).indexed)
    },
  })
  new Gauge({
    name: 'sketch_search_index_failures',
    help: 'Files that could not be indexed.',
    registers,
    async collect() {
      this.set((await catalog.images.counts()).failed)
    },
  })
  new Gauge({
    name: 'sketch_search_index_queue_length',
    help: 'Files that wait to be indexed.',
    registers,
    collect() {
      this.set(indexer.pending)
    },
  })
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS })
  return {
    observeRequest: (method, route, status, seconds) => requests.observe({ method, route, status }, seconds),
    observeSearch(timings) {
      for (const [part, ms] of Object.entries(timings)) parts.observe({ part }, ms / 1000)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

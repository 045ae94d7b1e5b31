import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Config } from '../config/schema.ts'
import type { openEmbedder } from '../embedding/open-embedder.ts'
import { type EmbedderClient, failIfEmbedderIsDown } from '../embedding/process/embedder-client.ts'
import type { EventBus } from '../events.ts'
import type { Exporter } from '../http/export-request.ts'
import { createMetrics } from '../http/metrics.ts'
import type { Router } from '../http/routing.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { Logger } from '../log.ts'
import type { ImageSearch } from '../search/search.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import type { StartThread } from '../threads.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import { openFoundations } from './foundations.ts'
import { openHttp } from './http.ts'
import { assertSendsFiles, type GalleryServer, openIndexing } from './indexing.ts'
import { openSearch } from './search.ts'
import { failWhileStorageIsUnusable } from './storage-monitor.ts'

/** The product without its HTTP server. */
export interface App {
  readonly catalog: Catalog
  readonly embedder: EmbedderClient
  readonly indexer: Indexer
  readonly backfill: Backfill
  readonly sync: GallerySync
  readonly search: ImageSearch
  readonly trash: Trash
  readonly exporter: Exporter
  readonly events: EventBus
  /** undefined without sign-in */
  readonly auth: SignIn | undefined
  readonly http: Router
  /** Stores the address of the page, for a second start on the same data directory. */
  publishAddress(url: string): void
  /** From now on, a second start waits for the end of this process. `close` does this, too. */
  announceEnd(): void
  /** Starts watching and indexing, unless other processes do this. */
  start(): Promise<void>
  /** Begins to take files from the queue that processes on one database share. Does nothing without other processes. */
  join(): Promise<void>
  /**
   * Resolves when nothing is left to index.
   * @throws {DomainError} `embedder_unavailable` or `storage_unavailable` if embedder or disk do not recover
   */
  untilIdle(): Promise<void>
  close(): Promise<void>
}

export interface AppOptions {
  log: Logger
  /** Only searches: takes no lock and indexes nothing. */
  isReadOnly?: boolean
  /** False for a server that leaves watching and indexing to others. */
  indexes?: boolean
  /** For a worker that has no access to the gallery: the server that sends its files. */
  galleryServer?: GalleryServer
  /** False for a worker, which answers no searches. */
  searches?: boolean
  /** Reports the progress of loading the embedder; `share` from 0 to 1 if it is known. */
  onLoading?: (message: string, share: number | undefined) => void
  /** File that lists the mounts; only tests change it. */
  mountTable?: string
  /** Starts the embedder; tests share one that runs already. */
  openEmbedder?: typeof openEmbedder
  /** Starts a thread; tests use one again that an app has left. */
  startThread?: StartThread
  /** Waiting times that replace the defaults. */
  timings?: Partial<Timings>
}

/**
 * Composes the modules; the only folder that imports all of them. Nothing is indexed until `sync` is started.
 * @throws {DomainError} with what to do about it
 */
export async function createApp(
  config: Config,
  { log, isReadOnly = false, indexes = true, searches = true, ...options }: AppOptions,
): Promise<App> {
  const timings = { ...TIMINGS, ...options.timings }
  if (options.galleryServer !== undefined) await assertSendsFiles(options.galleryServer)
  let background: Promise<unknown> | undefined
  const foundations = await openFoundations(config, {
    ...options,
    log,
    isReadOnly,
    searches,
    timings,
    background: () => background,
  })
  const { lock, storage, monitor, signIn, model, closing } = foundations
  const { catalog, reads } = storage
  const { embedder } = model
  try {
    const indexing = await openIndexing(config, foundations, {
      ...options,
      log,
      isReadOnly,
      indexes,
      timings,
      isSearching: () => search.isBusy,
    })
    const { events, indexer, backfill, sync, cluster } = indexing
    const metrics = createMetrics(reads.catalog, indexer)
    const parts = { indexing, metrics, searches, openEmbedder: options.openEmbedder, timings, log }
    const { search, former } = await openSearch(config, foundations, parts)
    const { http, trash, exporter, maintain } = openHttp(config, {
      foundations,
      indexing,
      search,
      former,
      metrics,
      log,
    })
    let stopMaintenance = () => {}
    return {
      catalog,
      embedder,
      indexer,
      backfill,
      sync,
      search,
      trash,
      exporter,
      events,
      auth: signIn,
      http,
      publishAddress: lock.publishAddress,
      announceEnd: lock.announceEnd,
      async start() {
        stopMaintenance = maintain()
        if (cluster !== undefined || !indexes) return cluster?.start()
        // Watching begins first, so that no change during the scan is missed.
        await sync.startWatching()
        await sync.scan()
      },
      join: async () => cluster?.start(),
      untilIdle: () =>
        failWhileStorageIsUnusable(monitor, failIfEmbedderIsDown(embedder, indexer.idle()), timings),
      async close() {
        lock.announceEnd()
        stopMaintenance()
        if (cluster === undefined) await sync.close()
        // The indexer and the backfill wait for the files in progress. Decoders and an embedder that hang are ended first.
        const indexed = cluster === undefined ? indexer.close() : cluster.close()
        background = Promise.all([indexed, backfill.close()])
        await closing.disposeAsync()
      },
    }
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

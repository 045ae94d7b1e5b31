import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Users } from '../accounts/accounts.ts'
import type { Challenges } from '../auth/methods/email-code/challenges.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { COLOUR_SPACE } from '../catalog/spaces.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { duplicateThresholdOf } from '../config/built-in.ts'
import type { Config } from '../config/schema.ts'
import { type DirectoryLock, lockDirectory, NO_LOCK } from '../database/directory-lock.ts'
import type { openEmbedder } from '../embedding/open-embedder.ts'
import { type EmbedderClient, failIfEmbedderIsDown } from '../embedding/process/embedder-client.ts'
import { createEventBus, createLocalFeed, type EventBus } from '../events.ts'
import { createImageReader } from '../gallery/image-reader.ts'
import { openRenditionStore, withRenditions } from '../gallery/rendition-store.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { createHttpApp } from '../http/app.ts'
import { createMetrics } from '../http/metrics.ts'
import { clientReader } from '../http/middleware/client-address.ts'
import { allowedHostnames } from '../http/middleware/same-origin.ts'
import type { Router } from '../http/routing.ts'
import { type Backfill, createBackfill } from '../indexing/backfill.ts'
import { createIndexer, type Indexer, type IndexQueue } from '../indexing/indexer.ts'

import type { Logger } from '../log.ts'
import { createImageSearch, type ImageSearch } from '../search/search.ts'
import { openStorage } from '../storage/open-storage.ts'
import { createGallerySync, type GallerySync } from '../sync/gallery-sync.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import { foldersToExclude, prepareDirectories } from './directories.ts'
import { openImageFiles } from './image-files.ts'
import { startMaintenance } from './maintenance.ts'
import { type Model, openModel } from './model.ts'
import type { OpenedSignIn } from './sign-in.ts'
import { failWhileStorageIsUnusable, openStorageMonitor } from './storage-monitor.ts'

/** The product without its HTTP server. */
export interface App {
  readonly catalog: Catalog
  readonly embedder: EmbedderClient
  readonly indexer: Indexer
  readonly backfill: Backfill
  readonly sync: GallerySync
  readonly search: ImageSearch
  readonly events: EventBus
  /** undefined where nobody has to sign in. */
  readonly auth: (Pick<Challenges, 'start' | 'verify'> & { users: Users }) | undefined
  readonly http: Router
  /** Stores the address of the page, for a second start on the same data directory. */
  publishAddress(url: string): void
  /** Starts watching and indexing, unless other processes do this. */
  start(): Promise<void>
  /** Begins to index what the processes on this database share; there is nothing to do where this is the only one. */
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
  /** Only searches in what another process indexes; takes no lock and indexes nothing. */
  isReadOnly?: boolean
  /** False for a server that leaves watching and indexing to others. */
  indexes?: boolean
  /** Shows how the loading of the embedder goes on; `share` from 0 to 1 if it is known. */
  onLoading?: (message: string, share: number | undefined) => void
  /** File that lists the mounts; only tests change it. */
  mountTable?: string
  /** Starts the embedder; tests share one that runs already. */
  openEmbedder?: typeof openEmbedder
  /** Those that are shorter than usual. */
  timings?: Partial<Timings>
}

/**
 * Composes the modules; the only place that imports all of them. Nothing is indexed until `sync` is started.
 * @throws {DomainError} with what to do about it
 */
export async function createApp(
  config: Config,
  { log, isReadOnly = false, indexes = true, onLoading, mountTable, ...options }: AppOptions,
): Promise<App> {
  const timings = { ...TIMINGS, ...options.timings }
  await prepareDirectories(config, { isReadOnly })
  // Watchers report real paths, and do not follow a link that the gallery itself may be.
  const root = await realpath(config.watcher.watched_directory)
  const excluded = await foldersToExclude(root, config)
  // Processes on one database server may share the directory: what is in it can be made again by any of them.
  const ownsDirectory = !isReadOnly && config.database === undefined
  const lock: DirectoryLock = ownsDirectory ? lockDirectory(config.data_directory) : NO_LOCK
  const storage = await openStorage({
    database: config.database,
    directory: config.data_directory,
    canWrite: !isReadOnly,
    log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
  }).catch((error) => {
    lock.release()
    throw error
  })
  const { catalog, reads } = storage
  /** undefined for who has the database to himself, or takes no part. */
  const shared = isReadOnly ? undefined : storage.shared
  const embedderName = config.embedder_registry.chosen_embedder
  let opened: Model | undefined
  const readClient = clientReader(config.trusted_proxies)
  let signIn: OpenedSignIn | undefined
  let previousEmbedder: string | undefined
  try {
    if (!isReadOnly && config.auth.kind === 'otp') {
      // Loaded on demand: its libraries would slow down every other start.
      const { openSignIn } = await import('./sign-in.ts')
      signIn = await openSignIn(config, storage, readClient, log)
    }
    opened = await openModel(config, {
      log,
      canWrite: !isReadOnly,
      onLoading,
      openEmbedder: options.openEmbedder,
    })
    const { embedder, fingerprint } = opened
    const used = await catalog.spaces.activate({
      embedder: embedderName,
      fingerprint,
      dimensions: embedder.dimensions,
      further: [COLOUR_SPACE],
    })
    previousEmbedder = used.previousEmbedder
  } catch (error) {
    await opened?.embedder.close()
    await signIn?.close()
    await storage.close()
    lock.release()
    throw error
  }
  const { embedder, fingerprint, vocabulary } = opened

  /** Events of this process, and events for browsers: in a cluster, those of all processes. */
  const localEvents = createEventBus()
  const events = shared === undefined ? localEvents : createEventBus()
  const renditions = openRenditionStore(join(config.data_directory, 'renditions'))
  const thumbnails = withRenditions(
    openThumbnailStore(config.thumbnail.thumbnail_directory, config.thumbnail.size),
    renditions,
  )
  const limits = {
    maxPixels: config.limits.max_pixels,
    maxFileBytes: config.limits.max_file_bytes,
    maxUploadBytes: config.limits.max_upload_bytes,
  }
  const walk = {
    recursive: config.watcher.watch_recursive,
    excluded,
    ignored: config.watcher.ignore,
    includesSystemFolders: config.watcher.include_system_folders,
  }
  const reader = createImageReader({
    root,
    walk,
    limits,
    inputSize: embedder.inputSize,
    timings,
    thumbnailDirectory: config.thumbnail.thumbnail_directory,
    thumbnailSize: [...config.thumbnail.size],
  })
  const batchSize = Math.max(config.watcher.files_batch_size, embedder.measurement.batchSize)
  const monitor = openStorageMonitor(config, timings, log)
  if (!isReadOnly) await monitor.start()
  const localIndexer = createIndexer({
    root,
    catalog,
    embedder,
    reader,
    events: localEvents,
    thumbnails,
    walk,
    maxFileBytes: limits.maxFileBytes,
    batchSize,
    isSearching: () => search.isBusy,
    onError: (message, error) => log.error(error, `Unexpected error while ${message}`),
    onChanged: (paths) => sync.recheck(paths),
    timings,
    storage: monitor,
  })
  const textLog = {
    warn: (message: string) => log.warn(message),
    info: (message: string) => log.info(message),
  }
  const backfill = createBackfill({
    catalog,
    reader,
    indexer: localIndexer,
    isSearching: () => search.isBusy,
    log: textLog,
  })
  const createSync = (queue: IndexQueue, onPass?: () => void) =>
    createGallerySync({
      root,
      catalog,
      indexer: queue,
      thumbnails,
      events: localEvents,
      allEvents: events,
      walk,
      scanIntervalMs: config.watcher.reconcile_interval_s * 1000,
      maxMissingShare: config.watcher.max_missing_share,
      mountTable,
      onPass() {
        onPass?.()
        backfill.start()
      },
      timings,
      log: textLog,
    })
  let cluster: Cluster | undefined
  if (shared !== undefined) {
    const { openCluster } = await import('../cluster/cluster.ts')
    cluster = await openCluster({
      shared,
      catalog,
      waitForReplicas: reads.waitForReplicas,
      root,
      walk,
      embedderName,
      space: `${embedderName} ${fingerprint}`,
      localIndexer,
      batchSize: Math.max(batchSize, MIN_FILES_TAKEN),
      localEvents,
      allEvents: events,
      createSync,
      indexes,
      log: textLog,
    }).catch(async (error) => {
      await embedder.close()
      await reader.close()
      await signIn?.close()
      await storage.close()
      throw error
    })
  }
  const indexer = cluster?.indexer ?? localIndexer
  const sync = cluster?.sync ?? createSync(localIndexer)
  const metrics = createMetrics(reads.catalog, indexer)
  const search = createImageSearch(
    { catalog: reads.catalog, embedder, reader, vocabulary },
    metrics.observeSearch,
  )
  const { imageFiles, trash } = openImageFiles(config, {
    root,
    catalog,
    indexer,
    reader,
    thumbnails,
    renditions,
    events: localEvents,
    limits,
    walk,
  })
  const http = createHttpApp({
    duplicateThreshold: duplicateThresholdOf(embedderName),
    catalog: reads.catalog,
    reads,
    embedder,
    previousEmbedder,
    indexer,
    backfill,
    sync,
    storage: monitor,
    search,
    vocabulary,
    queries: storage.queries,
    reader,
    imageFiles,
    trash,
    feed: cluster?.feed ?? createLocalFeed(events),
    metrics,
    maxUploadBytes: limits.maxUploadBytes,
    basePath: config.base_path,
    allowedHosts: allowedHostnames(config.host, config.allowed_hosts),
    signIn,
    readClient,
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
    events,
    auth: signIn && { ...signIn.challenges, users: signIn.users },
    http,
    publishAddress: lock.publishAddress,
    async start() {
      const { queries } = storage
      stopMaintenance = startMaintenance({
        catalog,
        queries,
        thumbnails,
        trash,
        users: signIn?.users,
        isShared: cluster !== undefined,
        log: textLog,
      })
      if (cluster !== undefined) return cluster.start()
      if (!indexes) return
      // Watching begins first, so that no change during the scan is missed.
      await sync.startWatching()
      await sync.scan()
    },
    async join() {
      await cluster?.start()
    },
    untilIdle: () => failWhileStorageIsUnusable(monitor, failIfEmbedderIsDown(embedder, indexer.idle())),
    async close() {
      stopMaintenance()
      await signIn?.close()
      if (cluster === undefined) await sync.close()
      // The indexer and the backfill wait for the files in progress. Decoders and an embedder that hang are ended first.
      const indexed = cluster === undefined ? indexer.close() : cluster.close()
      const backfilled = backfill.close()
      await reader.close()
      await embedder.close()
      await indexed
      await backfilled
      await monitor.close()
      await storage.close()
      lock.release()
    },
  }
}

/** Minimum number of files taken from a shared queue at once: each request costs a few milliseconds. */
const MIN_FILES_TAKEN = 16

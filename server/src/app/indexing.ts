import { join } from 'node:path'
import type { Cluster } from '../cluster/cluster.ts'
import type { Config } from '../config/schema.ts'
import { spaceFingerprint } from '../embedding/vector-space.ts'
import { createEventBus, type EventBus } from '../events.ts'
import { localFiles } from '../gallery/gallery-files.ts'
import { createImageReader, type ImageReader } from '../gallery/image-reader.ts'
import { openRenditionStore, type RenditionStore, withRenditions } from '../gallery/rendition-store.ts'
import { openThumbnailStore, type ThumbnailStore } from '../gallery/thumbnails.ts'
import { WINDOWS } from '../gallery/windows.ts'
import { type Backfill, createBackfill } from '../indexing/backfill.ts'
import { createIndexer, type Indexer, type IndexQueue } from '../indexing/indexer.ts'
import { anyPause } from '../indexing/storage-monitor.ts'
import type { Log, Logger } from '../log.ts'
import { createGallerySync, type GallerySync } from '../sync/gallery-sync.ts'
import { findOtherGallery } from '../sync/other-gallery.ts'
import type { StartThread } from '../threads.ts'
import type { Timings } from '../timings.ts'
import type { Foundations } from './foundations.ts'

export interface IndexingOptions {
  log: Logger
  isReadOnly: boolean
  /** False for a server that leaves watching and indexing to others. */
  indexes: boolean
  timings: Timings
  mountTable?: string | undefined
  galleryServer?: GalleryServer | undefined
  startThread?: StartThread | undefined
  /** Whether a search is running, which has priority. */
  isSearching(): boolean
}

/** A server that sends the files of the gallery. */
export interface GalleryServer {
  /** Address of the page. */
  url: string
  /** An API key; a server without sign-in needs none. */
  apiKey?: string | undefined
}

/** Everything that brings files of the gallery into the catalog. */
export interface Indexing {
  /** Events of this process, and events for browsers: in a cluster, those of all processes. */
  localEvents: EventBus
  events: EventBus
  renditions: RenditionStore
  thumbnails: ThumbnailStore
  limits: { maxPixels: number; maxFileBytes: number; maxUploadBytes: number }
  reader: ImageReader
  indexer: Indexer
  backfill: Backfill
  sync: GallerySync
  /** False for a worker that reads the files of a server. */
  hasGallery: boolean
  /** Undefined on a database of its own. */
  cluster: Cluster | undefined
}

/** Minimum number of files taken from a shared queue at once: each request costs a few milliseconds. */
const MIN_FILES_TAKEN = 16

export async function openIndexing(
  config: Config,
  foundations: Foundations,
  options: IndexingOptions,
): Promise<Indexing> {
  const { root, walk, storage, monitor, model, closing } = foundations
  const { log, timings, isSearching } = options
  const { catalog } = storage
  const { embedder } = model
  const localEvents = createEventBus()
  const isShared = !options.isReadOnly && storage.shared !== undefined
  const events = isShared ? createEventBus() : localEvents
  const files = await openFiles(config, foundations, options)
  const { reader, thumbnails, limits, galleryFiles } = files
  closing.defer(() => reader.close())
  const { windows } = config.embedder_registry
  const picturesPerFile = 1 + WINDOWS[windows].length
  const batchSize = Math.ceil(
    Math.max(config.watcher.files_batch_size, embedder.measurement.batchSize) / picturesPerFile,
  )
  const localIndexer = createIndexer({
    files: galleryFiles,
    catalog,
    embedder,
    reader,
    events: localEvents,
    thumbnails,
    maxFileBytes: limits.maxFileBytes,
    batchSize,
    hasWindows: windows !== 'none',
    isSearching,
    onError: (message, error) => log.error(error, `Unexpected error while ${message}`),
    onChanged: (paths) => sync.recheck(paths),
    timings,
    storage: files.pause === undefined ? monitor : anyPause([monitor, files.pause]),
  })
  const textLog = sentencesOf(log)
  const backfill = createBackfill({ catalog, reader, indexer: localIndexer, isSearching, log: textLog })
  const createSync = (indexer: IndexQueue, onPass?: () => void) =>
    createGallerySync({
      root,
      catalog,
      indexer,
      thumbnails,
      events: localEvents,
      allEvents: events,
      walk,
      scanIntervalMs: config.watcher.reconcile_interval_s * 1000,
      maxMissingShare: config.watcher.max_missing_share,
      mountTable: options.mountTable,
      onPass() {
        onPass?.()
        backfill.start()
      },
      timings,
      log: textLog,
    })
  const cluster = isShared
    ? await joinCluster(config, foundations, {
        localIndexer,
        batchSize: Math.max(batchSize, MIN_FILES_TAKEN),
        localEvents,
        allEvents: events,
        createSync,
        files: galleryFiles,
        thumbnails,
        indexes: options.indexes,
        watches: options.indexes && options.galleryServer === undefined,
        findOtherGallery:
          options.galleryServer === undefined ? () => findOtherGallery({ root, catalog, walk }) : undefined,
        unwatchedMs: timings.unwatchedMs,
        log: textLog,
      })
    : undefined
  const indexer = cluster?.indexer ?? localIndexer
  const sync = cluster?.sync ?? createSync(localIndexer)
  const hasGallery = options.galleryServer === undefined
  return { ...files, localEvents, events, indexer, backfill, sync, hasGallery, cluster }
}

function sentencesOf(log: Logger): Log {
  return { warn: (message) => log.warn(message), info: (message) => log.info(message) }
}

/**
 * Checks address and key before anything that takes long.
 * @throws {DomainError} `invalid_request`, or `unavailable` if the server does not answer or refuses the key
 */
export async function assertSendsFiles({ url, apiKey }: GalleryServer): Promise<void> {
  const { openRemoteGallery } = await import('../gallery/remote/remote-gallery.ts')
  const gallery = openRemoteGallery(url, apiKey)
  await gallery.check().finally(() => gallery.close())
}

/** Opens the readers of images and the stores of their smaller versions. */
async function openFiles(
  config: Config,
  { root, walk, model, closing }: Foundations,
  { timings, galleryServer, startThread, log }: IndexingOptions,
) {
  const { thumbnail_directory: directory, size } = config.thumbnail
  const renditions = openRenditionStore(join(config.data_directory, 'renditions'))
  const thumbnails = withRenditions(openThumbnailStore(directory, size), renditions)
  const limits = {
    maxPixels: config.limits.max_pixels,
    maxFileBytes: config.limits.max_file_bytes,
    maxUploadBytes: config.limits.max_upload_bytes,
  }
  const localReader = createImageReader(
    {
      root,
      walk,
      limits,
      inputSize: model.embedder.inputSize,
      windows: config.embedder_registry.windows,
      timings,
      thumbnailDirectory: directory,
      thumbnailSize: [...size],
    },
    { startThread },
  )
  const files = { renditions, thumbnails, limits }
  if (galleryServer === undefined)
    return { ...files, reader: localReader, galleryFiles: localFiles(root, walk), pause: undefined }
  const { openRemoteGallery } = await import('../gallery/remote/remote-gallery.ts')
  const { GalleryMonitor } = await import('../indexing/gallery-monitor.ts')
  const { createRemoteReader, probeCopies } = await import('../gallery/remote/remote-reader.ts')
  const gallery = openRemoteGallery(galleryServer.url, galleryServer.apiKey)
  const { maxFileBytes } = limits
  const reader = createRemoteReader({ gallery, reader: localReader, directory: root, maxFileBytes })
  const pause = new GalleryMonitor({
    gallery,
    probeCopies: () => probeCopies(root),
    checkEveryMs: timings.rootCheckMs,
    log,
  })
  closing.defer(() => pause.close())
  return { ...files, reader, galleryFiles: gallery, pause }
}

async function joinCluster(
  config: Config,
  { storage, model }: Foundations,
  parts: Pick<
    Parameters<typeof import('../cluster/cluster.ts').openCluster>[0],
    | 'localIndexer'
    | 'batchSize'
    | 'localEvents'
    | 'allEvents'
    | 'createSync'
    | 'files'
    | 'thumbnails'
    | 'indexes'
    | 'watches'
    | 'findOtherGallery'
    | 'unwatchedMs'
    | 'log'
  >,
): Promise<Cluster | undefined> {
  const { shared, catalog, reads } = storage
  if (shared === undefined) return undefined
  const { openCluster } = await import('../cluster/cluster.ts')
  const embedderName = config.embedder_registry.chosen_embedder
  return openCluster({
    ...parts,
    shared,
    catalog,
    waitForReplicas: reads.waitForReplicas,
    embedderName,
    space: `${embedderName} ${spaceFingerprint(model.fingerprint, config.embedder_registry)}`,
  })
}

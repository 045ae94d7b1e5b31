import type { Catalog } from '../catalog/catalog.ts'
import { LEADER_LOCK } from '../database/postgres/locks.ts'
import { withRetries } from '../database/postgres/retries.ts'
import type { EventBus, EventFeed } from '../events.ts'
import type { GalleryFiles } from '../gallery/gallery-files.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { Indexer, IndexQueue } from '../indexing/indexer.ts'
import type { Log } from '../log.ts'
import type { ClusterStorage } from '../storage/open-storage.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import { recordDeadJob } from './dead-jobs.ts'
import { createDistributedIndexer } from './distributed-indexer.ts'
import { openEventRelay } from './event-relay.ts'
import { openJobQueue } from './job-queue.ts'
import { createRemoteSync, type RemoteSyncOptions } from './remote-sync.ts'
import { openEventTable } from './tables/event-table.ts'
import { openWatchTable } from './tables/watch-table.ts'

export interface ClusterOptions {
  shared: ClusterStorage
  /** Waits until all servers show what has been written. */
  waitForReplicas(): Promise<void>
  catalog: Catalog
  files: GalleryFiles
  thumbnails: ThumbnailStore
  embedderName: string
  /** Identity of the queue of files: an embedder with its weights. */
  space: string
  /** Indexes what this process takes from the queue. */
  localIndexer: Indexer
  batchSize: number
  /** Events of this process. */
  localEvents: EventBus
  /** Receives the events of all processes. */
  allEvents: EventBus
  createSync(indexer: IndexQueue, onPass: () => void): GallerySync
  findOtherGallery: RemoteSyncOptions['findOtherGallery']
  /** Whether this process indexes. */
  indexes: boolean
  /** Whether this process watches the gallery if no other process does. */
  watches: boolean
  unwatchedMs: number
  log: Log
}

/** The part of this process in a cluster. */
export interface Cluster {
  readonly indexer: Indexer
  readonly sync: GallerySync
  readonly feed: EventFeed
  /** Begins to take work. */
  start(): Promise<void>
  close(): Promise<void>
}

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { isOutage } = options.shared
  const { shared, catalog, files, thumbnails, localIndexer, localEvents, allEvents, log } = options
  const jobQueue = withRetries(
    await openJobQueue({ connection: shared.connection(), space: options.space, isOutage, log }),
  )
  const indexer = createDistributedIndexer({
    jobQueue,
    localIndexer,
    batchSize: options.batchSize,
    allEvents,
    onUnfinished: (paths) => sync.recheck(paths),
    isOutage,
    onLost: (job) => recordDeadJob(job, { catalog, files, thumbnails, events: localEvents }),
    log,
  })
  const eventTable = openEventTable(shared.tables)
  const events = openEventRelay(eventTable, localEvents, allEvents, {
    pending: () => indexer.pending,
    waitForReplicas: options.waitForReplicas,
    isOutage,
    log,
  })
  // Events from now on are published, also those that come before the session is connected.
  events.look()
  const session = shared.openSession({
    channels: [eventTable.channel],
    onNotify: () => events.look(),
    onConnected: () => events.look(),
    onLost: () => sync.stepDown(),
  })
  const sync = createRemoteSync({
    watch: openWatchTable(shared.tables),
    jobQueue,
    tryLock: () => session.tryLock(LEADER_LOCK),
    unlock: () => session.unlock(),
    findOtherGallery: options.findOtherGallery,
    createSync: (onPass) => options.createSync(indexer, onPass),
    canLead: options.watches,
    embedder: options.embedderName,
    unwatchedMs: options.unwatchedMs,
    log,
  })

  return {
    indexer,
    sync,
    feed: events.feed,
    async start() {
      if (options.indexes) await indexer.work()
      await sync.startWatching()
    },
    async close() {
      // From now on nothing new is started. Work in progress is stored, and waiting files are left to other processes.
      const indexed = indexer.close()
      await sync.close()
      await session.close()
      await Promise.all([indexed, jobQueue.close()])
      await events.close()
    },
  }
}

import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, messageOf } from '../errors.ts'
import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import type { MassRemoval } from '../sync/missing-files.ts'
import { type JobQueue, type LeaderCommand, noLeaderError } from './job-queue.ts'
import type { WatchTable } from './tables/watch-table.ts'

export interface RemoteSyncOptions {
  watch: WatchTable
  jobQueue: JobQueue
  /** @returns whether this process may watch from now on: nobody else does */
  tryLock(): Promise<boolean>
  /** Makes what watches the folder, as often as this process takes over. @param onPass to be called when it has looked at something */
  createSync(onPass: () => void): GallerySync
  /** False for a server that leaves watching to others. */
  canLead: boolean
  embedder: string
  log: { warn(message: string): void; info(message: string): void }
}

export interface RemoteSync extends GallerySync {
  /** The lock is lost: somebody else may watch by now. */
  stepDown(): void
}

/** Of the process that watches. */
interface Leadership {
  sync: GallerySync
  stopHandling(): Promise<void>
  /** The comparison with which it begins, while that goes on. */
  first: Promise<void> | undefined
}

/** What the process that watches tells the others. Stored as JSON under these names. */
interface LeaderStatus {
  holder: string
  embedder: string
  watching: GallerySync['watching']
  pollingReason: string | undefined
  absence: MassRemoval | undefined
  problem: string | undefined
  lastReconcile: number | undefined
  /** Absent while a process of an earlier version watches. */
  unindexed?: number
}

const LEAD_ATTEMPT_EVERY_MS = 2_000
const PUBLISH_EVERY_MS = 3_000
const READ_EVERY_MS = 1_000
/** Whoever has told nothing for so long does not watch any more. */
const STALE_MS = 20_000
const MIN_PUBLISH_INTERVAL_MS = 1_000
const LEADER_TIMEOUT_MS = 20_000
const PATHS_PER_COMMAND = 500

/**
 * One process at a time keeps index and folder in step: the one that holds the lock. When it is gone another takes over, and
 * compares everything. The others know what it tells them, and pass on what they are asked for.
 */
export function createRemoteSync(options: RemoteSyncOptions): RemoteSync {
  const { watch, jobQueue, log } = options
  const me = `${hostname()} (process ${process.pid})`
  let local: Leadership | undefined
  let queue: Promise<void> = Promise.resolve()
  let isStarted = false
  let isClosed = false
  let latest: { status: LeaderStatus; readAt: number; ageMs: number } | undefined
  let foldersVersion = -1
  let folders: ReadonlyMap<string, FolderTimes> = new Map()
  let publishedFolders = new Map<string, FolderTimes>()
  let areAllPublished = false
  let publishing: Promise<void> | undefined
  let isPublished = true
  const leadTimer = setInterval(tryToLead, LEAD_ATTEMPT_EVERY_MS)
  const publishTimer = setInterval(publishSoon, PUBLISH_EVERY_MS)
  const readTimer = setInterval(() => void read(), READ_EVERY_MS)
  let reading: Promise<void> | undefined
  const unsentPaths = new Set<string>()
  let isLogged = false

  return {
    async startWatching() {
      isStarted = true
      await tryToLead()
      await read()
    },

    async scan(requested = {}) {
      await waitForLeader()
      const { acceptsMissing = false } = requested
      if (local === undefined) return jobQueue.request({ kind: 'reconcile', acceptsMissing }, hasLeader)
      // What has just begun to watch compares everything in any case.
      return (acceptsMissing ? undefined : local.first) ?? local.sync.scan(requested)
    },

    recheck(paths) {
      if (local !== undefined) return local.sync.recheck(paths)
      for (const path of paths) unsentPaths.add(path)
      void sendPaths()
    },

    stepDown: () => void runExclusive(stopLeading),

    get watching() {
      return local?.sync.watching ?? leaderStatus()?.watching ?? 'off'
    },
    get pollingReason() {
      return local === undefined ? leaderStatus()?.pollingReason : local.sync.pollingReason
    },
    get massRemoval() {
      return local === undefined ? leaderStatus()?.absence : local.sync.massRemoval
    },
    get problem() {
      return local === undefined ? leaderStatus()?.problem : local.sync.problem
    },
    get unindexed() {
      return local?.sync.unindexed ?? leaderStatus()?.unindexed ?? 0
    },
    get folders() {
      return local?.sync.folders ?? folders
    },
    get lastScan() {
      return local === undefined ? latest?.status.lastReconcile : local.sync.lastScan
    },

    async close() {
      isClosed = true
      for (const timer of [leadTimer, publishTimer, readTimer]) clearInterval(timer)
      await runExclusive(stopLeading)
      await publishing
      await reading
    },
  }

  function runExclusive(work: () => Promise<void>): Promise<void> {
    const result = queue.then(work)
    queue = result.catch((error) => log.warn(`Watching in turns: ${messageOf(error)}`))
    return queue
  }

  function tryToLead(): Promise<void> {
    return runExclusive(async () => {
      if (!options.canLead || !isStarted || isClosed || local !== undefined) return
      if (await options.tryLock()) await becomeLeader()
    })
  }

  async function becomeLeader(): Promise<void> {
    log.info('This process watches the gallery from now on.')
    publishedFolders = new Map()
    areAllPublished = false
    const sync = options.createSync(publishSoon)
    try {
      await sync.startWatching()
      const stopHandling = await jobQueue.handle((request) => handle(sync, request))
      const begun: Leadership = { sync, stopHandling, first: sync.scan() }
      local = begun
      begun.first
        // That the folder can't be looked at has been said, and it is tried again.
        ?.catch((error) => {
          if (!(error instanceof DomainError && error.code === 'directory_not_found'))
            log.warn(`The gallery could not be compared: ${messageOf(error)}`)
        })
        .finally(() => {
          begun.first = undefined
        })
    } catch (error) {
      await sync.close()
      throw error
    }
  }

  async function stopLeading(): Promise<void> {
    const former = local
    if (former === undefined) return
    local = undefined
    if (!isClosed)
      log.info('This process watches the gallery no more: its connection to the database was lost.')
    await former.stopHandling().catch(() => {})
    await former.sync.close()
  }

  async function handle(sync: GallerySync, request: LeaderCommand): Promise<void> {
    if (request.kind === 'reconcile') await sync.scan({ acceptsMissing: request.acceptsMissing })
    else sync.recheck(request.paths)
  }

  async function sendPaths(): Promise<void> {
    while (unsentPaths.size > 0 && !isClosed) {
      const paths = [...unsentPaths].slice(0, PATHS_PER_COMMAND)
      for (const path of paths) unsentPaths.delete(path)
      await jobQueue.request({ kind: 'look', paths }).catch(() => {
        // The next comparison finds it.
      })
    }
  }

  /** @throws {DomainError} `unavailable` if nobody watches, and nobody begins to */
  async function waitForLeader(): Promise<void> {
    const start = performance.now()
    while (!hasLeader()) {
      if (isClosed || performance.now() - start > LEADER_TIMEOUT_MS) throw noLeaderError()
      await sleep(READ_EVERY_MS / 4)
    }
  }

  function hasLeader(): boolean {
    return local !== undefined || leaderStatus() !== undefined
  }

  function leaderStatus(): LeaderStatus | undefined {
    if (latest === undefined) return undefined
    return latest.ageMs + performance.now() - latest.readAt > STALE_MS ? undefined : latest.status
  }

  async function read(): Promise<void> {
    if (local !== undefined || isClosed) return
    reading ??= readNow()
      .catch(() => {
        // That the database is away is told by whatever needs it.
      })
      .finally(() => {
        reading = undefined
      })
    await reading
  }

  async function readNow(): Promise<void> {
    const row = await watch.read()
    if (row === undefined) return
    const status = row.state as LeaderStatus
    latest = { status, readAt: performance.now(), ageMs: row.ageMs }
    if (status.embedder !== options.embedder && !isLogged) {
      isLogged = true
      log.warn(
        `The process that watches the gallery, on ${status.holder}, has the embedder "${status.embedder}", and this one "${options.embedder}": new images are not embedded for this one until all have the same.`,
      )
    }
    if (row.foldersVersion === foldersVersion) return
    folders = new Map((await watch.folders()).map(({ directory, ...times }) => [directory, times]))
    foldersVersion = row.foldersVersion
  }

  function publishSoon(): void {
    if (local === undefined || isClosed) return
    isPublished = false
    publishing ??= publish()
      .catch(() => {
        // The next time tells it all.
      })
      .finally(() => {
        publishing = undefined
        if (!isPublished) publishSoon()
      })
  }

  async function publish(): Promise<void> {
    isPublished = true
    if (local === undefined) return
    const { sync } = local
    const status: LeaderStatus = {
      holder: me,
      embedder: options.embedder,
      watching: sync.watching,
      pollingReason: sync.pollingReason,
      absence: sync.massRemoval,
      problem: sync.problem,
      lastReconcile: sync.lastScan,
      unindexed: sync.unindexed,
    }
    await watch.write(status)
    await publishFolders(sync)
    await sleep(MIN_PUBLISH_INTERVAL_MS, undefined, { ref: false })
  }

  async function publishFolders(sync: GallerySync): Promise<void> {
    // Before the first comparison has ended not all are known.
    const isAll = sync.lastScan !== undefined && !areAllPublished
    const now = new Map(sync.folders)
    const seen = [...now].filter(
      ([directory, status]) => isAll || isChanged(publishedFolders.get(directory), status),
    )
    const gone = [...publishedFolders.keys()].filter((directory) => !now.has(directory))
    await watch.putFolders(
      seen.map(([directory, times]) => ({ directory, ...times })),
      gone,
      isAll,
    )
    publishedFolders = now
    areAllPublished ||= isAll
  }
}

function isChanged(before: FolderTimes | undefined, now: FolderTimes): boolean {
  return before?.createdAt !== now.createdAt || before.modifiedAt !== now.modifiedAt
}

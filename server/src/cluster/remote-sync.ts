import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, messageOf } from '../errors.ts'
import type { SharedStorage } from '../storage/open-storage.ts'
import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import type { MassRemoval } from '../sync/missing-files.ts'
import { type Jobs, nobodyWatches, type WatchRequest } from './job-queue.ts'

export interface SharedSyncOptions {
  watch: SharedStorage['watch']
  jobs: Jobs
  /** @returns whether this process may watch from now on: nobody else does */
  tryLock(): Promise<boolean>
  /** Makes what watches the folder, as often as this process takes over. @param onPass to be called when it has looked at something */
  createSync(onPass: () => void): GallerySync
  /** False for a server that leaves watching to others. */
  mayWatch: boolean
  embedder: string
  log: { warn(message: string): void; info(message: string): void }
}

export interface SharedSync extends GallerySync {
  /** The lock is lost: somebody else may watch by now. */
  dropWatch(): void
}

/** Of the process that watches. */
interface Watch {
  sync: GallerySync
  stopAnswering(): Promise<void>
  /** The comparison with which it begins, while that goes on. */
  first: Promise<void> | undefined
}

/** What the process that watches tells the others. Stored as JSON under these names. */
interface WatchFacts {
  holder: string
  embedder: string
  watching: GallerySync['watching']
  pollingReason: string | undefined
  absence: MassRemoval | undefined
  problem: string | undefined
  lastReconcile: number | undefined
}

const CONTEND_EVERY_MS = 2_000
const TELL_EVERY_MS = 3_000
const READ_EVERY_MS = 1_000
/** Whoever has told nothing for so long does not watch any more. */
const STALE_MS = 20_000
const TELL_AT_ONCE_MS = 1_000
const PATIENCE_MS = 20_000
const PATHS_AT_ONCE = 500

/**
 * One process at a time keeps index and folder in step: the one that holds the lock. When it is gone another takes over, and
 * compares everything. The others know what it tells them, and pass on what they are asked for.
 */
export function createSharedSync(options: SharedSyncOptions): SharedSync {
  const { watch, jobs, log } = options
  const me = `${hostname()} (process ${process.pid})`
  let own: Watch | undefined
  let turns: Promise<void> = Promise.resolve()
  let isStarted = false
  let isClosed = false
  let others: { facts: WatchFacts; readAt: number; ageMs: number } | undefined
  let foldersVersion = -1
  let folders: ReadonlyMap<string, FolderTimes> = new Map()
  let told = new Map<string, FolderTimes>()
  let isAllTold = false
  let telling: Promise<void> | undefined
  let isTold = true
  const contendTimer = setInterval(contend, CONTEND_EVERY_MS)
  const tellTimer = setInterval(tellSoon, TELL_EVERY_MS)
  const readTimer = setInterval(() => void read(), READ_EVERY_MS)
  let reading: Promise<void> | undefined
  const untold = new Set<string>()
  let isSaid = false

  return {
    async startWatching() {
      isStarted = true
      await contend()
      await read()
    },

    async scan(wanted = {}) {
      await untilWatched()
      const { acceptsMissing = false } = wanted
      if (own === undefined) return jobs.ask({ kind: 'reconcile', acceptsMissing }, isWatched)
      // What has just begun to watch compares everything in any case.
      return (acceptsMissing ? undefined : own.first) ?? own.sync.scan(wanted)
    },

    recheck(paths) {
      if (own !== undefined) return own.sync.recheck(paths)
      for (const path of paths) untold.add(path)
      void passOn()
    },

    dropWatch: () => void inTurn(drop),

    get watching() {
      return own?.sync.watching ?? factsOfOthers()?.watching ?? 'off'
    },
    get pollingReason() {
      return own === undefined ? factsOfOthers()?.pollingReason : own.sync.pollingReason
    },
    get massRemoval() {
      return own === undefined ? factsOfOthers()?.absence : own.sync.massRemoval
    },
    get problem() {
      return own === undefined ? factsOfOthers()?.problem : own.sync.problem
    },
    get folders() {
      return own?.sync.folders ?? folders
    },
    get lastScan() {
      return own === undefined ? others?.facts.lastReconcile : own.sync.lastScan
    },

    async close() {
      isClosed = true
      for (const timer of [contendTimer, tellTimer, readTimer]) clearInterval(timer)
      await inTurn(drop)
      await telling
      await reading
    },
  }

  function inTurn(work: () => Promise<void>): Promise<void> {
    const result = turns.then(work)
    turns = result.catch((error) => log.warn(`Watching in turns: ${messageOf(error)}`))
    return turns
  }

  function contend(): Promise<void> {
    return inTurn(async () => {
      if (!options.mayWatch || !isStarted || isClosed || own !== undefined) return
      if (await options.tryLock()) await takeOver()
    })
  }

  async function takeOver(): Promise<void> {
    log.info('This process watches the gallery from now on.')
    told = new Map()
    isAllTold = false
    const sync = options.createSync(tellSoon)
    try {
      await sync.startWatching()
      const stopAnswering = await jobs.answer((request) => answer(sync, request))
      const begun: Watch = { sync, stopAnswering, first: sync.scan() }
      own = begun
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

  async function drop(): Promise<void> {
    const dropped = own
    if (dropped === undefined) return
    own = undefined
    if (!isClosed)
      log.info('This process watches the gallery no more: its connection to the database was lost.')
    await dropped.stopAnswering().catch(() => {})
    await dropped.sync.close()
  }

  async function answer(sync: GallerySync, request: WatchRequest): Promise<void> {
    if (request.kind === 'reconcile') await sync.scan({ acceptsMissing: request.acceptsMissing })
    else sync.recheck(request.paths)
  }

  async function passOn(): Promise<void> {
    while (untold.size > 0 && !isClosed) {
      const paths = [...untold].slice(0, PATHS_AT_ONCE)
      for (const path of paths) untold.delete(path)
      await jobs.ask({ kind: 'look', paths }).catch(() => {
        // The next comparison finds it.
      })
    }
  }

  /** @throws {DomainError} `unavailable` if nobody watches, and nobody begins to */
  async function untilWatched(): Promise<void> {
    const start = performance.now()
    while (!isWatched()) {
      if (isClosed || performance.now() - start > PATIENCE_MS) throw nobodyWatches()
      await sleep(READ_EVERY_MS / 4)
    }
  }

  function isWatched(): boolean {
    return own !== undefined || factsOfOthers() !== undefined
  }

  function factsOfOthers(): WatchFacts | undefined {
    if (others === undefined) return undefined
    return others.ageMs + performance.now() - others.readAt > STALE_MS ? undefined : others.facts
  }

  async function read(): Promise<void> {
    if (own !== undefined || isClosed) return
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
    const facts = row.state as WatchFacts
    others = { facts, readAt: performance.now(), ageMs: row.ageMs }
    if (facts.embedder !== options.embedder && !isSaid) {
      isSaid = true
      log.warn(
        `The process that watches the gallery, on ${facts.holder}, has the embedder "${facts.embedder}", and this one "${options.embedder}": new images are not embedded for this one until all have the same.`,
      )
    }
    if (row.foldersVersion === foldersVersion) return
    folders = new Map((await watch.folders()).map(({ directory, ...times }) => [directory, times]))
    foldersVersion = row.foldersVersion
  }

  function tellSoon(): void {
    if (own === undefined || isClosed) return
    isTold = false
    telling ??= tell()
      .catch(() => {
        // The next time tells it all.
      })
      .finally(() => {
        telling = undefined
        if (!isTold) tellSoon()
      })
  }

  async function tell(): Promise<void> {
    isTold = true
    if (own === undefined) return
    const { sync } = own
    const facts: WatchFacts = {
      holder: me,
      embedder: options.embedder,
      watching: sync.watching,
      pollingReason: sync.pollingReason,
      absence: sync.massRemoval,
      problem: sync.problem,
      lastReconcile: sync.lastScan,
    }
    await watch.write(facts)
    await tellFolders(sync)
    await sleep(TELL_AT_ONCE_MS, undefined, { ref: false })
  }

  async function tellFolders(sync: GallerySync): Promise<void> {
    // Before the first comparison has ended not all are known.
    const isAll = sync.lastScan !== undefined && !isAllTold
    const now = new Map(sync.folders)
    const seen = [...now].filter(([directory, facts]) => isAll || isOther(told.get(directory), facts))
    const gone = [...told.keys()].filter((directory) => !now.has(directory))
    await watch.putFolders(
      seen.map(([directory, times]) => ({ directory, ...times })),
      gone,
      isAll,
    )
    told = now
    isAllTold ||= isAll
  }
}

function isOther(before: FolderTimes | undefined, now: FolderTimes): boolean {
  return before?.createdAt !== now.createdAt || before.modifiedAt !== now.modifiedAt
}

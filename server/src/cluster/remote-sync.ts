import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { DomainError, messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import type { MassRemoval } from '../sync/missing-files.ts'
import type { OtherGallery } from '../sync/other-gallery.ts'
import { type JobQueue, type LeaderCommand, noLeaderError } from './job-queue.ts'
import { PathSender } from './path-sender.ts'
import { PublishedFolders } from './published-folders.ts'
import type { WatchTable } from './tables/watch-table.ts'
import { WatcherMonitor } from './watcher-monitor.ts'

export interface RemoteSyncOptions {
  watch: WatchTable
  jobQueue: JobQueue
  /** @returns whether this process may watch from now on, because no other one does */
  tryLock(): Promise<boolean>
  /** Lets another process watch. */
  unlock(): Promise<void>
  /** Examines whether the folder of this process is the gallery of the index; undefined for a worker without the folder. */
  findOtherGallery: (() => Promise<OtherGallery | undefined>) | undefined
  /**
   * Creates the sync of the folder each time this process becomes leader. @param onPass called after each scan and each applied
   * change
   */
  createSync(onPass: () => void): GallerySync
  /** False for a server that leaves watching to others. */
  canLead: boolean
  embedder: string
  /** Time without a leader after which this is reported. */
  unwatchedMs: number
  log: Log
}

export interface RemoteSync extends GallerySync {
  /** Ends the leadership after the lock was lost: another process may lead meanwhile. */
  stepDown(): void
}

/** State of the process that leads. */
interface Leadership {
  sync: GallerySync
  stopHandling(): Promise<void>
  ended: AbortController
  /** The first scan, while it runs. */
  first: Promise<void> | undefined
}

/** Status that the leader publishes. Stored as JSON under these names. */
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
/** A process with another gallery examines it again in case the right drive is mounted now. */
const EXAMINE_EVERY_MS = 60_000
const PUBLISH_EVERY_MS = 3_000
const READ_EVERY_MS = 1_000
/** A leader whose status is older than this is not running any more. */
const STALE_MS = 20_000
const MIN_PUBLISH_INTERVAL_MS = 1_000
const LEADER_TIMEOUT_MS = 20_000

/**
 * One process at a time, the leader, keeps the index in step with the folder. It holds a lock; if it dies, another process takes
 * the lock and scans everything. The others read the status of the leader and forward requests to it.
 */
export function createRemoteSync(options: RemoteSyncOptions): RemoteSync {
  return new SharedSync(options)
}

class SharedSync implements RemoteSync {
  readonly #options: RemoteSyncOptions
  readonly #watch
  readonly #jobQueue
  readonly #log
  readonly #me = `${hostname()} (process ${process.pid})`
  #local: Leadership | undefined
  readonly #oneAtATime = pLimit(1)
  #isStarted = false
  #isClosed = false
  #latest: { status: LeaderStatus; readAt: number; ageMs: number } | undefined
  #foldersVersion = -1
  #folders: ReadonlyMap<string, FolderTimes> = new Map()
  #publishedFolders: PublishedFolders
  #publishing: Promise<void> | undefined
  #isPublished = true
  readonly #leadTimer
  readonly #publishTimer
  readonly #readTimer
  #reading: Promise<void> | undefined
  readonly #sender: PathSender
  #isLogged = false
  #other: OtherGallery | undefined
  /** In the time of `performance.now()`. */
  #examineAt = Number.NEGATIVE_INFINITY
  readonly #watchers: WatcherMonitor

  constructor(options: RemoteSyncOptions) {
    this.#options = options
    const { watch, jobQueue, unwatchedMs, log } = this.#options
    this.#watch = watch
    this.#publishedFolders = new PublishedFolders(watch)
    this.#jobQueue = jobQueue
    this.#log = log
    this.#sender = new PathSender((paths) => jobQueue.request({ kind: 'look', paths }))
    this.#watchers = new WatcherMonitor({ unwatchedMs, log })
    this.#leadTimer = setInterval(() => void this.#tryToLead(), LEAD_ATTEMPT_EVERY_MS)
    this.#publishTimer = setInterval(this.#publishSoon, PUBLISH_EVERY_MS)
    this.#readTimer = setInterval(() => void this.#read(), READ_EVERY_MS)
  }

  async startWatching(): Promise<void> {
    this.#isStarted = true
    await this.#tryToLead()
    // Reported at the start, also while another process watches.
    if (this.#local === undefined && this.#other === undefined)
      await this.#runExclusive(async () => void (await this.#isOtherGallery()))
    await this.#read()
  }

  async scan(requested: Parameters<GallerySync['scan']>[0] = {}): Promise<void> {
    const { acceptsMissing = false } = requested
    if (acceptsMissing && this.#other !== undefined) await this.#tryToLead(true)
    await this.#waitForLeader()
    if (this.#local === undefined)
      return this.#jobQueue.request({ kind: 'reconcile', acceptsMissing }, this.#hasLeader)
    // A new leader scans everything in any case.
    return (acceptsMissing ? undefined : this.#local.first) ?? this.#local.sync.scan(requested)
  }

  recheck(paths: string[]): void {
    if (this.#local !== undefined) this.#local.sync.recheck(paths)
    else this.#sender.add(paths)
  }

  readonly stepDown = () => void this.#runExclusive(this.#stopLeading)

  get watching() {
    return this.#local?.sync.watching ?? this.#leaderStatus()?.watching ?? 'off'
  }

  get pollingReason() {
    return this.#local === undefined ? this.#leaderStatus()?.pollingReason : this.#local.sync.pollingReason
  }

  get massRemoval() {
    if (this.#local !== undefined) return this.#local.sync.massRemoval
    const status = this.#leaderStatus()
    if (status !== undefined || this.#other === undefined) return status?.absence
    return { missing: this.#other.known, known: this.#other.known }
  }

  get problem() {
    return this.#local === undefined ? this.#leaderStatus()?.problem : this.#local.sync.problem
  }

  get isUnwatched() {
    return this.#local === undefined && this.#watchers.isMissing
  }

  get unindexed() {
    return this.#local?.sync.unindexed ?? this.#leaderStatus()?.unindexed ?? 0
  }

  get folders() {
    return this.#local?.sync.folders ?? this.#folders
  }

  get lastScan() {
    return this.#local === undefined ? this.#latest?.status.lastReconcile : this.#local.sync.lastScan
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#sender.close()
    for (const timer of [this.#leadTimer, this.#publishTimer, this.#readTimer]) clearInterval(timer)
    await this.#runExclusive(this.#stopLeading)
    await this.#publishing
    await this.#reading
  }

  /** Runs one change of leadership at a time. */
  #runExclusive(work: () => Promise<void>): Promise<void> {
    return this.#oneAtATime(work).catch((error) =>
      this.#log.warn(`Changing the leader failed: ${messageOf(error)}`),
    )
  }

  /** @param acceptsMissing a user has confirmed that the files of the index are gone, also if they are those of another gallery */
  #tryToLead(acceptsMissing = false): Promise<void> {
    return this.#runExclusive(async () => {
      if (!this.#options.canLead || !this.#isStarted || this.#isClosed || this.#local !== undefined) return
      if (!acceptsMissing && performance.now() < this.#examineAt) return
      if (!(await this.#options.tryLock())) return
      const isOther = acceptsMissing ? Promise.resolve(false) : this.#isOtherGallery()
      if (await isOther.catch(() => true)) return this.#options.unlock()
      await this.#becomeLeader(acceptsMissing)
    })
  }

  async #isOtherGallery(): Promise<boolean> {
    const other = await this.#options.findOtherGallery?.()
    if (other !== undefined && other.message !== this.#other?.message)
      this.#log.warn(`${other.message} Until then, this process leaves watching the gallery to others.`)
    this.#other = other
    if (other !== undefined) this.#examineAt = performance.now() + EXAMINE_EVERY_MS
    return other !== undefined
  }

  async #becomeLeader(acceptsMissing: boolean): Promise<void> {
    this.#log.info('This process watches the gallery from now on.')
    this.#publishedFolders = new PublishedFolders(this.#watch)
    const sync = this.#options.createSync(this.#publishSoon)
    try {
      await sync.startWatching()
      const ended = new AbortController()
      const stopHandling = await this.#jobQueue.handle((request) => handle(sync, request, ended.signal))
      const begun: Leadership = { sync, stopHandling, ended, first: sync.scan({ acceptsMissing }) }
      this.#local = begun
      this.#other = undefined
      this.#watchers.look(this.#me)
      begun.first
        // The root monitor logs an unreadable folder, and a scan follows.
        ?.catch((error) => {
          if (!(error instanceof DomainError && error.code === 'directory_not_found'))
            this.#log.warn(`The gallery could not be scanned: ${messageOf(error)}`)
        })
        .finally(() => {
          begun.first = undefined
        })
    } catch (error) {
      await sync.close()
      throw error
    }
  }

  readonly #stopLeading = async (): Promise<void> => {
    const former = this.#local
    if (former === undefined) return
    this.#local = undefined
    former.ended.abort(new DomainError('unavailable', 'the process that watched the gallery has ended'))
    if (!this.#isClosed)
      this.#log.info('This process no longer watches the gallery: its connection to the database was lost.')
    await former.stopHandling().catch(() => {})
    await former.sync.close()
  }

  /** @throws {DomainError} `unavailable` if no process watches or starts to watch */
  async #waitForLeader(): Promise<void> {
    const start = performance.now()
    while (!this.#hasLeader()) {
      if (this.#isClosed || performance.now() - start > LEADER_TIMEOUT_MS) throw noLeaderError()
      await sleep(READ_EVERY_MS / 4)
    }
  }

  readonly #hasLeader = (): boolean => {
    return this.#local !== undefined || this.#leaderStatus() !== undefined
  }

  #leaderStatus(): LeaderStatus | undefined {
    if (this.#latest === undefined) return undefined
    return this.#latest.ageMs + performance.now() - this.#latest.readAt > STALE_MS
      ? undefined
      : this.#latest.status
  }

  async #read(): Promise<void> {
    if (this.#local !== undefined || this.#isClosed) return
    this.#reading ??= this.#readNow()
      .catch(() => {
        // An unreachable database is reported by the calls that need it.
      })
      .finally(() => {
        this.#reading = undefined
      })
    await this.#reading
  }

  async #readNow(): Promise<void> {
    const row = await this.#watch.read()
    const isCurrent = row !== undefined && row.ageMs <= STALE_MS
    this.#watchers.look(isCurrent ? (row.state as LeaderStatus).holder : undefined)
    if (row === undefined) return
    const status = row.state as LeaderStatus
    this.#latest = { status, readAt: performance.now(), ageMs: row.ageMs }
    if (status.embedder !== this.#options.embedder && !this.#isLogged) {
      this.#isLogged = true
      this.#log.warn(
        `The process that watches the gallery, on ${status.holder}, uses the embedder "${status.embedder}", and this one "${this.#options.embedder}": new images are not embedded for this process until all processes use the same embedder.`,
      )
    }
    if (row.foldersVersion === this.#foldersVersion) return
    this.#folders = new Map(
      (await this.#watch.folders()).map(({ directory, ...times }) => [directory, times]),
    )
    this.#foldersVersion = row.foldersVersion
  }

  readonly #publishSoon = (): void => {
    if (this.#local === undefined || this.#isClosed) return
    this.#isPublished = false
    this.#publishing ??= this.#publish()
      .catch(() => {
        // The next status contains everything again.
      })
      .finally(() => {
        this.#publishing = undefined
        if (!this.#isPublished) this.#publishSoon()
      })
  }

  async #publish(): Promise<void> {
    this.#isPublished = true
    if (this.#local === undefined) return
    const { sync } = this.#local
    const status: LeaderStatus = {
      holder: this.#me,
      embedder: this.#options.embedder,
      watching: sync.watching,
      pollingReason: sync.pollingReason,
      absence: sync.massRemoval,
      problem: sync.problem,
      lastReconcile: sync.lastScan,
      unindexed: sync.unindexed,
    }
    await this.#watch.write(status)
    await this.#publishedFolders.publish(sync)
    await sleep(MIN_PUBLISH_INTERVAL_MS, undefined, { ref: false })
  }
}

/** @throws the reason of `ended`, so that the next leader repeats the request: a sync that is closed does nothing */
async function handle(sync: GallerySync, request: LeaderCommand, ended: AbortSignal): Promise<void> {
  ended.throwIfAborted()
  if (request.kind === 'reconcile') await sync.scan({ acceptsMissing: request.acceptsMissing })
  else sync.recheck(request.paths)
  ended.throwIfAborted()
}

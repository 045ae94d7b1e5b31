import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { isRemote, type Mount, mountsOf } from '../gallery/mounts.ts'
import { isInside, toAbsolute, toGalleryPath } from '../gallery/paths.ts'
import { type Change, type GalleryWatcher, identityOf, isExhaustion, watchGallery } from '../gallery/watch.ts'
import type { Timings } from '../timings.ts'
import { isInGallery } from './mount-points.ts'

export type WatchState = 'native' | 'polling' | 'off'

/** Learns of changes: the system tells them where it can, and the whole folder is compared from time to time. */
export interface WatchController {
  start(): Promise<void>
  /**
   * A folder is about to be looked at: what changes in it from now on will be told. A path of the gallery.
   * @param real where it lies, if a link leads there
   */
  enter(directory: string, real?: string): void
  /** A folder is gone. */
  leave(directory: string): void
  readonly state: WatchState
  /** Whether the system tells of changes, if only in a part of the gallery. */
  readonly isWatching: boolean
  /** Why the folder is polled, with what would help; undefined while it need not be. */
  readonly reason: string | undefined
  close(): Promise<void>
}

export interface WatchControllerOptions {
  root: string
  walk: IncludeRules
  scanIntervalMs: number
  /** Where the system tells what is mounted; the default is right everywhere but in tests. */
  mountTable?: string | undefined
  timings: Timings
  log: { warn(message: string): void; info(message: string): void }
  /** The folders that are known, as paths of the gallery. */
  folders(): Iterable<readonly [directory: string, real: string]>
  onChange(changes: Change[]): void
  /** The folder was moved away or deleted: what is seen of it now may be half of it. */
  onRootGone(): void
  /** Whether the last comparison could not look at the folder. */
  isDoubtful(): boolean
  /** Compares the whole folder. @returns whether anything was different */
  scan(): Promise<boolean>
}

const MIN_POLL_MS = 5_000
const MAX_POLL_MS = 60_000
/** Polling never takes more than this share of the time. */
const MAX_POLL_SHARE = 0.1
/** What kept the system from watching may have been mended. */
const WATCH_RETRY_MS = 10 * 60_000
/** Where so much is told at once the queue of events may have overflowed, and some of it been lost. */
const BURST_CHANGES = 4_000
const BURST_SCAN_DELAY_MS = 2_000
/** The longest pause before a comparison that failed is tried again. */
const MAX_RETRY_MS = 60_000
const BURST_WINDOW_MS = 1_000
const FOLDERS_PER_TURN = 200

export function createWatchController(options: WatchControllerOptions): WatchController {
  const { root, log, onChange, scan, scanIntervalMs, timings } = options
  let watcher: GalleryWatcher | undefined
  let state: WatchState = 'off'
  let reason: string | undefined
  let watched: string | undefined
  /** The folder that is watched was moved or deleted, so that nothing more is told of it. */
  let isRootGone = false
  let isAbsent = false
  let watchTriedAt = 0
  let pollMs = MIN_POLL_MS
  let timer: NodeJS.Timeout | undefined
  let rootTimer: NodeJS.Timeout | undefined
  let burst = { since: 0, changes: 0 }
  /** As they were when the watch began. */
  let mounts: Mount[] = []
  /** Folders that lie on a network, which must not keep everybody waiting, and where nothing would be told. */
  let remoteFolders: string[] = []
  let isExhausted = false
  let isCheckingRoot = false
  let isScanning = false
  let retryMs = 0
  let retryAt = 0
  let isClosed = false
  let watching: Promise<void> = Promise.resolve()

  return {
    async start() {
      await watchAgain()
      rootTimer = setInterval(checkRoot, timings.rootCheckMs).unref()
      schedule(intervalMs())
    },
    enter,
    leave: (directory) => watcher?.leave(toAbsolute(root, directory)),
    get state() {
      return state
    },
    get isWatching() {
      return watcher !== undefined
    },
    get reason() {
      return reason
    },
    async close() {
      isClosed = true
      clearTimeout(timer)
      clearInterval(rootTimer)
      await watching
      await watcher?.close()
    },
  }

  function watchAgain(): Promise<void> {
    watching = watching.then(() => (isClosed ? undefined : watch()))
    return watching
  }

  async function watch(): Promise<void> {
    await watcher?.close().catch((error) => log.warn(messageOf(error)))
    watcher = undefined
    isRootGone = false
    isExhausted = false
    watchTriedAt = Date.now()
    watched = await identityOf(root)
    mounts = await mountsNow()
    if (watched === undefined) return
    const [holding, ...below] = mounts
    const remote = below.filter(isRemote)
    remoteFolders = remote.map(({ path }) => toGalleryPath(root, path))
    if (holding && isRemote(holding)) return poll(remoteReason([holding]))
    try {
      watcher = await watchGallery(root, {
        ...options.walk,
        onChange: handleHints,
        onError: (error) => poll(errorReason(error)),
        onRootGone: () => {
          isRootGone = true
          options.onRootGone()
        },
      })
    } catch (error) {
      return poll(errorReason(error))
    }
    let entered = 0
    for (const [directory, real] of options.folders()) {
      enter(directory, real)
      if (++entered % FOLDERS_PER_TURN === 0) await yieldToOthers()
    }
    if (isExhausted) return
    if (remote.length > 0) return poll(remoteReason(remote))
    if (state === 'polling') log.info(`The gallery ${root} is watched by the system again.`)
    state = 'native'
    reason = undefined
  }

  /** Says so once, not each time. */
  function poll(why: string): void {
    if (reason !== why) log.warn(why)
    state = 'polling'
    reason = why
    pollMs = MIN_POLL_MS
    if (timer !== undefined) schedule(pollMs)
  }

  function intervalMs(): number {
    return state === 'polling' ? Math.min(pollMs, scanIntervalMs) : scanIntervalMs
  }

  function schedule(delayMs: number): void {
    clearTimeout(timer)
    if (isClosed) return
    timer = setTimeout(scanAndSchedule, delayMs).unref()
  }

  async function scanAndSchedule(): Promise<void> {
    if (state === 'polling' && Date.now() - watchTriedAt > WATCH_RETRY_MS) await watchAgain()
    const start = performance.now()
    isScanning = true
    let hasFailed = false
    const isChanged = await scan().catch((error) => {
      // That the folder is away has been said by whoever looked at it.
      if (error instanceof DomainError && error.code === 'directory_not_found') return false
      hasFailed = true
      log.warn(`The gallery ${root} could not be compared: ${messageOf(error)}`)
      return false
    })
    retryMs = hasFailed ? Math.min(2 * retryMs || timings.rescanMs, MAX_RETRY_MS) : 0
    retryAt = performance.now() + retryMs
    isScanning = false
    pollMs = isChanged ? MIN_POLL_MS : Math.min(2 * pollMs, MAX_POLL_MS)
    const rest = (performance.now() - start) / MAX_POLL_SHARE
    schedule(state === 'polling' ? Math.max(intervalMs(), rest) : scanIntervalMs)
  }

  /** The one that holds the gallery first, then those in it. */
  async function mountsNow(): Promise<Mount[]> {
    const [holding, ...below] = await mountsOf(root, options.mountTable)
    if (holding === undefined) return []
    return [holding, ...below.filter((mount) => isInGallery(root, mount, options.walk))]
  }

  function enter(directory: string, real = directory): void {
    if (watcher === undefined || isExhausted) return
    if (remoteFolders.some((folder) => isInside(real, folder) || isInside(directory, folder))) return
    try {
      watcher.enter(toAbsolute(root, directory))
    } catch (error) {
      // What may not be read can't be watched either; whoever looks at it says so.
      if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return
      isExhausted = true
      poll(errorReason(error))
    }
  }

  function handleHints(changes: Change[]): void {
    onChange(changes)
    const now = performance.now()
    if (now - burst.since > BURST_WINDOW_MS) burst = { since: now, changes: 0 }
    burst.changes += changes.length
    if (burst.changes >= BURST_CHANGES) schedule(BURST_SCAN_DELAY_MS)
  }

  /** A drive that does not answer is asked once. */
  async function checkRoot(): Promise<void> {
    if (isCheckingRoot) return
    isCheckingRoot = true
    await compareRoot().finally(() => {
      isCheckingRoot = false
    })
  }

  /** A folder that went and came back, as a drive does that is mounted again, has to be watched anew. */
  async function compareRoot(): Promise<void> {
    const identity = await identityOf(root)
    if (identity === undefined) {
      if (!isAbsent) schedule(0)
      isAbsent = true
      return
    }
    const areMountsChanged = !isDeepStrictEqual(mounts, await mountsNow())
    if (identity === watched && !isRootGone && !isAbsent && !areMountsChanged) {
      if (options.isDoubtful() && !isScanning && performance.now() >= retryAt) schedule(0)
      return
    }
    isAbsent = false
    await watchAgain()
    schedule(0)
  }

  function errorReason(error: unknown): string {
    if (isExhaustion(error)) return exhaustedReason()
    return `The gallery ${root} can't be watched by the system (${messageOf(error)}), so ${POLLED}.`
  }

  function exhaustedReason(): string {
    return `The system watches no more folders (its limit is reached), so ${POLLED}. To have changes followed at once, raise the limit: sysctl fs.inotify.max_user_watches=1048576.`
  }

  function remoteReason(mounts: Mount[]): string {
    const where = mounts.map(({ path, type }) => `${path} (${type})`).join(', ')
    return `${where} lies on a network or in user space, where the system does not tell of changes that others make, so ${POLLED}. To have them followed at once, run the server where the files are.`
  }
}

const POLLED = `the folder is compared every ${MIN_POLL_MS / 1000} to ${MAX_POLL_MS / 1000} seconds`

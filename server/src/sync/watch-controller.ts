import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { messageOf, systemCodeOf } from '../errors.ts'
import type { IncludeRules } from '../gallery/include.ts'
import type { Mount } from '../gallery/mount-table.ts'
import { isRemote, mountsOfGallery } from '../gallery/mounts.ts'
import { isInside, toAbsolute, toGalleryPath } from '../gallery/paths.ts'
import { type Change, type GalleryWatcher, identityOf, isExhaustion, watchGallery } from '../gallery/watch.ts'
import type { Timings } from '../timings.ts'
import type { SyncLog } from './context.ts'
import { isInGallery } from './mount-points.ts'
import { MAX_POLL_MS, MIN_POLL_MS, ScanSchedule } from './schedule.ts'

export type WatchState = 'native' | 'polling' | 'off'

export interface WatchControllerOptions {
  root: string
  walk: IncludeRules
  scanIntervalMs: number
  /** The system's table of mounts. The default is right except in tests. */
  mountTable?: string | undefined
  timings: Timings
  log: SyncLog
  /** Known folders as paths of the gallery, each with the place where it lies if a link leads there. */
  folders(): Iterable<readonly [directory: string, real: string]>
  onChange(changes: Change[]): void
  /** The root was moved or deleted: a scan may have seen only a part of it. */
  onRootGone(): void
  /** Whether a scan is owed because the last one can't be relied on. */
  isDoubtful(): boolean
  /** Scans the whole gallery. @returns whether anything was different */
  scan(): Promise<boolean>
}

/** While polling, pause between attempts to watch again. */
const WATCH_RETRY_MS = 10 * 60_000
const FOLDERS_PER_TURN = 200

/** Reports changes: natively where the system can, otherwise by scanning from time to time. */
export class WatchController {
  readonly #options: WatchControllerOptions
  readonly #schedule: ScanSchedule
  #watcher: GalleryWatcher | undefined
  #state: WatchState = 'off'
  #reason: string | undefined
  /** Identity of the folder that is watched. */
  #watched: string | undefined
  /** The watched folder was moved or deleted and raises no more events. */
  #isRootGone = false
  #isAbsent = false
  #watchTriedAt = 0
  #rootTimer: NodeJS.Timeout | undefined
  /** Mounts at the time when the watch began: the one that holds the gallery first, then those in it. */
  #mounts: Mount[] = []
  /** Network folders. Watching them can block, and changes made by other machines raise no events. */
  #remoteFolders: string[] = []
  #isExhausted = false
  #isCheckingRoot = false
  #isClosed = false
  #watching: Promise<void> = Promise.resolve()

  constructor(options: WatchControllerOptions) {
    this.#options = options
    this.#schedule = new ScanSchedule({
      root: options.root,
      scanIntervalMs: options.scanIntervalMs,
      log: options.log,
      minRetryMs: options.timings.rescanMs,
      beforePoll: async () => {
        if (Date.now() - this.#watchTriedAt > WATCH_RETRY_MS) await this.#watchAgain()
      },
      scan: options.scan,
    })
  }

  get state(): WatchState {
    return this.#state
  }

  /** Whether the system reports changes, if only in a part of the gallery. */
  get isWatching(): boolean {
    return this.#watcher !== undefined
  }

  /** Why the folder is polled, and a remedy; undefined unless it is polled. */
  get reason(): string | undefined {
    return this.#reason
  }

  async start(): Promise<void> {
    await this.#watchAgain()
    this.#rootTimer = setInterval(() => void this.#checkRoot(), this.#options.timings.rootCheckMs).unref()
    this.#schedule.start()
  }

  /**
   * Watches a folder, which is a path of the gallery.
   * @param real where it lies, if a link leads there
   */
  enter(directory: string, real = directory): void {
    const watcher = this.#watcher
    if (watcher === undefined || this.#isExhausted) return
    if (this.#remoteFolders.some((folder) => isInside(real, folder) || isInside(directory, folder))) return
    try {
      watcher.enter(toAbsolute(this.#options.root, directory))
    } catch (error) {
      // Folders that can't be read can't be watched either; listing them logs that.
      if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return
      this.#isExhausted = true
      this.#poll(this.#errorReason(error))
    }
  }

  leave(directory: string): void {
    this.#watcher?.leave(toAbsolute(this.#options.root, directory))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#schedule.close()
    clearInterval(this.#rootTimer)
    await this.#watching
    const watcher = this.#watcher
    // A run that has not ended yet would enter further folders.
    this.#watcher = undefined
    await watcher?.close()
  }

  #watchAgain(): Promise<void> {
    this.#watching = this.#watching.then(() => (this.#isClosed ? undefined : this.#watch()))
    return this.#watching
  }

  async #watch(): Promise<void> {
    const { root, walk, log, onChange, onRootGone } = this.#options
    await this.#watcher?.close().catch((error) => log.warn(messageOf(error)))
    this.#watcher = undefined
    this.#isRootGone = false
    this.#isExhausted = false
    this.#watchTriedAt = Date.now()
    this.#watched = await identityOf(root)
    this.#mounts = await this.#mountsNow()
    if (this.#watched === undefined) return
    const [holding, ...below] = this.#mounts
    const remote = below.filter(isRemote)
    this.#remoteFolders = remote.map(({ path }) => toGalleryPath(root, path))
    if (holding && isRemote(holding)) return this.#poll(remoteReason([holding]))
    try {
      this.#watcher = await watchGallery(root, {
        ...walk,
        onChange: (changes) => {
          onChange(changes)
          this.#schedule.countChanges(changes.length)
        },
        onError: (error) => this.#poll(this.#errorReason(error)),
        onRootGone: () => {
          this.#isRootGone = true
          onRootGone()
        },
      })
    } catch (error) {
      return this.#poll(this.#errorReason(error))
    }
    await this.#enterFolders()
    if (this.#isExhausted) return
    if (remote.length > 0) return this.#poll(remoteReason(remote))
    if (this.#state === 'polling') log.info(`The gallery ${root} is watched by the system again.`)
    this.#state = 'native'
    this.#reason = undefined
    this.#schedule.stopPolling()
  }

  async #enterFolders(): Promise<void> {
    let entered = 0
    for (const [directory, real] of this.#options.folders()) {
      this.enter(directory, real)
      if (++entered % FOLDERS_PER_TURN === 0) await yieldToOthers()
    }
  }

  /** Logs each reason once. */
  #poll(reason: string): void {
    if (this.#reason !== reason) this.#options.log.warn(reason)
    this.#state = 'polling'
    this.#reason = reason
    this.#schedule.startPolling()
  }

  async #mountsNow(): Promise<Mount[]> {
    const { root, walk, mountTable } = this.#options
    const [holding, ...below] = await mountsOfGallery(root, mountTable)
    if (holding === undefined) return []
    return [holding, ...below.filter((mount) => isInGallery(root, mount, walk))]
  }

  /** Sends no second request to a drive that does not answer. */
  async #checkRoot(): Promise<void> {
    if (this.#isCheckingRoot) return
    this.#isCheckingRoot = true
    await this.#compareRoot().finally(() => {
      this.#isCheckingRoot = false
    })
  }

  /** Watches the root again after it was absent or replaced. Starts scans that are owed. */
  async #compareRoot(): Promise<void> {
    const identity = await identityOf(this.#options.root)
    if (identity === undefined) {
      if (!this.#isAbsent) this.#schedule.scanAfter(0)
      this.#isAbsent = true
      return
    }
    const areMountsChanged = !isDeepStrictEqual(this.#mounts, await this.#mountsNow())
    if (identity === this.#watched && !this.#isRootGone && !this.#isAbsent && !areMountsChanged) {
      if (this.#options.isDoubtful() && this.#schedule.canRetry) this.#schedule.scanAfter(0)
      return
    }
    this.#isAbsent = false
    await this.#watchAgain()
    this.#schedule.scanAfter(0)
  }

  #errorReason(error: unknown): string {
    if (isExhaustion(error)) return exhaustedReason()
    return `The gallery ${this.#options.root} can't be watched by the system (${messageOf(error)}), so ${POLLED}.`
  }
}

const POLLED = `the folder is scanned every ${MIN_POLL_MS / 1000} to ${MAX_POLL_MS / 1000} seconds`

function exhaustedReason(): string {
  return `The system watches no more folders (its limit is reached), so ${POLLED}. To have changes followed at once, raise the limit: sysctl fs.inotify.max_user_watches=1048576.`
}

function remoteReason(mounts: Mount[]): string {
  const where = mounts.map(({ path, type }) => `${path} (${type})`).join(', ')
  return `${where} is a network drive or a file system in user space, where the system does not report changes made by other machines, so ${POLLED}. To index them at once, run the server where the files are.`
}

import pTimeout from 'p-timeout'
import { DomainError, messageOf } from '../errors.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import type { GallerySyncOptions } from './context.ts'
import type { FolderTimes } from './folder-tree.ts'
import type { ChangeHint } from './hints.ts'
import {
  type Effect,
  INITIAL_STATE,
  type LeftOver,
  type SyncEvent,
  type Timer,
  transition,
  type Work,
} from './machine.ts'
import type { MassRemoval } from './missing-files.ts'
import { createParts, type SyncParts } from './parts.ts'
import type { WatchState } from './watch-controller.ts'

export type { GallerySyncOptions } from './context.ts'
export type { FolderTimes } from './folder-tree.ts'

/** Keeps the catalog and the folder in step. The folder is the truth. */
export interface GallerySync {
  /** Compares the whole folder with the catalog. New and changed files are queued for indexing. */
  scan(options?: ScanOptions): Promise<void>
  startWatching(): Promise<void>
  /** Examines paths of the gallery that may have changed. */
  recheck(paths: string[]): void
  readonly watching: WatchState
  /** Why the folder is polled, and a remedy. */
  readonly pollingReason: string | undefined
  /** undefined unless missing files are kept: too many at once, or on an absent or replaced drive. */
  readonly massRemoval: MassRemoval | undefined
  /** Why the folder can't be read; the index is kept meanwhile. */
  readonly problem: string | undefined
  /** Whether no process watches, since a while, and this one leaves it to others. */
  readonly isUnwatched: boolean
  /** Number of files without a row that wait to be indexed. */
  readonly unindexed: number
  /** Folders of the gallery as they were last listed; complete after the first scan. */
  readonly folders: ReadonlyMap<string, FolderTimes>
  /** End of the last scan in milliseconds since 1970; undefined before the first. */
  readonly lastScan: number | undefined
  close(): Promise<void>
}

interface ScanOptions {
  /** A user has confirmed that missing files are gone, however many they are. */
  acceptsMissing?: boolean
}

const CLOSE_TIMEOUT_MS = 10_000

export function createGallerySync(options: GallerySyncOptions): GallerySync {
  return new SyncLoop(options)
}

/** Runs the effects of the state machine, one work at a time. */
class SyncLoop implements GallerySync {
  readonly #options: GallerySyncOptions
  readonly #timings: Timings
  readonly #parts: SyncParts
  readonly isUnwatched = false
  readonly #timers = new Map<Timer, NodeJS.Timeout>()
  #state = INITIAL_STATE
  /** A requested scan that has not started and does not accept missing files. */
  #waitingScan: PromiseWithResolvers<void> | undefined
  /** Scans that wait and accept missing files. */
  readonly #acceptingScans: PromiseWithResolvers<void>[] = []
  #running: Promise<void> = Promise.resolve()

  constructor(options: GallerySyncOptions) {
    this.#options = options
    this.#timings = options.timings ?? TIMINGS
    this.#parts = createParts(options, {
      dispatch: (event) => this.#dispatch(event),
      addHint: (hint) => this.#addHint(hint),
      scan: () => this.scan(),
      currentDoubt: () => this.#state.doubt,
      isClosed: () => this.#isClosed,
    })
  }

  get watching() {
    return this.#parts.watchController.state
  }
  get pollingReason() {
    return this.#parts.watchController.reason
  }
  get massRemoval() {
    return this.#parts.guard.missing ?? this.#parts.removals.massRemoval
  }
  get problem() {
    return this.#parts.gallery.problem
  }
  get unindexed() {
    return this.#parts.account.unindexed
  }
  get folders() {
    return this.#parts.tree.times
  }
  get lastScan() {
    return this.#parts.scanner.lastScan
  }

  get #isClosed(): boolean {
    return this.#state.activity === 'closed'
  }

  startWatching(): Promise<void> {
    return this.#parts.watchController.start()
  }

  recheck(paths: string[]): void {
    for (const path of paths) this.#addHint({ path, isWithinFile: false })
  }

  async scan({ acceptsMissing = false }: ScanOptions = {}): Promise<void> {
    if (this.#isClosed) return
    const waiting = acceptsMissing ? undefined : this.#waitingScan
    if (waiting !== undefined) return waiting.promise
    const requested = Promise.withResolvers<void>()
    if (acceptsMissing) this.#acceptingScans.push(requested)
    else this.#waitingScan = requested
    this.#dispatch({ type: 'scan requested', acceptsMissing })
    return requested.promise
  }

  async close(): Promise<void> {
    this.#dispatch({ type: 'closed' })
    this.#parts.account.close()
    await this.#parts.watchController.close()
    // A drive that does not respond must not keep the server from ending.
    await pTimeout(this.#running, { milliseconds: CLOSE_TIMEOUT_MS, message: false })
    for (const requested of [this.#takeScan(false), ...this.#acceptingScans.splice(0)]) requested?.resolve()
  }

  #addHint(hint: ChangeHint): void {
    if (this.#isClosed) return
    this.#parts.hints.add(hint)
    this.#dispatch({ type: 'hinted' })
  }

  #dispatch(event: SyncEvent): void {
    const [state, effects] = transition(this.#state, event, this.#timings)
    this.#state = state
    for (const effect of effects) this.#carryOut(effect)
  }

  #carryOut(effect: Effect): void {
    if ('run' in effect) this.#running = this.#run(effect)
    else if ('stop' in effect) clearTimeout(this.#timers.get(effect.stop))
    else
      this.#timers.set(
        effect.start,
        setTimeout(() => this.#onFired(effect.start), effect.afterMs),
      )
  }

  #onFired(timer: Timer): void {
    // Without a caller to report to, a failure of this scan is logged.
    if (timer === 'rescan' && this.#waitingScan === undefined) {
      this.#waitingScan = Promise.withResolvers<void>()
      this.#waitingScan.promise.catch((error) => this.#logFailure(error))
    }
    this.#dispatch({ type: 'fired', timer })
  }

  async #run(work: Work): Promise<void> {
    const requested = work.run === 'scan' ? this.#takeScan(work.acceptsMissing) : undefined
    const start = performance.now()
    let event: SyncEvent
    try {
      const left = await this.#perform(work)
      const at = performance.now()
      event = { type: 'passed', at, ms: at - start, left }
      requested?.resolve()
    } catch (error) {
      event = { type: 'failed', because: FAILURES[work.run] }
      if (requested === undefined) this.#logFailure(error)
      else requested.reject(error)
    }
    this.#options.onPass?.()
    this.#dispatch(event)
  }

  /** @returns the request that a scan serves */
  #takeScan(acceptsMissing: boolean): PromiseWithResolvers<void> | undefined {
    if (acceptsMissing) return this.#acceptingScans.shift()
    const requested = this.#waitingScan
    this.#waitingScan = undefined
    return requested
  }

  async #perform(work: Work): Promise<LeftOver> {
    const { changes, guard, hints, missing, removals, scanner, unreadable } = this.#parts
    let hasChanges = false
    if (work.run !== 'scan' || !work.acceptsMissing) await guard.assertSame()
    if (work.run === 'scan') {
      hasChanges = await scanner.scan(work.acceptsMissing)
      guard.accept()
    } else if (work.run === 'apply') {
      const taken = hints.take()
      hasChanges = taken.length > 0
      await changes.apply(taken)
    } else {
      const before = performance.now() - this.#timings.missingGraceMs / 2
      await removals.remove({ acceptsMissing: false, before, isWhole: false })
      await removals.accountForAbsent()
      await unreadable.recordConfirmed()
    }
    const hasMissing = missing.size > 0 || unreadable.hasWaiting
    return { hasMissing, mayReturn: hasChanges && removals.massRemoval !== undefined }
  }

  /** An unreadable root, another gallery and an unreliable scan have already been logged. */
  #logFailure(error: unknown): void {
    if (error instanceof DomainError && error.code === 'directory_not_found') return
    this.#options.log.warn(
      `The index could not be brought in step with the gallery (${messageOf(error)}): the whole gallery is scanned again.`,
    )
  }
}

const FAILURES = { scan: 'scan failed', apply: 'changes failed', confirm: 'removal failed' } as const

import { DomainError, messageOf } from '../errors.ts'
import type { SyncLog } from './context.ts'

export interface ScanScheduleOptions {
  root: string
  /** Time between scans while the system reports changes. */
  scanIntervalMs: number
  /** Pause before a failed scan is repeated; it doubles with each further failure. */
  minRetryMs: number
  log: SyncLog
  /** Called before each scan that polling causes. */
  beforePoll(): Promise<void>
  /** Scans the whole gallery. @returns whether anything was different */
  scan(): Promise<boolean>
}

export const MIN_POLL_MS = 5_000
export const MAX_POLL_MS = 60_000
/** Largest share of the time that polling may take. */
const MAX_POLL_SHARE = 0.1
/** Longest pause before a failed scan is repeated. */
const MAX_RETRY_MS = 60_000
/** With this many changes within the window, the system's queue of events may have overflowed and lost some. */
const BURST_CHANGES = 4_000
const BURST_WINDOW_MS = 1_000
const BURST_SCAN_DELAY_MS = 2_000

/** Decides when the whole gallery is scanned. */
export class ScanSchedule {
  readonly #options: ScanScheduleOptions
  #timer: NodeJS.Timeout | undefined
  #isPolling = false
  #pollMs = MIN_POLL_MS
  #isScanning = false
  #retryMs = 0
  /** In the time of `performance.now()`. */
  #retryAt = 0
  #burst = { since: 0, changes: 0 }
  #isClosed = false

  constructor(options: ScanScheduleOptions) {
    this.#options = options
  }

  /** Whether a failed scan may be repeated now. */
  get canRetry(): boolean {
    return !this.#isScanning && performance.now() >= this.#retryAt
  }

  start(): void {
    this.scanAfter(this.#intervalMs())
  }

  startPolling(): void {
    this.#isPolling = true
    this.#pollMs = MIN_POLL_MS
    if (this.#timer !== undefined) this.scanAfter(this.#pollMs)
  }

  stopPolling(): void {
    this.#isPolling = false
  }

  /** Schedules the next scan in place of the one that was scheduled. */
  scanAfter(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.#scan()
    }, delayMs).unref()
  }

  /** Counts reported changes, and schedules a scan after a burst of them. */
  countChanges(changes: number): void {
    const now = performance.now()
    if (now - this.#burst.since > BURST_WINDOW_MS) this.#burst = { since: now, changes: 0 }
    this.#burst.changes += changes
    if (this.#burst.changes >= BURST_CHANGES) this.scanAfter(BURST_SCAN_DELAY_MS)
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #intervalMs(): number {
    const { scanIntervalMs } = this.#options
    return this.#isPolling ? Math.min(this.#pollMs, scanIntervalMs) : scanIntervalMs
  }

  async #scan(): Promise<void> {
    const { root, log, scan, beforePoll, scanIntervalMs } = this.#options
    if (this.#isPolling) await beforePoll()
    const start = performance.now()
    this.#isScanning = true
    let hasFailed = false
    const isChanged = await scan().catch((error) => {
      // An unreadable root and an unreliable scan have already been logged.
      if (error instanceof DomainError && error.code === 'directory_not_found') return false
      hasFailed = true
      log.warn(`The gallery ${root} could not be scanned: ${messageOf(error)}`)
      return false
    })
    this.#retryMs = hasFailed ? Math.min(2 * this.#retryMs || this.#options.minRetryMs, MAX_RETRY_MS) : 0
    this.#retryAt = performance.now() + this.#retryMs
    this.#isScanning = false
    this.#pollMs = isChanged ? MIN_POLL_MS : Math.min(2 * this.#pollMs, MAX_POLL_MS)
    // A scan that was scheduled meanwhile is due to what this one may not have seen.
    if (this.#timer !== undefined) return
    const restMs = (performance.now() - start) / MAX_POLL_SHARE
    this.scanAfter(this.#isPolling ? Math.max(this.#intervalMs(), restMs) : scanIntervalMs)
  }
}

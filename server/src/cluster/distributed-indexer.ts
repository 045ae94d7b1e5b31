import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { inPlaceOf } from '../indexing/file-version.ts'
import type { FileVersion, Indexer } from '../indexing/indexer.ts'
import { createProgressMeter } from '../indexing/progress.ts'
import type { Log } from '../log.ts'
import type { DeadFileJob, JobQueue } from './job-queue.ts'

export interface DistributedIndexerOptions {
  jobQueue: JobQueue
  /** The local one of this process, which handles files from the queue. */
  localIndexer: Indexer
  /** Files that are taken at once. */
  batchSize: number
  /** Events of all processes. The overall progress is emitted here. */
  allEvents: EventBus
  /** Files that were gone when they were to be read, so that their rows may be there, or that were still being written to. */
  onUnfinished(paths: string[]): void
  onLost(file: DeadFileJob): Promise<void>
  /** Whether an error is due to an outage of the database, which is logged elsewhere. */
  isOutage(error: unknown): boolean
  log: Pick<Log, 'warn'>
}

export interface DistributedIndexer extends Indexer {
  /** Begins to take files from the queue. */
  work(): Promise<void>
}

const FLUSH_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000
const COUNT_EVERY_MS = 1_000
const IDLE_COUNT_EVERY_MS = 5_000
/** Counting many jobs is slow, so the pause is a multiple of the time that it took. */
const COUNT_BACKOFF_FACTOR = 20
const IDLE_LOOK_MS = 200
/** Time in which a file that is still being written to comes back to the queue. */
const REQUEUE_MS = 2_000

/** Files go through the queue of jobs, and any process with free capacity indexes them. */
export function createDistributedIndexer(options: DistributedIndexerOptions): DistributedIndexer {
  return new QueueIndexer(options)
}

class QueueIndexer implements DistributedIndexer {
  readonly #options: DistributedIndexerOptions
  readonly #jobQueue
  readonly #localIndexer
  readonly #allEvents
  readonly #log
  readonly #meter
  /** By path: files that have not reached the queue yet. */
  readonly #unsent = new Map<string, FileVersion>()
  #queued = 0
  /** In the time of `performance.now()`. */
  #unsettledAt = Number.NEGATIVE_INFINITY
  #flushing: Promise<void> | undefined
  #countTimer: NodeJS.Timeout | undefined
  #isClosed = false
  readonly #pending = () => this.#unsent.size + this.#queued

  constructor(options: DistributedIndexerOptions) {
    this.#options = options
    const { jobQueue, localIndexer, allEvents, log } = this.#options
    this.#jobQueue = jobQueue
    this.#localIndexer = localIndexer
    this.#allEvents = allEvents
    this.#log = log
    this.#meter = createProgressMeter(this.#allEvents)
    this.#allEvents.on('imagesIndexed', ({ count, toIndex }) => this.#finished(count, 0, toIndex))
    this.#allEvents.on('imagesUpdated', ({ toIndex }) => this.#finished(0, 0, toIndex))
    this.#allEvents.on('fileFailed', () => this.#finished(0, 1, 0))
    this.#countLater(0)
  }

  enqueue(files: Iterable<FileVersion>): void {
    for (const file of files) this.#unsent.set(file.path, inPlaceOf(this.#unsent.get(file.path), file)!)
    if (this.#unsent.size === 0 || this.#isClosed) return
    this.#meter.add(0, 0, this.#pending())
    this.#flushing ??= this.#flush()
  }

  readonly index = (file: FileVersion) => this.#localIndexer.index(file)

  readonly indexNow = (path: string) => this.#localIndexer.indexNow(path)

  readonly adopt = (path: string, known: { id: string; vector?: Float32Array | undefined }) =>
    this.#localIndexer.adopt(path, known)

  readonly embedFile = (path: string) => this.#localIndexer.embedFile(path)

  get pending() {
    return this.#pending()
  }

  get isIdle() {
    return this.#pending() === 0
  }

  readonly progress = () => ({ ...this.#meter.current(), pending: this.#pending() })

  async idle(): Promise<void> {
    for (;;) {
      await this.#flushing
      const isComing = this.#unsent.size > 0 || performance.now() - this.#unsettledAt < REQUEUE_MS
      if (this.#isClosed || (!isComing && (await this.#jobQueue.countFiles().catch(() => 1)) === 0)) return
      await sleep(IDLE_LOOK_MS)
    }
  }

  async work(): Promise<void> {
    await this.#jobQueue.workOnFiles({
      batchSize: this.#options.batchSize,
      index: async (file) => {
        const outcome = await this.#localIndexer.index(file)
        if (outcome === 'unsettled') this.#unsettledAt = performance.now()
        return outcome
      },
      onUnfinished: this.#options.onUnfinished,
      lost: this.#options.onLost,
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#countTimer)
    await this.#flushing
    await this.#localIndexer.close()
  }

  async #flush(): Promise<void> {
    let isLogged = false
    await sleep(FLUSH_AFTER_MS)
    while (this.#unsent.size > 0 && !this.#isClosed) {
      const files = [...this.#unsent.values()]
      try {
        await this.#jobQueue.addFiles(files)
        // A file that has changed meanwhile is sent again.
        for (const file of files) if (this.#unsent.get(file.path) === file) this.#unsent.delete(file.path)
        this.#queued += files.length
      } catch (error) {
        if (!isLogged && !this.#options.isOutage(error))
          this.#log.warn(`Files could not be queued: ${messageOf(error)}. Trying again.`)
        isLogged = true
        await sleep(RETRY_AFTER_MS)
      }
    }
    this.#flushing = undefined
    this.#countLater(COUNT_EVERY_MS)
  }

  /** @param toIndex number of files that wait by the process which has published the event */
  #finished(done: number, failed: number, toIndex: number): void {
    this.#queued = Math.max(0, this.#queued - done - failed)
    if (this.#pending() === 0 && toIndex > 0) {
      // Only counting shows which of the two processes is right.
      this.#queued = toIndex
      this.#countLater(COUNT_EVERY_MS)
    }
    this.#meter.add(done, failed, this.#pending())
  }

  #countLater(ms: number): void {
    clearTimeout(this.#countTimer)
    if (!this.#isClosed) this.#countTimer = setTimeout(this.#count, ms)
  }

  readonly #count = async (): Promise<void> => {
    const start = performance.now()
    const counted = await this.#jobQueue.countFiles().catch(() => undefined)
    if (counted !== undefined) {
      this.#queued = counted
      // An event may have changed the number while it was counted.
      if (this.#pending() !== this.#meter.current().pending || this.#queued > 0)
        this.#meter.add(0, 0, this.#pending())
    }
    const rest = COUNT_BACKOFF_FACTOR * (performance.now() - start)
    this.#countLater(Math.max(this.#pending() > 0 ? COUNT_EVERY_MS : IDLE_COUNT_EVERY_MS, rest))
  }
}

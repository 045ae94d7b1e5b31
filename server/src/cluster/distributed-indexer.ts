import { setTimeout as sleep } from 'node:timers/promises'
import type { EventBus } from '../events.ts'
import type { FileOutcome, FileVersion, Indexer } from '../indexing/indexer.ts'
import { createProgressMeter } from '../indexing/progress.ts'
import type { DeadFileJob, JobQueue } from './job-queue.ts'

export interface DistributedIndexerOptions {
  jobQueue: JobQueue
  /** The one of this process, which does what it takes from the queue. */
  localIndexer: Indexer
  /** Files that are taken at once. */
  batchSize: number
  /** Hears what happens in all processes; is told the progress of them all together. */
  allEvents: EventBus
  /** Files that were gone when they were to be read: their rows may be there. */
  onGone(paths: string[]): void
  onLost(file: DeadFileJob): Promise<void>
  log: { warn(message: string): void }
}

export interface DistributedIndexer extends Indexer {
  /** Begins to take files from the queue. */
  work(): Promise<void>
}

const FLUSH_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000
const COUNT_EVERY_MS = 1_000
const IDLE_COUNT_EVERY_MS = 5_000
/** Counting very many jobs takes its time, and is repeated only after so many times that. */
const COUNT_BACKOFF_FACTOR = 20
const IDLE_LOOK_MS = 200

/** Files are indexed by whichever process has time: they go through the queue of jobs. */
export function createDistributedIndexer(options: DistributedIndexerOptions): DistributedIndexer {
  const { jobQueue, localIndexer, allEvents, log } = options
  const meter = createProgressMeter(allEvents)
  /** By path: what has not reached the queue yet. */
  const unsent = new Map<string, FileVersion>()
  let queued = 0
  let flushing: Promise<void> | undefined
  let countTimer: NodeJS.Timeout | undefined
  let isClosed = false

  const pending = () => unsent.size + queued
  allEvents.on('imagesIndexed', ({ count }) => finished(count, 0))
  allEvents.on('fileFailed', () => finished(0, 1))
  countLater(0)

  return {
    enqueue(files) {
      for (const file of files) unsent.set(file.path, file)
      if (unsent.size === 0 || isClosed) return
      meter.add(0, 0, pending())
      flushing ??= flush()
    },

    index: (file) => localIndexer.index(file),
    indexNow: (path) => localIndexer.indexNow(path),
    adopt: (path, known) => localIndexer.adopt(path, known),

    get pending() {
      return pending()
    },

    progress: () => ({ ...meter.current(), pending: pending() }),

    async idle() {
      for (;;) {
        await flushing
        if (isClosed || (unsent.size === 0 && (await jobQueue.countFiles().catch(() => 1)) === 0)) return
        await sleep(IDLE_LOOK_MS)
      }
    },

    async work() {
      await jobQueue.workOnFiles({
        batchSize: options.batchSize,
        async index(files) {
          const outcomes = await Promise.all(
            files.map((file): Promise<FileOutcome> => localIndexer.index(file)),
          )
          const gone = files.filter((_, n) => outcomes[n] === 'gone').map(({ path }) => path)
          if (gone.length > 0) options.onGone(gone)
          return outcomes
        },
        lost: options.onLost,
      })
    },

    async close() {
      isClosed = true
      clearTimeout(countTimer)
      await flushing
      await localIndexer.close()
    },
  }

  async function flush(): Promise<void> {
    let isLogged = false
    await sleep(FLUSH_AFTER_MS)
    while (unsent.size > 0 && !isClosed) {
      const files = [...unsent.values()]
      try {
        await jobQueue.addFiles(files)
        // One that has changed meanwhile is sent anew.
        for (const file of files) if (unsent.get(file.path) === file) unsent.delete(file.path)
        queued += files.length
      } catch (error) {
        if (!isLogged) log.warn(`Files could not be queued: ${error}. It is tried again.`)
        isLogged = true
        await sleep(RETRY_AFTER_MS)
      }
    }
    flushing = undefined
    countLater(COUNT_EVERY_MS)
  }

  function finished(done: number, failed: number): void {
    queued = Math.max(0, queued - done - failed)
    meter.add(done, failed, pending())
  }

  function countLater(ms: number): void {
    clearTimeout(countTimer)
    if (!isClosed) countTimer = setTimeout(count, ms)
  }

  async function count(): Promise<void> {
    const start = performance.now()
    const before = queued
    const counted = await jobQueue.countFiles().catch(() => undefined)
    if (counted !== undefined) {
      queued = counted
      if (queued !== before || queued > 0) meter.add(0, 0, pending())
    }
    const rest = COUNT_BACKOFF_FACTOR * (performance.now() - start)
    countLater(Math.max(pending() > 0 ? COUNT_EVERY_MS : IDLE_COUNT_EVERY_MS, rest))
  }
}

import { DomainError } from '../../errors.ts'
import type { ImageKind } from '../embedder.ts'
import type { Measurement } from '../measurements.ts'
import type { Embedding, Priority } from './embedder-client.ts'

/** The input of one batch: images as 8-bit RGB pixels, or texts. */
export type BatchItem = Uint8Array | string
export type BatchKind = ImageKind | 'places' | 'text'

/** Part of a call that goes to the process as one batch. */
export interface Job {
  items: BatchItem[]
  kind: BatchKind
  priority: Priority
  attempts: number
  resolve: (results: Embedding[]) => void
  reject: (error: DomainError) => void
}

type BatchLimits = Pick<Measurement, 'batchSize' | 'sketchBatchSize'>

/** More than the limits of the HTTP API let through: 128 searches, and 16 heat maps of some 30 parts. */
const MAX_WAITING_QUERIES = 1_024
const RETRY_AFTER_S = 2

/** A query that is announced and does not come holds back bulk jobs for at most this long. */
const MAX_HOLD_MS = 25
/** Bulk jobs are cut into single items for this long after a query: the next one may have to wait for the job in progress. */
const RECENT_QUERY_MS = 3_000

/** Jobs that wait for the process. */
export class JobQueue {
  #waiting: Record<Priority, Job[]> = { query: [], bulk: [] }
  #announced = 0
  #lastQueryAt = Number.NEGATIVE_INFINITY

  /**
   * Holds back bulk jobs while the picture of a query is prepared, for a limited time.
   * @param onEnd called when bulk jobs may go on
   * @returns a function that ends it
   */
  announceQuery(onEnd: () => void): () => void {
    this.#announced++
    this.#lastQueryAt = performance.now()
    let hasEnded = false
    const end = () => {
      if (hasEnded) return
      hasEnded = true
      clearTimeout(timer)
      this.#announced--
      if (this.#announced === 0) onEnd()
    }
    const timer = setTimeout(end, MAX_HOLD_MS).unref()
    return end
  }

  /**
   * The jobs of indexing are bounded by the files that it reads at a time.
   * @throws {DomainError} `unavailable` if too many queries wait
   */
  add(job: Job): void {
    const waiting = this.#waiting[job.priority]
    if (job.priority === 'query' && waiting.length >= MAX_WAITING_QUERIES)
      throw new DomainError('unavailable', 'Too many queries wait for the embedder.', {
        retryAfterS: RETRY_AFTER_S,
      })
    waiting.push(job)
  }

  /** Puts a job before all others of its priority. */
  addFirst(job: Job): void {
    this.#waiting[job.priority].unshift(job)
  }

  remove(job: Job): void {
    this.#waiting[job.priority] = this.#waiting[job.priority].filter((other) => other !== job)
  }

  /** Adds each item of a job before all others. @param attempts that each of them has behind it */
  addSeparately(job: Job, attempts: number): void {
    for (const single of separate(job, attempts)) this.addFirst(single)
  }

  /** Removes and returns all jobs of a priority. */
  takeAll(priority: Priority): Job[] {
    return this.#waiting[priority].splice(0)
  }

  /**
   * Removes and returns the next job. Waiting queries of one kind are combined, up to the size of a batch, because a batch
   * takes hardly longer than one image. Their number is a power of two, so that the model gets few different batch sizes.
   */
  next({ batchSize, sketchBatchSize = batchSize }: BatchLimits): Job | undefined {
    const { query, bulk } = this.#waiting
    const [first] = query
    if (first === undefined) return this.#announced > 0 ? undefined : this.#nextBulk(bulk)
    const canShare = (job: Job) => job.kind === first.kind && job.items.length === 1 && job.attempts === 0
    const alike = canShare(first) ? query.filter(canShare) : [first]
    const limit = first.kind === 'sketch' ? sketchBatchSize : batchSize
    const size = batchSizes(limit).findLast((most) => most <= alike.length) ?? 1
    const together = alike.slice(0, size)
    this.#waiting.query = query.filter((job) => !together.includes(job))
    return size === 1 ? first : combine(together)
  }

  #nextBulk(bulk: Job[]): Job | undefined {
    const job = bulk.shift()
    const isRecent = performance.now() - this.#lastQueryAt < RECENT_QUERY_MS
    if (job === undefined || job.items.length === 1 || !isRecent) return job
    const [first, rest] = cut(job)
    bulk.unshift(rest)
    return first
  }
}

/** A batch that takes this many times the measured time is considered hung, even within `batch_timeout_s`. */
const BATCH_TIMEOUT_FACTOR = 50
const MIN_BATCH_TIMEOUT_MS = 10_000

/** Milliseconds after which a batch is considered hung. */
export function batchTimeoutMs({
  imagesPerSecond,
  batchSize,
}: Pick<Measurement, 'imagesPerSecond' | 'batchSize'>): number {
  return Math.max(MIN_BATCH_TIMEOUT_MS, (BATCH_TIMEOUT_FACTOR * 1000 * batchSize) / imagesPerSecond)
}

/** Cuts a job into jobs of one item each. */
function separate(job: Job, attempts: number): Job[] {
  const parts = job.items.map((item) => ({ item, ...Promise.withResolvers<Embedding[]>() }))
  Promise.all(parts.map(({ promise }) => promise)).then((results) => job.resolve(results.flat()), job.reject)
  return parts.map(({ item, resolve, reject }) => ({ ...job, items: [item], attempts, resolve, reject }))
}

/** Cuts a job into its first item and the others. */
function cut(job: Job): [Job, Job] {
  const first = Promise.withResolvers<Embedding[]>()
  const rest = Promise.withResolvers<Embedding[]>()
  Promise.all([first.promise, rest.promise]).then((results) => job.resolve(results.flat()), job.reject)
  return [
    { ...job, items: job.items.slice(0, 1), resolve: first.resolve, reject: first.reject },
    { ...job, items: job.items.slice(1), resolve: rest.resolve, reject: rest.reject },
  ]
}

/** Returns the powers of two up to the size of a batch, and that size. */
export function batchSizes(largest: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(largest)) + 1 }, (_, n) => 2 ** n)
  return [...new Set([...powers, largest])]
}

/** Combines jobs of one item each into one job. */
function combine(jobs: Job[]): Job {
  return {
    ...jobs[0]!,
    items: jobs.flatMap(({ items }) => items),
    resolve: (results) => jobs.forEach((job, n) => void job.resolve([results[n]!])),
    reject: (error) => jobs.forEach((job) => void job.reject(error)),
  }
}

import { availableParallelism } from 'node:os'
import pLimit, { type LimitFunction } from 'p-limit'
import { DomainError } from '../errors.ts'
import { type DecoderChild, DecoderEnded, type DecoderLimits, startDecoder } from './decoder-child.ts'
import type { DecoderJob, DecoderResult, ReaderOptions } from './decoder-protocol.ts'
import { driveDoesNotAnswer, unreadable } from './reasons.ts'

/** A query or an upload, for which someone waits, does not wait for indexing. */
type DecoderPriority = 'query' | 'bulk'

/** Decodes images in processes of their own, each within a limit of time and memory. */
export interface DecoderPool {
  /**
   * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason; `unavailable` if too many jobs wait, the drive does not
   * answer, or no process starts
   * @throws {Error} if the image is not to blame
   */
  run(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult>
  /** Ends all processes at once. Jobs in progress fail. */
  close(): void
}

export interface DecoderPoolOptions extends Partial<DecoderLimits> {
  start?: (options: ReaderOptions, limits: DecoderLimits) => DecoderChild
  idleMs?: number
}

const MAX_PROCESSES = 4
/** Enough for 64 megapixels on a slow machine. */
const TIMEOUT_MS = 30_000
/** Developing a raw photo of 64 megapixels takes about one gigabyte. */
const MEMORY_BYTES = 2 * 1024 ** 3
/** WebAssembly never returns memory, so a process that has grown beyond this is replaced. */
const MAX_KEPT_BYTES = 400 * 1024 ** 2
/** A process without work ends after this time. */
const IDLE_MS = 10_000
/** A process that died without a reason is given one more chance: the system may have ended it. */
const MAX_ATTEMPTS = 2
/** Jobs of one priority that may wait. Those of indexing are bounded by the threads that read files. */
const MAX_WAITING = 1_024
const RETRY_AFTER_S = 5

export function createDecoderPool(options: ReaderOptions, settings: DecoderPoolOptions = {}): DecoderPool {
  return new ProcessPool(options, settings)
}

class ProcessPool implements DecoderPool {
  readonly #options: ReaderOptions
  readonly #limits: DecoderLimits
  readonly #settings: DecoderPoolOptions
  readonly #queues: Record<DecoderPriority, LimitFunction>
  /** Jobs that need much memory take turns, those of queries among themselves. */
  readonly #turns: Record<DecoderPriority, LimitFunction> = { query: pLimit(1), bulk: pLimit(1) }
  readonly #idle = new Map<DecoderChild, NodeJS.Timeout>()
  readonly #all = new Set<DecoderChild>()
  #isClosed = false

  constructor(options: ReaderOptions, settings: DecoderPoolOptions) {
    this.#options = options
    this.#settings = settings
    const { timeoutMs = TIMEOUT_MS, memoryBytes = MEMORY_BYTES } = settings
    this.#limits = { timeoutMs, memoryBytes }
    const width = Math.min(MAX_PROCESSES, availableParallelism())
    this.#queues = { query: pLimit(width), bulk: pLimit(width) }
  }

  async run(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult> {
    const queue = this.#queues[priority]
    if (queue.pendingCount >= MAX_WAITING)
      throw new DomainError('unavailable', 'Too many images wait to be decoded.', {
        retryAfterS: RETRY_AFTER_S,
      })
    return queue(() => this.#perform(job, priority))
  }

  close(): void {
    this.#isClosed = true
    for (const child of this.#all) this.#discard(child)
  }

  async #perform(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult> {
    for (let attempt = 1; ; attempt++) {
      if (this.#isClosed) throw new Error('the server is stopping')
      try {
        return await this.#runOnce(job, priority)
      } catch (error) {
        const isWorthRepeating = error instanceof DecoderEnded && error.end === 'died'
        if (!isWorthRepeating || attempt === MAX_ATTEMPTS || this.#isClosed) throw this.#explain(error)
      }
    }
  }

  async #runOnce(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult> {
    const child = this.#takeChild()
    const { promise: hasEnded, resolve: end } = Promise.withResolvers<void>()
    let turn: Promise<void> | undefined
    // All requests of a job share its turn, which lasts until the job ends.
    const takeTurn = () => {
      turn ??= new Promise<void>((begin) => {
        void this.#turns[priority](() => {
          begin()
          return hasEnded
        })
      })
      return turn
    }
    try {
      return await child.run(job, takeTurn)
    } finally {
      end()
      this.#putBack(child)
    }
  }

  #takeChild(): DecoderChild {
    for (const [child, timer] of this.#idle) {
      clearTimeout(timer)
      this.#idle.delete(child)
      if (!child.hasEnded) return child
      this.#all.delete(child)
    }
    const child = (this.#settings.start ?? startDecoder)(this.#options, this.#limits)
    this.#all.add(child)
    return child
  }

  #putBack(child: DecoderChild): void {
    if (child.hasEnded || this.#isClosed || child.residentBytes > MAX_KEPT_BYTES) {
      this.#discard(child)
      return
    }
    const timer = setTimeout(() => this.#discard(child), this.#settings.idleMs ?? IDLE_MS)
    timer.unref()
    this.#idle.set(child, timer)
  }

  #discard(child: DecoderChild): void {
    clearTimeout(this.#idle.get(child))
    this.#idle.delete(child)
    this.#all.delete(child)
    child.end()
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof DecoderEnded) || this.#isClosed) return error
    const { timeoutMs, memoryBytes } = this.#limits
    switch (error.end) {
      case 'late':
        return unreadable(`decoding takes longer than ${Math.ceil(timeoutMs / 1000)} seconds`)
      case 'memory':
        return unreadable(`decoding takes more than ${Math.round(memoryBytes / 1024 ** 2)} MiB of memory`)
      case 'disk':
        return driveDoesNotAnswer(error)
      case 'not started':
        return new DomainError('unavailable', 'The process that decodes images does not start.', {
          cause: error,
        })
      case 'died':
        return unreadable('it ends the process that decodes it', error)
    }
  }
}

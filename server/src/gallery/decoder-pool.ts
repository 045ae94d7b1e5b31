import { availableParallelism } from 'node:os'
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

interface Task {
  job: DecoderJob
  priority: DecoderPriority
  resolve(result: DecoderResult): void
  reject(error: unknown): void
}

export function createDecoderPool(options: ReaderOptions, settings: DecoderPoolOptions = {}): DecoderPool {
  return new ProcessPool(options, settings)
}

class ProcessPool implements DecoderPool {
  readonly #options: ReaderOptions
  readonly #limits: DecoderLimits
  readonly #settings: DecoderPoolOptions
  readonly #width: Record<DecoderPriority, number>
  readonly #waiting: Record<DecoderPriority, Task[]> = { query: [], bulk: [] }
  readonly #busy: Record<DecoderPriority, number> = { query: 0, bulk: 0 }
  /** Jobs that need much memory take turns, those of queries among themselves. */
  readonly #turns: Record<DecoderPriority, Turns> = { query: new Turns(), bulk: new Turns() }
  readonly #idle = new Map<DecoderChild, NodeJS.Timeout>()
  readonly #all = new Set<DecoderChild>()
  #isClosed = false

  constructor(options: ReaderOptions, settings: DecoderPoolOptions) {
    this.#options = options
    this.#settings = settings
    const { timeoutMs = TIMEOUT_MS, memoryBytes = MEMORY_BYTES } = settings
    this.#limits = { timeoutMs, memoryBytes }
    const width = Math.min(MAX_PROCESSES, availableParallelism())
    this.#width = { query: width, bulk: width }
  }

  run(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting[priority].length >= MAX_WAITING)
        return reject(
          new DomainError('unavailable', 'Too many images wait to be decoded.', {
            retryAfterS: RETRY_AFTER_S,
          }),
        )
      this.#waiting[priority].push({ job, priority, resolve, reject })
      this.#pump()
    })
  }

  close(): void {
    this.#isClosed = true
    for (const child of this.#all) this.#discard(child)
    for (const tasks of Object.values(this.#waiting))
      for (const { reject } of tasks.splice(0)) reject(new Error('the server is stopping'))
  }

  #pump(): void {
    for (const priority of ['query', 'bulk'] as const) {
      while (this.#busy[priority] < this.#width[priority]) {
        const task = this.#waiting[priority].shift()
        if (task === undefined) break
        this.#busy[priority]++
        void this.#perform(task).finally(() => {
          this.#busy[priority]--
          this.#pump()
        })
      }
    }
  }

  async #perform({ job, priority, resolve, reject }: Task): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      if (this.#isClosed) return reject(new Error('the server is stopping'))
      try {
        return resolve(await this.#runOnce(job, priority))
      } catch (error) {
        const isWorthRepeating = error instanceof DecoderEnded && error.end === 'died'
        if (!isWorthRepeating || attempt === MAX_ATTEMPTS || this.#isClosed)
          return reject(this.#explain(error))
      }
    }
  }

  async #runOnce(job: DecoderJob, priority: DecoderPriority): Promise<DecoderResult> {
    const child = this.#takeChild()
    const turn = this.#turns[priority].create()
    try {
      return await child.run(job, () => turn.take())
    } finally {
      turn.release()
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

/** Lets one holder through at a time, in the order of their requests. */
class Turns {
  #last: Promise<void> = Promise.resolve()

  /** Requests of one holder share its turn. */
  create(): { take(): Promise<void>; release(): void } {
    let release = () => {}
    let taken: Promise<void> | undefined
    return {
      take: () => {
        if (taken !== undefined) return taken
        const before = this.#last
        this.#last = new Promise((resolve) => {
          release = resolve
        })
        const mine = this.#last
        this.#last = before.then(() => mine)
        taken = before
        return before
      },
      release: () => release(),
    }
  }
}

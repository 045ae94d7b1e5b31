import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '../../errors.ts'
import { type RgbImage, resample } from '../../gallery/resample.ts'
import { DEFAULT_SKETCH_MARGIN, type ImageKind } from '../embedder.ts'
import type { Measurement } from '../measurements.ts'
import { describeDefinition, type EmbedderDefinition } from '../registry.ts'
import { normaliseVectors } from '../vectors.ts'
import { type EmbeddingProcess, startEmbeddingProcess } from './child.ts'
import { measureBatchSizes } from './measure-batch-sizes.ts'
import { probeImage } from './probe.ts'
import type { LoadSettings } from './protocol.ts'

/** A query goes before bulk work: a person who searches never waits for the folder. */
export type Priority = 'query' | 'bulk'

/** A vector of unit length, or why there is none. */
export type Embedding = Float32Array | DomainError

/** An embedder in a process of its own: it may block, crash or hang without the server noticing more than a delay. */
export interface EmbedderClient {
  readonly name: string
  readonly dimensions: number
  /** Of the running process; undefined while there is none that works. */
  readonly processId: number | undefined
  /** How long it may take to load. */
  readonly startTimeoutS: number
  /** Free border around the ink of a prepared sketch, as a share of its side. */
  readonly sketchMargin: number
  readonly inputSize: { width: number; height: number }
  /** How fast it is here and what serves it best. */
  readonly measurement: Measurement
  /**
   * Pictures of any size; each is resized to `inputSize`. An image that the embedder can't do anything with takes no other
   * one with it: `embedder_failed` in its place tells why.
   * @throws {DomainError} `unavailable` if the embedder itself does not work or is being closed
   */
  embed(images: readonly RgbImage[], kind: ImageKind, priority: Priority): Promise<Embedding[]>
  close(): Promise<void>
}

export interface EmbedderClientOptions {
  /** Gets every line that the embedder prints. */
  onOutput: (line: string) => void
  /** Loading goes on; `share` from 0 to 1 if it is known. */
  onProgress?: ((message: string, share: number | undefined) => void) | undefined
  onRestart?: (reason: string) => void
  /** Told when it stops working for any picture, and when it works again. */
  onHealth?: (reason: string | undefined) => void
  loadSettings?: Partial<LoadSettings>
  /** From an earlier run; without it, it is measured now. */
  measurement?: Measurement | undefined
  /** Tells whether what it is made of is as it was when it was first started. */
  isUnchanged?: () => Promise<boolean>
}

/** Part of a call that goes to the process as one batch. */
interface Job {
  images: Uint8Array[]
  kind: ImageKind
  priority: Priority
  attempts: number
  resolve: (results: Embedding[]) => void
  reject: (error: DomainError) => void
}

const MAX_ATTEMPTS = 2
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 30_000
/** A search that waits longer for a process that does not come back had better be told. */
const MAX_FAILED_STARTS = 2
const QUERY_TIMEOUT_MS = 8_000
/** A batch that takes so many times what was measured hangs, however patient `batch_timeout_s` is. */
const BATCH_TIMEOUT_FACTOR = 50
const MIN_BATCH_TIMEOUT_MS = 10_000

/**
 * Starts an embedding process, waits until its embedder is loaded and tries it on a picture.
 * @throws {DomainError} `embedder_unavailable` with the reason
 */
export async function startEmbedder(
  name: string,
  definition: EmbedderDefinition,
  options: EmbedderClientOptions,
): Promise<EmbedderClient> {
  const embedder = new EmbedderSupervisor(name, definition, options)
  await embedder.start()
  return embedder
}

class EmbedderSupervisor implements EmbedderClient {
  readonly name: string
  readonly #definition: EmbedderDefinition
  readonly #options: EmbedderClientOptions
  readonly #waiting: Record<Priority, Job[]> = { query: [], bulk: [] }
  readonly #closing = new AbortController()
  #measurement: Measurement | undefined
  #process: EmbeddingProcess | undefined
  /** One that is loaded, and being tried. */
  #tried: EmbeddingProcess | undefined
  /** As it was when it was first started. */
  #properties: Pick<EmbeddingProcess, 'dimensions' | 'inputSize' | 'sketchMargin'> | undefined
  #isStarted = false
  #isBusy = false
  #failedStarts = 0
  /** Without any work done between them. */
  #restartsInARow = 0
  /** Why no picture at all can be embedded now. */
  #outage: string | undefined

  constructor(name: string, definition: EmbedderDefinition, options: EmbedderClientOptions) {
    this.name = name
    this.#definition = definition
    this.#options = options
    this.#measurement = options.measurement
  }

  get dimensions() {
    return this.#properties!.dimensions
  }
  get inputSize() {
    return this.#properties!.inputSize
  }
  get sketchMargin() {
    return this.#properties!.sketchMargin ?? DEFAULT_SKETCH_MARGIN
  }
  get measurement() {
    return this.#measurement!
  }
  get processId() {
    return this.#outage === undefined ? this.#process?.id : undefined
  }
  get startTimeoutS() {
    return this.#definition.start_timeout_s
  }
  get #isClosing() {
    return this.#closing.signal.aborted
  }

  async start(): Promise<void> {
    try {
      await this.#startProcess()
      this.#measurement ??= await measureBatchSizes(this.#process!, this.#options.onProgress)
      this.#isStarted = true
      // A batch that was too large may have ended it.
      if (!this.#process!.isAlive) await this.#restart('a large batch ended it')
    } catch (error) {
      this.#closing.abort()
      await this.#process?.close()
      throw new DomainError(
        'embedder_unavailable',
        `The embedder "${this.name}" (${describeDefinition(this.#definition)}) did not start: ${sentence(error)}`,
        { cause: error },
      )
    }
    this.#work()
  }

  async embed(images: readonly RgbImage[], kind: ImageKind, priority: Priority): Promise<Embedding[]> {
    const { width, height } = this.inputSize
    const pixels = images.map((image) => resample(image, width, height).data)
    const size = this.measurement.batchSize
    const parts = Array.from({ length: Math.ceil(pixels.length / size) }, (_, n) =>
      this.#enqueue(pixels.slice(n * size, (n + 1) * size), kind, priority),
    )
    return (await Promise.all(parts)).flat()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const job of [...this.#waiting.query.splice(0), ...this.#waiting.bulk.splice(0)]) {
      job.reject(this.#unavailable())
    }
    await Promise.all([this.#process?.close(), this.#tried?.close()])
  }

  #enqueue(images: Uint8Array[], kind: ImageKind, priority: Priority): Promise<Embedding[]> {
    let timer: NodeJS.Timeout | undefined
    const result = new Promise<Embedding[]>((resolve, reject) => {
      if (this.#isClosing || (priority === 'query' && this.#isHopeless())) return reject(this.#unavailable())
      const job: Job = { images, kind, priority, attempts: 0, resolve, reject }
      this.#waiting[priority].push(job)
      if (priority === 'query') timer = this.#limitWaiting(job)
      this.#work()
    })
    return result.finally(() => clearInterval(timer))
  }

  /** A query does not wait long for a process that is being started again, also one that was under way when the process ended. */
  #limitWaiting(job: Job): NodeJS.Timeout {
    return setInterval(() => {
      if (this.#process !== undefined) return
      this.#waiting.query = this.#waiting.query.filter((other) => other !== job)
      job.reject(this.#unavailable())
    }, QUERY_TIMEOUT_MS).unref()
  }

  /**
   * Queries that wait for the same go together, as many as a batch may have: a batch of that size hardly takes longer than one.
   * Their number is a power of two, so there are few sizes that a model has not seen before.
   */
  #nextJob(): Job | undefined {
    const { query, bulk } = this.#waiting
    const [first] = query
    if (first === undefined) return bulk.shift()
    const canShare = (job: Job) => job.kind === first.kind && job.images.length === 1 && job.attempts === 0
    const alike = canShare(first) ? query.filter(canShare) : [first]
    const size = batchSizes(this.measurement.batchSize).findLast((most) => most <= alike.length) ?? 1
    const together = alike.slice(0, size)
    this.#waiting.query = query.filter((job) => !together.includes(job))
    return size === 1 ? first : combine(together)
  }

  /** Sends one batch after the other; a query goes first. */
  async #work(): Promise<void> {
    if (this.#isBusy || this.#process === undefined || this.#outage !== undefined) return
    const job = this.#nextJob()
    if (job === undefined) return
    this.#isBusy = true
    try {
      await this.#run(job)
    } finally {
      this.#isBusy = false
    }
    this.#work()
  }

  async #run(job: Job): Promise<void> {
    job.attempts++
    const { imagesPerSecond, batchSize } = this.measurement
    const timeout = Math.max(
      MIN_BATCH_TIMEOUT_MS,
      (BATCH_TIMEOUT_FACTOR * 1000 * batchSize) / imagesPerSecond,
    )
    const outcome = await this.#process!.embed(job.images, job.kind, timeout).then(
      (vectors) => normaliseVectors(vectors, job.images.length, this.dimensions),
      (error: Error) => error.message,
    )
    if (typeof outcome !== 'string') {
      this.#restartsInARow = 0
      return job.resolve(outcome)
    }
    if (this.#isClosing) return job.reject(this.#unavailable())
    const hasCrashed = !this.#process!.isAlive
    if (hasCrashed) {
      await this.#restart(outcome)
      if (this.#isClosing) return job.reject(this.#unavailable())
    }
    // A crash may have another reason than the batch: it is tried again. Then each image is tried alone.
    if (hasCrashed && job.attempts < MAX_ATTEMPTS) return void this.#waiting[job.priority].unshift(job)
    if (job.images.length > 1) return this.#split(job)
    await this.#blame(job, outcome)
  }

  #split(job: Job): void {
    const singles = job.images.map(
      (image) =>
        new Promise<Embedding[]>((resolve, reject) => {
          // A crash alone is proof enough: the batch has been tried before.
          const attempts = MAX_ATTEMPTS - 1
          this.#waiting[job.priority].unshift({ ...job, images: [image], attempts, resolve, reject })
        }),
    )
    Promise.all(singles).then((results) => job.resolve(results.flat()), job.reject)
  }

  /** If the embedder still knows the test picture, it is the image's fault; else the image has to wait. */
  async #blame(job: Job, reason: string): Promise<void> {
    const defect = await this.#defectOnProbe()
    if (defect === undefined) {
      this.#options.onOutput(`It failed on an image: ${sentence(reason)}`)
      const made = describeDefinition(this.#definition)
      const message = `The embedder "${this.name}" (${made}) failed on this image: ${sentence(reason)}`
      return job.resolve([new DomainError('embedder_failed', message)])
    }
    this.#startOutage(reason)
    if (job.priority === 'query') return job.reject(this.#unavailable())
    this.#waiting.bulk.unshift({ ...job, attempts: 0 })
  }

  #startOutage(reason: string): void {
    this.#outage = reason
    this.#options.onHealth?.(reason)
    for (const job of this.#waiting.query.splice(0)) job.reject(this.#unavailable())
    void this.#recover()
  }

  async #recover(): Promise<void> {
    for (let backoff = FIRST_BACKOFF_MS; ; backoff = Math.min(MAX_BACKOFF_MS, backoff * 2)) {
      await this.#pause(backoff)
      const defect = await this.#defectOnProbe()
      if (this.#isClosing) return
      if (defect === undefined) break
    }
    this.#outage = undefined
    this.#options.onHealth?.(undefined)
    this.#work()
  }

  /** Ends early when it is closed. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }

  /** @returns what is wrong with what the embedder makes of a picture that any model must know, if anything */
  async #defectOnProbe(): Promise<string | undefined> {
    if (this.#process === undefined) return 'it is not running'
    const defect = await probeDefect(this.#process, 1)
    if (defect !== undefined && !this.#process.isAlive && !this.#isClosing) await this.#restart(defect)
    return defect
  }

  /** @throws {Error} if it can't be started, or is not what it was */
  async #startProcess(): Promise<void> {
    const started = await startEmbeddingProcess(this.name, this.#definition, {
      ...this.#options,
      signal: this.#closing.signal,
      loadSettings: {
        cacheDirectory: '',
        fingerprint: '',
        ...this.#options.loadSettings,
        threads: this.#measurement?.threads,
      },
      onIdleExit: (reason) => {
        const isCurrent = this.#process === started
        if (isCurrent && this.#isStarted && !this.#isClosing && !this.#isBusy) {
          void this.#restart(reason).then(() => this.#work())
        }
      },
    })
    this.#tried = started
    try {
      await this.#check(started)
      if (this.#isClosing) throw new Error('it is being closed')
    } catch (error) {
      await started.close()
      throw error
    } finally {
      this.#tried = undefined
    }
    this.#properties ??= started
    this.#process = started
  }

  /** The first batches of each size, which may take longer than those after them, are part of the start. */
  async #check(started: EmbeddingProcess): Promise<void> {
    const { dimensions, inputSize } = this.#properties ?? started
    const isSame =
      started.dimensions === dimensions &&
      started.inputSize.width === inputSize.width &&
      started.inputSize.height === inputSize.height
    if (!isSame || (this.#isStarted && (await this.#options.isUnchanged?.()) === false)) {
      throw new Error('its code or its weights have been changed; restart the server to use it as it is now')
    }
    for (const size of batchSizes(this.#measurement?.batchSize ?? 1)) {
      const defect = await probeDefect(started, size)
      if (defect !== undefined) throw new Error(`it can't embed a test picture: ${defect}`)
    }
  }

  /** Starts the process again, however often it takes, with growing pauses. */
  async #restart(reason: string): Promise<void> {
    this.#process = undefined
    this.#options.onRestart?.(sentence(reason))
    while (!this.#isClosing) {
      await this.#pause(Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#restartsInARow++))
      if (this.#isClosing) return
      try {
        await this.#startProcess()
        this.#failedStarts = 0
        return
      } catch (error) {
        this.#failedStarts++
        if (!this.#isClosing) this.#options.onRestart?.(sentence(error))
        if (this.#isHopeless())
          for (const job of this.#waiting.query.splice(0)) job.reject(this.#unavailable())
      }
    }
  }

  #isHopeless(): boolean {
    return this.#outage !== undefined || this.#failedStarts >= MAX_FAILED_STARTS
  }

  #unavailable(): DomainError {
    const reason = this.#isClosing
      ? 'is being closed.'
      : `does not work at present: ${sentence(this.#outage ?? 'it does not start')}`
    return new DomainError('unavailable', `The embedder "${this.name}" ${reason}`)
  }
}

/** A server waits for a model as long as it takes; what is to end does not. Beside the time that a start may take. */
const MIN_TIMEOUT_S = 60
const CHECK_EVERY_MS = 1000

/**
 * Waits for work that an embedder does, as long as that works or may be about to.
 * @throws {DomainError} `embedder_unavailable` if it has not worked for longer than a start of it may take
 */
export async function failIfEmbedderIsDown<T>(
  embedder: Pick<EmbedderClient, 'name' | 'processId' | 'startTimeoutS'>,
  work: Promise<T>,
  timeoutS = embedder.startTimeoutS + MIN_TIMEOUT_S,
): Promise<T> {
  let workedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const ended = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      if (embedder.processId !== undefined) workedAt = performance.now()
      if (performance.now() - workedAt <= timeoutS * 1000) return
      const message = `The embedder "${embedder.name}" does not work at present. The log tells why.`
      reject(new DomainError('embedder_unavailable', message))
    }, CHECK_EVERY_MS)
  })
  return Promise.race([work, ended]).finally(() => clearInterval(timer))
}

/** The powers of two up to the size of a batch, and that size. */
function batchSizes(largest: number): number[] {
  const powers = Array.from({ length: Math.floor(Math.log2(largest)) + 1 }, (_, n) => 2 ** n)
  return [...new Set([...powers, largest])]
}

/** One job that does what several of one image each ask for. */
function combine(jobs: Job[]): Job {
  return {
    ...jobs[0]!,
    images: jobs.flatMap(({ images }) => images),
    resolve: (results) => jobs.forEach((job, n) => void job.resolve([results[n]!])),
    reject: (error) => jobs.forEach((job) => void job.reject(error)),
  }
}

/** @returns what is wrong with the vectors of a test picture in a batch of so many, if anything */
async function probeDefect(child: EmbeddingProcess, count: number): Promise<string | undefined> {
  try {
    const vectors = await child.embed(Array(count).fill(probeImage(child.inputSize)), 'photo')
    const outcome = normaliseVectors(vectors, count, child.dimensions)
    return typeof outcome === 'string' ? outcome : undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** A reason that ends like a sentence. */
function sentence(reason: unknown): string {
  const text = reason instanceof Error ? reason.message : String(reason)
  return /[.!?]$/.test(text) ? text : `${text}.`
}

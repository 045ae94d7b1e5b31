import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { DomainError } from '../../errors.ts'
import { type RgbImage, resample } from '../../gallery/resample.ts'
import { DEFAULT_SKETCH_MARGIN, type ImageKind } from '../embedder.ts'
import type { Measurement } from '../measurements.ts'
import { describeDefinition, type EmbedderDefinition } from '../registry.ts'
import { type EmbedderProperties, type EmbeddingProcess, startEmbeddingProcess } from './child.ts'
import type { EmbedderClient, EmbedderClientOptions, Embedding, Priority } from './embedder-client.ts'
import { type BatchItem, type BatchKind, batchSizes, batchTimeoutMs, type Job, JobQueue } from './jobs.ts'
import { measureBatchSizes } from './measure-batch-sizes.ts'
import { probeDefect, textDefect } from './probe.ts'
import { resultsOf, sentence } from './results.ts'

const MAX_ATTEMPTS = 2
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 30_000
/** Queries fail once this many starts in a row have failed. */
const MAX_FAILED_STARTS = 2
/** Queries that have waited this long for the process to restart fail. */
const QUERY_TIMEOUT_MS = 8_000

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
  readonly #named: string
  readonly #warn = (message: string) => this.#options.onWarning?.(`${this.#named}: ${message}`)
  readonly #jobs = new JobQueue()
  readonly announceQuery = () => this.#jobs.announceQuery(() => void this.#work())
  readonly #closing = new AbortController()
  #measurement: Measurement | undefined
  #process: EmbeddingProcess | undefined
  /** A loaded process that is being tried. */
  #tried: EmbeddingProcess | undefined
  /** Properties at the first start, which must not change at a restart. */
  #properties: EmbedderProperties | undefined
  #isStarted = false
  #isBusy = false
  #failedStarts = 0
  /** Restarts without any finished batch between them. */
  #restartsInARow = 0
  /** The reason why no picture can be embedded at present. */
  #outage: string | undefined

  constructor(name: string, definition: EmbedderDefinition, options: EmbedderClientOptions) {
    this.name = name
    this.#definition = definition
    this.#named = `The embedder "${name}" (${describeDefinition(definition)})`
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
  get sketchExpansion() {
    return this.#properties!.sketchExpansion
  }
  get embedsText() {
    return this.#properties!.embedsText
  }
  get places() {
    return this.#properties!.places
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
      const measuring = { ...this.#options, onWarning: this.#warn }
      this.#measurement ??= await measureBatchSizes(this.#process!, measuring)
      if (this.embedsText && this.#options.searches !== false) await this.#tryText()
      this.#isStarted = true
      // A batch that is too large can end the process.
      if (!this.#process!.isAlive) await this.#restart('a large batch or a text ended it')
    } catch (error) {
      this.#closing.abort()
      await this.#process?.close()
      throw new DomainError('embedder_unavailable', `${this.#named} did not start: ${sentence(error)}`, {
        cause: error,
      })
    }
    this.#work()
  }

  /** Words that it can't embed are no reason to do without its vectors of images. */
  async #tryText(): Promise<void> {
    const defect = await textDefect(this.#process!)
    if (defect === undefined) return
    this.#properties = { ...this.#properties!, embedsText: false }
    this.#warn(`it can't search by words, because it fails on a test text: ${sentence(defect)}`)
  }

  async embed(
    images: readonly RgbImage[],
    kind: ImageKind | 'places',
    priority: Priority,
  ): Promise<Embedding[]> {
    const { width, height } = this.inputSize
    const pixels = images.map((image) => resample(image, width, height).data)
    const size = this.measurement.batchSize
    const parts = Array.from({ length: Math.ceil(pixels.length / size) }, (_, n) =>
      this.#enqueue(pixels.slice(n * size, (n + 1) * size), kind, priority),
    )
    return (await Promise.all(parts)).flat()
  }

  async embedPlaces(images: readonly RgbImage[]): Promise<Embedding[]> {
    if (this.places === undefined)
      throw new DomainError('not_supported', `The embedder "${this.name}" has no feature map.`)
    return this.embed(images, 'places', 'query')
  }

  async embedText(texts: readonly string[]): Promise<Embedding[]> {
    if (!this.embedsText)
      throw new DomainError('not_supported', `The embedder "${this.name}" does not understand words.`)
    const parts = texts.map((text) => this.#enqueue([text], 'text', 'query'))
    return (await Promise.all(parts)).flat()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const job of [...this.#jobs.takeAll('query'), ...this.#jobs.takeAll('bulk')])
      job.reject(this.#unavailable())
    await Promise.all([this.#process?.close(), this.#tried?.close()])
  }

  #enqueue(items: BatchItem[], kind: BatchKind, priority: Priority): Promise<Embedding[]> {
    let timer: NodeJS.Timeout | undefined
    const result = new Promise<Embedding[]>((resolve, reject) => {
      if (this.#isClosing || (priority === 'query' && this.#isHopeless())) return reject(this.#unavailable())
      const job: Job = { items, kind, priority, attempts: 0, resolve, reject }
      this.#jobs.add(job)
      if (priority === 'query') timer = this.#limitWaiting(job)
      this.#work()
    })
    return result.finally(() => clearInterval(timer))
  }

  /** Limits the time that a query waits for a restart, including a query that was running when the process ended. */
  #limitWaiting(job: Job): NodeJS.Timeout {
    return setInterval(() => {
      if (this.#process !== undefined) return
      this.#jobs.remove(job)
      job.reject(this.#unavailable())
    }, QUERY_TIMEOUT_MS).unref()
  }

  /** Sends one batch after the other, queries first. */
  async #work(): Promise<void> {
    if (this.#isBusy || this.#process === undefined || this.#outage !== undefined) return
    const job = this.#jobs.next(this.measurement)
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
    const timeout = batchTimeoutMs(this.measurement)
    const outcome = await this.#process!.embed(job.items, job.kind, timeout).then(
      (vectors) => resultsOf(vectors, job, this.#properties!),
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
    // The batch may not be the cause of a crash, so it is repeated, then each of its items separately.
    if (hasCrashed && job.attempts < MAX_ATTEMPTS) return this.#jobs.addFirst(job)
    // The batch has been repeated already, so a second crash proves that an item is the cause.
    if (job.items.length > 1) return this.#jobs.addSeparately(job, MAX_ATTEMPTS - 1)
    await this.#blame(job, outcome)
  }

  /** Records a failure of the item if the embedder still works for the test picture; otherwise the item waits. */
  async #blame(job: Job, reason: string): Promise<void> {
    const defect = await this.#defectOnProbe()
    if (defect === undefined) {
      const item = job.kind === 'text' ? 'text' : 'image'
      this.#options.onOutput(`It failed on ${job.kind === 'text' ? 'a' : 'an'} ${item}: ${sentence(reason)}`)
      const message = `${this.#named} failed on this ${item}: ${sentence(reason)}`
      return job.resolve([new DomainError('embedder_failed', message)])
    }
    if (this.#isClosing) return job.reject(this.#unavailable())
    this.#startOutage(reason)
    if (job.priority === 'query') return job.reject(this.#unavailable())
    this.#jobs.addFirst({ ...job, attempts: 0 })
  }

  #startOutage(reason: string): void {
    this.#outage = reason
    this.#options.onHealth?.(reason)
    for (const job of this.#jobs.takeAll('query')) job.reject(this.#unavailable())
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

  /** Ends early when the embedder is closed. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {})
  }

  /** @returns the defect of the vectors of the test picture, if any */
  async #defectOnProbe(): Promise<string | undefined> {
    if (this.#process === undefined) return 'it is not running'
    const defect = await probeDefect(this.#process, 1)
    if (defect !== undefined && !this.#process.isAlive && !this.#isClosing) await this.#restart(defect)
    return defect
  }

  /** @throws {Error} if it can't be started, or its properties, code or weights have changed */
  async #startProcess(): Promise<void> {
    const started = await startEmbeddingProcess(this.name, this.#definition, {
      ...this.#options,
      onWarning: this.#warn,
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

  /** Runs one batch of each size, because the first ones may take longer. */
  async #check(started: EmbeddingProcess): Promise<void> {
    const { dimensions, inputSize } = this.#properties ?? started
    const isSame = started.dimensions === dimensions && isDeepStrictEqual(started.inputSize, inputSize)
    if (!isSame || (this.#isStarted && (await this.#options.isUnchanged?.()) === false)) {
      throw new Error('its code or its weights have been changed; restart the server to use the new version')
    }
    for (const size of batchSizes(this.#measurement?.batchSize ?? 1)) {
      const defect = await probeDefect(started, size)
      if (defect !== undefined) throw new Error(`it can't embed a test picture: ${defect}`)
    }
  }

  /** Starts the process again until it succeeds, with growing pauses. */
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
        if (this.#isHopeless()) for (const job of this.#jobs.takeAll('query')) job.reject(this.#unavailable())
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

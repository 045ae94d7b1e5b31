import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { DomainError } from '../errors.ts'
import { type RgbImage, resample } from '../gallery/resample.ts'
import type { ImageKind } from './embedder.ts'
import { type Request, type Response, readFrames, writeFrame } from './protocol.ts'
import type { EmbedderDefinition } from './registry.ts'

/** A query goes before bulk work: a person who searches never waits for the folder. */
export type Urgency = 'query' | 'bulk'

/** An embedder in a process of its own: it may block, crash or hang without the server noticing more than a delay. */
export interface EmbeddingHost {
  readonly name: string
  readonly dimensions: number
  /** Of the running process; undefined while it is started again. */
  readonly processId: number | undefined
  /** Free border around the ink of a prepared sketch, as a share of its side. */
  readonly sketchMargin: number
  readonly inputSize: { width: number; height: number }
  /**
   * Pictures of any size; each is resized to `inputSize`.
   * @returns `[count, dimensions]`, row-major, each vector of unit length
   * @throws {DomainError} `embedder_failed`
   */
  embed(images: readonly RgbImage[], kind: ImageKind, urgency: Urgency): Promise<Float32Array>
  close(): Promise<void>
}

export interface HostOptions {
  /** Gets every line that the embedder prints. */
  onOutput: (line: string) => void
  onRestart?: (reason: string) => void
  startTimeoutMs?: number
  batchTimeoutMs?: number
}

interface Job {
  request: Omit<Extract<Request, { type: 'embed' }>, 'id'>
  pixels: Uint8Array
  urgency: Urgency
  resolve: (vectors: Float32Array) => void
  reject: (error: Error) => void
  attempts: number
}

type Ready = Extract<Response, { type: 'ready' }>

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url))
const START_TIMEOUT_MS = 120_000
const BATCH_TIMEOUT_MS = 120_000
const MAX_ATTEMPTS = 2
const FIRST_BACKOFF_MS = 100
const MAX_BACKOFF_MS = 30_000

/**
 * Starts an embedding process and waits until its embedder is loaded.
 * @throws {DomainError} `embedder_unavailable` with the reason
 */
export async function startEmbeddingHost(
  name: string,
  definition: EmbedderDefinition,
  options: HostOptions,
): Promise<EmbeddingHost> {
  const host = new ProcessHost(name, definition, options)
  await host.start()
  return host
}

class ProcessHost implements EmbeddingHost {
  readonly name: string
  dimensions = 0
  sketchMargin = 0
  inputSize = { width: 0, height: 0 }
  readonly #definition: EmbedderDefinition
  readonly #options: HostOptions
  readonly #waiting: Record<Urgency, Job[]> = { query: [], bulk: [] }
  #child: ChildProcess | undefined
  #isReady = false
  #current: (Job & { id: number; timer: NodeJS.Timeout }) | undefined
  #lastId = 0
  #failuresInARow = 0
  #isClosing = false
  #restartTimer: NodeJS.Timeout | undefined

  constructor(name: string, definition: EmbedderDefinition, options: HostOptions) {
    this.name = name
    this.#definition = definition
    this.#options = options
  }

  get processId(): number | undefined {
    return this.#isReady ? this.#child?.pid : undefined
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
      this.#child = child
      const fail = (message: string) => {
        clearTimeout(timer)
        child.kill('SIGKILL')
        reject(
          new DomainError('embedder_unavailable', `The embedder "${this.name}" did not start: ${message}`),
        )
      }
      const timeout = this.#options.startTimeoutMs ?? START_TIMEOUT_MS
      const timer = setTimeout(() => fail(`it was not ready after ${timeout / 1000} s.`), timeout)

      forwardLines(child.stdout!, this.#options.onOutput)
      forwardLines(child.stderr!, this.#options.onOutput)
      // A write to a process that has just died fails here; its exit is handled below.
      child.stdin!.on('error', () => {})
      child.once('error', (error) => fail(error.message))
      child.once('exit', (code, signal) => {
        const reason = signal === null ? `it ended with exit code ${code}` : `it was killed by ${signal}`
        if (this.#isReady && this.#child === child) this.#onExit(reason)
        else fail(`${reason}.`)
      })
      readFrames<Response>(
        child.stdio[3] as Readable,
        (message, payload) => {
          if (message.type === 'error' && message.id === undefined) return fail(message.message)
          if (message.type === 'ready') {
            clearTimeout(timer)
            this.#onReady(message)
            return resolve()
          }
          this.#onAnswer(message, payload)
        },
        () => child.kill('SIGKILL'),
      )
      writeFrame(child.stdin!, { type: 'load', name: this.name, definition: this.#definition })
    })
  }

  embed(images: readonly RgbImage[], kind: ImageKind, urgency: Urgency): Promise<Float32Array> {
    const { width, height } = this.inputSize
    const pixels = new Uint8Array(images.length * width * height * 3)
    for (const [n, image] of images.entries()) {
      pixels.set(resample(image, width, height).data, n * width * height * 3)
    }
    return new Promise((resolve, reject) => {
      if (this.#isClosing) return reject(this.#failure('the server is stopping'))
      const request = { type: 'embed' as const, kind, count: images.length, width, height }
      this.#waiting[urgency].push({ request, pixels, urgency, resolve, reject, attempts: 0 })
      this.#sendNext()
    })
  }

  async close(): Promise<void> {
    this.#isClosing = true
    clearTimeout(this.#restartTimer)
    const child = this.#child
    this.#abandon(this.#failure('the server is stopping'))
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stdin!.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), 2000)
    await ended
    clearTimeout(timer)
  }

  #onReady({ dimensions, inputSize, sketchMargin }: Ready): void {
    this.dimensions = dimensions
    this.inputSize = inputSize
    this.sketchMargin = sketchMargin
    this.#isReady = true
    this.#sendNext()
  }

  #sendNext(): void {
    if (!this.#isReady || this.#current !== undefined) return
    const job = this.#waiting.query.shift() ?? this.#waiting.bulk.shift()
    if (job === undefined) return
    const id = ++this.#lastId
    const timer = setTimeout(
      () => this.#child?.kill('SIGKILL'),
      this.#options.batchTimeoutMs ?? BATCH_TIMEOUT_MS,
    )
    this.#current = { ...job, attempts: job.attempts + 1, id, timer }
    writeFrame(this.#child!.stdin!, { ...job.request, id }, job.pixels)
  }

  #onAnswer(message: Exclude<Response, Ready>, payload: ArrayBuffer): void {
    const job = this.#current
    if (job === undefined || job.id !== message.id) return
    clearTimeout(job.timer)
    this.#current = undefined
    this.#failuresInARow = 0
    if (message.type === 'error') {
      job.reject(this.#failure(message.message))
    } else {
      const vectors = new Float32Array(payload)
      const defect = normalise(vectors, job.request.count, this.dimensions)
      if (defect === undefined) job.resolve(vectors)
      else job.reject(this.#failure(defect))
    }
    this.#sendNext()
  }

  #onExit(reason: string): void {
    this.#isReady = false
    const job = this.#current
    this.#current = undefined
    if (job !== undefined) {
      clearTimeout(job.timer)
      if (job.attempts < MAX_ATTEMPTS) this.#waiting[job.urgency].unshift(job)
      else job.reject(this.#failure(reason))
    }
    if (!this.#isClosing) this.#restart(reason)
  }

  #restart(reason: string): void {
    this.#options.onRestart?.(reason)
    const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** this.#failuresInARow++)
    this.#restartTimer = setTimeout(() => {
      this.start().catch((error: Error) => {
        if (!this.#isClosing) this.#restart(error.message)
      })
    }, backoff)
  }

  #abandon(error: DomainError): void {
    for (const job of [this.#current, ...this.#waiting.query, ...this.#waiting.bulk]) job?.reject(error)
    if (this.#current !== undefined) clearTimeout(this.#current.timer)
    this.#current = undefined
    this.#waiting.query = []
    this.#waiting.bulk = []
  }

  #failure(reason: string): DomainError {
    return new DomainError('embedder_failed', `The embedder "${this.name}" failed: ${reason}.`)
  }
}

/**
 * Scales each row to unit length in place.
 * @returns what is wrong with the vectors, if anything
 */
function normalise(vectors: Float32Array, count: number, dimensions: number): string | undefined {
  if (vectors.length !== count * dimensions) {
    return `it returned ${vectors.length} numbers for ${count} images of ${dimensions} dimensions`
  }
  for (let n = 0; n < count; n++) {
    const vector = vectors.subarray(n * dimensions, (n + 1) * dimensions)
    let sum = 0
    for (const value of vector) sum += value * value
    if (!Number.isFinite(sum)) return 'it returned a vector with numbers that are not finite'
    if (sum === 0) return 'it returned a vector of zeros'
    const scale = 1 / Math.sqrt(sum)
    for (let i = 0; i < dimensions; i++) vector[i]! *= scale
  }
  return undefined
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') onLine(line)
  })
}

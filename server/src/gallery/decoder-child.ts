import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { DomainError } from '../errors.ts'
import { programBeside } from '../threads.ts'
import type { DecoderJob, DecoderResult, FromDecoder, ReaderOptions, ToDecoder } from './decoder-protocol.ts'

/** Why a process was ended or ended by itself, without a result. */
export type DecoderEnd = 'late' | 'disk' | 'memory' | 'died' | 'not started'

export class DecoderEnded extends Error {
  readonly end: DecoderEnd

  constructor(end: DecoderEnd, detail: string) {
    super(detail)
    this.end = end
  }
}

export interface DecoderLimits {
  /** Time for one image, without the time in which it waits for its turn. */
  timeoutMs: number
  /** Resident memory of a process, checked on Linux. */
  memoryBytes: number
}

/** A running process that decodes one image at a time. */
export interface DecoderChild {
  readonly hasEnded: boolean
  /** Resident memory after the last job. */
  readonly residentBytes: number
  /**
   * @param takeTurn resolves when the job may use much memory
   * @throws {DomainError} the failure of the image
   * @throws {DecoderEnded} if the process has ended
   * @throws {Error} if the image is not to blame
   */
  run(job: DecoderJob, takeTurn: () => Promise<void>): Promise<DecoderResult>
  end(): void
}

const PROGRAM = fileURLToPath(programBeside(import.meta.url, './decoder-process'))
const START_TIMEOUT_MS = 60_000
const MEMORY_CHECK_MS = 200
/** Characters of the last output that are kept to explain the end of a process. */
const MAX_OUTPUT = 300
const STATM_PAGE_BYTES = 4096

/** No decoder outlives the server. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function startDecoder(options: ReaderOptions, limits: DecoderLimits): DecoderChild {
  return new ForkedDecoder(options, limits)
}

class ForkedDecoder implements DecoderChild {
  readonly #child: ChildProcess
  readonly #limits: DecoderLimits
  readonly #ready: Promise<void>
  #output = ''
  #isReady = false
  #end: DecoderEnded | undefined
  #onMessage: (message: FromDecoder) => void = () => {}
  #onEnd: (error: DecoderEnded) => void = () => {}
  residentBytes = 0

  constructor(options: ReaderOptions, limits: DecoderLimits) {
    this.#limits = limits
    const child = fork(PROGRAM, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child = child
    running.add(child)
    child.stderr!.on('data', (text) => {
      this.#output = (this.#output + text).slice(-MAX_OUTPUT)
    })
    child.once('error', (error) => this.#finish('died', error.message))
    child.once('exit', (code, signal) =>
      this.#finish('died', `${signal ?? `exit code ${code}`} ${this.#output}`),
    )
    child.on('message', (message: FromDecoder) => this.#onMessage(message))
    this.#ready = this.#waitUntilReady()
    this.#ready.catch(() => {})
    this.#send({ type: 'options', options })
    this.#keepAlive(false)
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  async run(job: DecoderJob, takeTurn: () => Promise<void>): Promise<DecoderResult> {
    await this.#ready
    if (this.#end !== undefined) throw this.#end
    this.#keepAlive(true)
    const clock = new Stopwatch(this.#limits.timeoutMs)
    let isLoaded = 'bytes' in job
    const memoryTimer = setInterval(() => void this.#checkMemory(), MEMORY_CHECK_MS)
    try {
      const message = await new Promise<FromDecoder>((resolve, reject) => {
        this.#onEnd = reject
        clock.start(() => this.#stop(isLoaded ? 'late' : 'disk', 'the time limit was reached'))
        this.#onMessage = (message) => {
          if (message.type === 'loaded') isLoaded = true
          else if (message.type !== 'wait') resolve(message)
          else {
            clock.stop()
            void takeTurn().then(() => {
              clock.start(() => this.#stop('late', 'the time limit was reached'))
              this.#send({ type: 'turn' })
            })
          }
        }
        this.#send({ type: 'job', job })
      })
      return this.#resultOf(message)
    } finally {
      clock.stop()
      clearInterval(memoryTimer)
      this.#onEnd = () => {}
      this.#keepAlive(false)
    }
  }

  end(): void {
    this.#stop('died', 'it is being closed')
  }

  #resultOf(message: FromDecoder): DecoderResult {
    if (message.type !== 'done' && message.type !== 'failed') throw new Error(`unexpected ${message.type}`)
    this.residentBytes = message.residentBytes
    if (message.type === 'done') return message.result
    throw message.code === undefined
      ? new Error(message.message)
      : new DomainError(message.code, message.message)
  }

  #waitUntilReady(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#stop('died', 'it did not start in time'), START_TIMEOUT_MS)
      timer.unref()
      this.#onEnd = reject
      this.#onMessage = (message) => {
        if (message.type !== 'ready') return
        clearTimeout(timer)
        this.#isReady = true
        resolve()
      }
    })
  }

  /** A process that has grown too much is ended. Other systems than Linux offer no cheap way to see this. */
  async #checkMemory(): Promise<void> {
    const text = await readFile(`/proc/${this.#child.pid}/statm`, 'utf8').catch(() => undefined)
    const pages = Number(text?.split(' ')[1] ?? 0)
    if (pages * STATM_PAGE_BYTES > this.#limits.memoryBytes)
      this.#stop('memory', 'the memory limit was reached')
  }

  /** A process without work does not keep the server from ending. */
  #keepAlive(isBusy: boolean): void {
    const handles = [this.#child, this.#child.channel, this.#child.stderr as Socket | null]
    for (const handle of handles) isBusy ? handle?.ref() : handle?.unref()
  }

  #send(message: ToDecoder): void {
    // The process may have died; its exit is handled.
    if (this.#child.connected) this.#child.send(message, () => {})
  }

  #stop(end: DecoderEnd, detail: string): void {
    this.#child.kill('SIGKILL')
    this.#finish(end, detail)
  }

  #finish(end: DecoderEnd, detail: string): void {
    running.delete(this.#child)
    this.#end ??= new DecoderEnded(this.#isReady ? end : 'not started', detail.trim())
    this.#onEnd(this.#end)
  }
}

/** A timer that can be paused. */
class Stopwatch {
  #leftMs: number
  #startedAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#leftMs = timeoutMs
  }

  start(onEnd: () => void): void {
    this.#startedAt = performance.now()
    this.#timer = setTimeout(onEnd, this.#leftMs)
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#startedAt))
  }
}

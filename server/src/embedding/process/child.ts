import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { messageOf, systemCodeOf } from '../../errors.ts'
import { programBeside } from '../../threads.ts'
import type { QueryExpansion } from '../embedder.ts'
import { timmInPython } from '../kinds/timm/in-python.ts'
import { type EmbedderDefinition, embedderKind } from '../registry.ts'
import { withoutTelemetry } from '../telemetry.ts'
import type { BatchItem, BatchKind } from './jobs.ts'
import { defectOf } from './property-defects.ts'
import { type LoadSettings, type Request, type Response, readFrames, writeFrame } from './protocol.ts'

/** Properties of a loaded embedder. */
export interface EmbedderProperties {
  readonly dimensions: number
  readonly inputSize: { width: number; height: number }
  readonly sketchMargin: number | undefined
  readonly sketchExpansion: QueryExpansion | undefined
  readonly embedsText: boolean
  readonly places: { width: number; height: number } | undefined
}

/** A process with a loaded embedder. It takes one batch at a time. */
export interface EmbeddingProcess extends EmbedderProperties {
  readonly id: number
  readonly isAlive: boolean
  readonly threads: number | undefined
  /**
   * @param items images as 8-bit RGB, each of `inputSize`; with the kind `text`, texts
   * @param timeoutMs a batch that takes longer ends the process; at most the configured `batch_timeout_s`
   * @returns `[count, dimensions]`, not normalised; with the kind `places`, `[count, places.height, places.width, dimensions]`
   * @throws {Error} with the message of the embedder, or the way in which the process ended
   */
  embed(items: BatchItem[], kind: BatchKind, timeoutMs?: number): Promise<Float32Array>
  close(): Promise<void>
}

export interface ProcessOptions {
  onOutput: (line: string) => void
  onProgress?: ((message: string, share: number | undefined) => void) | undefined
  onWarning?: ((message: string) => void) | undefined
  /** Called when the process ends while it has nothing to do. */
  onIdleExit: (reason: string) => void
  loadSettings: LoadSettings
  /** Ends a process that is still being loaded. */
  signal: AbortSignal
}

const NODE_PROGRAM = fileURLToPath(programBeside(import.meta.url, './worker'))
const PYTHON_PROGRAM = fileURLToPath(new URL('./worker.py', import.meta.url))
const DEFAULT_PYTHON = process.platform === 'win32' ? 'python' : 'python3'
const CLOSE_MS = 2000
/** Maximum length of a line that a model prints, in characters. */
const MAX_LINE = 4000
/** Time for the last output of a process to arrive. */
const DRAIN_MS = 200
const HAS_GROUPS = process.platform !== 'win32'

/**
 * Starts a process and waits until its embedder is loaded.
 * @throws {Error} with the reason
 */
export async function startEmbeddingProcess(
  name: string,
  definition: EmbedderDefinition,
  options: ProcessOptions,
): Promise<EmbeddingProcess> {
  const inPython = embedderKind(name, definition) === 'timm' ? timmInPython(definition) : undefined
  if (inPython === undefined) return startProcess(name, definition, options)
  inPython.notes.forEach(options.onOutput)
  return startProcess(name, inPython.definition, options).catch((error) => {
    throw new Error(inPython.explain(messageOf(error)), { cause: error })
  })
}

function startProcess(
  name: string,
  definition: EmbedderDefinition,
  options: ProcessOptions,
): Promise<EmbeddingProcess> {
  const [program, ...args] = commandOf(name, definition)
  // Its own process group, so that processes that a model starts end with it.
  const child = spawn(program!, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: withoutTelemetry(),
    detached: HAS_GROUPS,
  })
  // Without a free file descriptor there are no pipes either.
  if (child.pid === undefined) return spawnFailure(child, program!)
  running.add(child)
  let lastLine = ''
  const onLine = (line: string) => {
    lastLine = line
    options.onOutput(line)
  }
  forwardLines(child.stdout!, onLine)
  forwardLines(child.stderr!, onLine)
  // A pipe to a process that has just ended fails; the end itself is handled below.
  for (const pipe of child.stdio) pipe?.on('error', () => {})
  return new Promise((resolve, reject) => {
    const conversation = new Conversation(child, definition.batch_timeout_s * 1000)
    let timer: NodeJS.Timeout
    let hasFailed = false
    const waitOn = () => {
      clearTimeout(timer)
      timer = setTimeout(
        () => fail(`it was not ready after ${definition.start_timeout_s} s (start_timeout_s)`),
        definition.start_timeout_s * 1000,
      )
    }
    const fail = (reason: string) => {
      hasFailed = true
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      endGroup(child)
      reject(new Error(reason))
    }
    const onAbort = () => fail('it is being closed')
    options.signal.addEventListener('abort', onAbort, { once: true })
    waitOn()
    child.once('error', (error) => fail(error.message))
    conversation.onEnd = (reason) =>
      fail(lastLine === '' ? reason : `${reason}; its last line was: ${lastLine}`)
    readFrames<Response>(
      child.stdio[3] as Readable,
      (message, payload) => {
        // Its `ready` may arrive just after the timeout.
        if (hasFailed) return
        if (message.type === 'progress') {
          waitOn()
          options.onProgress?.(message.message, message.share)
        } else if (message.type === 'warning') {
          options.onWarning?.(message.message)
        } else if (message.type === 'ready') {
          const defect = defectOf(message)
          if (defect !== undefined) return fail(defect)
          clearTimeout(timer)
          options.signal.removeEventListener('abort', onAbort)
          conversation.onEnd = options.onIdleExit
          resolve(conversation.ready(message))
        } else if (message.type === 'error' && typeof message.id !== 'number') {
          fail(message.message.slice(0, MAX_LINE))
        } else {
          conversation.onResponse(message, payload)
        }
      },
      () => conversation.end('it wrote an invalid response to file descriptor 3'),
    )
    writeFrame(child.stdin!, { type: 'load', name, definition, ...options.loadSettings })
  })
}

/** Processes to end when the server ends for any reason. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) endGroup(child)
})

/** Ends a process and all processes that it has started. */
function endGroup(child: ChildProcess): void {
  if (!HAS_GROUPS || child.pid === undefined) return void child.kill('SIGKILL')
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group is gone already.
  }
}

class Conversation {
  onEnd: (reason: string) => void = () => {}
  readonly #child: ChildProcess
  readonly #batchTimeoutMs: number
  #waiting:
    | { id: number; resolve: (vectors: Float32Array) => void; reject: (error: Error) => void }
    | undefined
  #lastId = 0
  #ended: string | undefined

  constructor(child: ChildProcess, batchTimeoutMs: number) {
    this.#child = child
    this.#batchTimeoutMs = batchTimeoutMs
    child.once('exit', (code, signal) => {
      running.delete(child)
      endGroup(child)
      // Processes that the model has started may hold its pipes open.
      setTimeout(() => {
        for (const pipe of child.stdio) pipe?.destroy()
      }, DRAIN_MS)
      this.#ended ??= signal === null ? `it ended with exit code ${code}` : `it was killed by ${signal}`
      const waiting = this.#waiting
      this.#waiting = undefined
      if (waiting !== undefined) waiting.reject(new Error(this.#ended))
      else this.onEnd(this.#ended)
    })
  }

  ready({
    dimensions,
    inputSize,
    sketchMargin,
    sketchExpansion,
    threads,
    embedsText = false,
    places,
  }: Extract<Response, { type: 'ready' }>): EmbeddingProcess {
    const isAlive = () => this.#ended === undefined
    return {
      id: this.#child.pid!,
      get isAlive() {
        return isAlive()
      },
      dimensions,
      inputSize,
      sketchMargin,
      sketchExpansion,
      threads,
      embedsText,
      places,
      embed: (items, kind, timeoutMs = this.#batchTimeoutMs) =>
        this.#embed(items, kind, inputSize, Math.min(timeoutMs, this.#batchTimeoutMs)),
      close: () => this.#close(),
    }
  }

  onResponse(
    message: Exclude<Response, { type: 'ready' | 'progress' | 'warning' }>,
    payload: ArrayBuffer,
  ): void {
    const waiting = this.#waiting
    if (waiting === undefined || waiting.id !== message.id) return
    this.#waiting = undefined
    if (message.type === 'error') waiting.reject(new Error(message.message.slice(0, MAX_LINE)))
    else if (payload.byteLength % 4 !== 0)
      waiting.reject(new Error('it returned something else than float32'))
    else waiting.resolve(new Float32Array(payload))
  }

  /** Ends the process for a reason of the server. */
  end(reason: string): void {
    this.#ended ??= reason
    endGroup(this.#child)
  }

  #embed(
    items: BatchItem[],
    kind: BatchKind,
    { width, height }: EmbeddingProcess['inputSize'],
    timeoutMs: number,
  ): Promise<Float32Array> {
    if (this.#ended !== undefined) return Promise.reject(new Error(this.#ended))
    const id = ++this.#lastId
    const timer = setTimeout(() => {
      this.end(`it took longer than ${(timeoutMs / 1000).toFixed(1)} s for a batch of ${items.length}`)
    }, timeoutMs)
    return new Promise<Float32Array>((resolve, reject) => {
      this.#waiting = { id, resolve, reject }
      if (kind === 'text') {
        const texts = items.filter((item) => typeof item === 'string')
        return writeFrame(this.#child.stdin!, { type: 'embed_text', id, texts })
      }
      const images = items.filter((item) => typeof item !== 'string')
      const pixels = images.length === 1 ? images[0]! : Buffer.concat(images)
      const size = { count: images.length, width, height }
      const request: Request =
        kind === 'places' ? { type: 'embed_places', id, ...size } : { type: 'embed', id, kind, ...size }
      writeFrame(this.#child.stdin!, request, pixels)
    }).finally(() => clearTimeout(timer))
  }

  async #close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.onEnd = () => {}
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin!.end()
    const timer = setTimeout(() => endGroup(this.#child), CLOSE_MS)
    await ended
    clearTimeout(timer)
  }
}

function commandOf(name: string, definition: EmbedderDefinition): string[] {
  if (embedderKind(name, definition) === 'python')
    return [definition.python ?? DEFAULT_PYTHON, '-u', PYTHON_PROGRAM]
  // The flag allows packages to be resolved from another folder than this one.
  return [process.execPath, '--experimental-import-meta-resolve', NODE_PROGRAM]
}

/** Rejects with the reason why a process did not start, which arrives as an event. */
async function spawnFailure(child: ChildProcess, program: string): Promise<never> {
  const [error] = await once(child, 'error')
  const reason =
    systemCodeOf(error) === 'ENOENT'
      ? `there is no program ${program}; name the Python to use by "python: /path/to/python"`
      : messageOf(error)
  throw new Error(reason, { cause: error })
}

function forwardLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = ''
  const emit = (line: string) => {
    const plain = stripVTControlCharacters(line)
    if (plain.trim() !== '') onLine(plain.slice(0, MAX_LINE))
  }
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/)
    rest = (lines.pop() ?? '').slice(-MAX_LINE)
    lines.forEach(emit)
  })
  stream.on('close', () => emit(rest))
}

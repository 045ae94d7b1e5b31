import { availableParallelism } from 'node:os'
import pTimeout from 'p-timeout'
import {
  programBeside,
  type StartThread,
  startThread as startNewThread,
  type Thread,
  type ThreadProgram,
} from '../threads.ts'
import { type DecodedImage, decodeLight, renderLight } from './decode.ts'
import { createDecoderPool, type DecoderPool } from './decoder-pool.ts'
import type { ReaderOptions } from './decoder-protocol.ts'
import type { ImageFile, ImageFileRequest } from './image-file.ts'
import type { MetadataRequest, MetadataResult } from './read-metadata.ts'
import type { ReaderMethod } from './reader-thread.ts'
import { driveDoesNotAnswer, unreadable } from './reasons.ts'

/**
 * Reads and decodes image files without blocking the server. Threads read the files and decode what `decodeLight` accepts;
 * everything else is decoded by processes that can be ended.
 */
export interface ImageReader {
  /** Number of files that are worth to be read at the same time. */
  readonly width: number
  /**
   * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason; `unavailable` if the drive does not answer
   */
  read(request: ImageFileRequest): Promise<ImageFile>
  /**
   * Reads the metadata of an indexed image without decoding it.
   * @throws {DomainError} `permission_denied`; `unavailable` if the drive does not answer
   */
  readMetadata(request: MetadataRequest): Promise<MetadataResult>
  /** Decodes bytes in memory. @throws {DomainError} as `read` */
  decode(bytes: Uint8Array, minSize: { width: number; height: number }): Promise<DecodedImage>
  /** A version of any image file that every browser shows, as `renderForBrowser`. @throws {DomainError} as `read` */
  render(bytes: Uint8Array, side: number): Promise<Uint8Array>
  /** Ends all reading and decoding at once. */
  close(): Promise<void>
}

const MAX_THREADS = 8
/** While a thread waits for the decoder, it can read the next file. */
const FILES_PER_THREAD = 3
const PROGRAM: ThreadProgram = {
  file: programBeside(import.meta.url, './reader-thread'),
  // Decoded images are freed with the small objects that refer to them, which a small young generation collects soon: 400 instead
  // of 650 MiB were measured.
  maxYoungGenerationSizeMb: 4,
  closed: 'The thread that reads image files has ended.',
}

export interface ReaderSettings {
  timeoutMs?: number
  /** Starts the thread of any program; tests use one again. */
  startThread?: StartThread | undefined
  /** Starts a thread that answers `read` and `readMetadata`. */
  startReader?: () => Thread
  decoders?: DecoderPool
}

/** Maximum time for which a file may occupy a thread. It mostly limits the drive: decoding in a thread has a shorter limit. */
const READ_TIMEOUT_MS = 60_000
/** While this many threads wait for a drive, no further file is read: each would occupy one more. */
const MAX_STUCK_THREADS = 16
/** A thread that waits for a drive does not end before the drive answers. */
const CLOSE_TIMEOUT_MS = 3_000

export function createImageReader(options: ReaderOptions, settings: ReaderSettings = {}): ImageReader {
  const {
    timeoutMs = READ_TIMEOUT_MS,
    startThread = startNewThread,
    startReader = () => startReaderThread(options, startThread),
    decoders = createDecoderPool(options),
  } = settings
  const threads = new ReaderThreads(startReader, timeoutMs)
  const { limits } = options
  return {
    width: threads.maxCount * FILES_PER_THREAD,
    async read(request) {
      const file = await threads.call('read', request)
      if (file !== undefined) return file as ImageFile
      // Without the check, someone waits for the file.
      const priority = request.skipSettleCheck ? 'query' : 'bulk'
      return (await decoders.run({ method: 'read', request }, priority)) as ImageFile
    },
    async readMetadata(request) {
      const read = await threads.call('readMetadata', request)
      return (read ?? (await decoders.run({ method: 'readMetadata', request }, 'bulk'))) as MetadataResult
    },
    async decode(bytes, minSize) {
      const decoded = await decodeLight(bytes, minSize, limits)
      if (decoded !== undefined) return decoded
      return (await decoders.run({ method: 'decode', bytes, minSize }, 'query')) as DecodedImage
    },
    async render(bytes, side) {
      const rendered = await renderLight(bytes, side, limits)
      if (rendered !== undefined) return rendered
      return (await decoders.run({ method: 'render', bytes, side }, 'query')) as Uint8Array
    },
    async close() {
      decoders.close()
      await pTimeout(threads.close(), { milliseconds: CLOSE_TIMEOUT_MS, message: false })
    },
  }
}

interface Lane {
  thread: Thread
  /** Files in progress. */
  busy: number
}

type Request = ImageFileRequest | MetadataRequest

class ReaderThreads {
  readonly maxCount = Math.min(MAX_THREADS, availableParallelism())
  readonly #start: () => Thread
  readonly #timeoutMs: number
  /** Threads start when a file comes while all others are busy: a process that only searches needs one. */
  readonly #lanes: Lane[]
  readonly #stuck = new Set<Thread>()
  #isClosed = false

  constructor(start: () => Thread, timeoutMs: number) {
    this.#start = start
    this.#timeoutMs = timeoutMs
    this.#lanes = [{ thread: start(), busy: 0 }]
  }

  /** @returns undefined if the file has to be decoded in a process of its own */
  async call(method: ReaderMethod, request: Request): Promise<unknown> {
    if (this.#stuck.size > MAX_STUCK_THREADS) throw driveDoesNotAnswer()
    const lane = this.#freest()
    // A thread that one file has ended must not make other files fail.
    if (lane.thread.hasEnded) lane.thread = this.#start()
    const { thread } = lane
    lane.busy++
    try {
      return await this.#callInTime(thread, method, request)
    } catch (error) {
      if (error instanceof HungError && lane.thread === thread && !this.#isClosed) lane.thread = this.#start()
      const isOwnFault = !thread.hasEnded && !(error instanceof HungError)
      if (isOwnFault || this.#isClosed) throw this.#explain(error)
    } finally {
      lane.busy--
    }
    // This file is to blame, or one that was read beside it. Reading it alone shows which.
    return this.#callAlone(method, request)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#lanes.map(({ thread }) => thread.end()))
  }

  async #callAlone(method: ReaderMethod, request: Request): Promise<unknown> {
    const thread = this.#start()
    try {
      return await this.#callInTime(thread, method, request)
    } catch (error) {
      if (thread.hasEnded && !this.#isClosed && !(error instanceof HungError))
        throw unreadable('it ends the thread that reads it', error)
      throw this.#explain(error)
    } finally {
      this.#giveUp(thread)
    }
  }

  #freest(): Lane {
    const lane = this.#lanes.reduce((least, other) => (other.busy < least.busy ? other : least))
    if (lane.busy === 0 || this.#lanes.length === this.maxCount) return lane
    const another = { thread: this.#start(), busy: 0 }
    this.#lanes.push(another)
    return another
  }

  async #callInTime(thread: Thread, method: ReaderMethod, request: Request): Promise<unknown> {
    // Set by the thread when the disk has delivered the file.
    const isLoaded = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    return pTimeout(thread.call(method, [request, isLoaded]), {
      milliseconds: this.#timeoutMs,
      fallback: () => {
        this.#giveUp(thread)
        throw new HungError(Atomics.load(new Int32Array(isLoaded), 0) === 0)
      },
    })
  }

  /** Ends a thread, which waits for its drive to answer. */
  #giveUp(thread: Thread): void {
    this.#stuck.add(thread)
    void thread.end().finally(() => this.#stuck.delete(thread))
  }

  #explain(error: unknown): unknown {
    if (!(error instanceof HungError)) return error
    if (error.isDiskToBlame) return driveDoesNotAnswer(error)
    return unreadable(`decoding takes longer than ${Math.ceil(this.#timeoutMs / 1000)} seconds`)
  }
}

class HungError extends Error {
  readonly isDiskToBlame: boolean

  constructor(isDiskToBlame: boolean) {
    super()
    this.isDiskToBlame = isDiskToBlame
  }
}

function startReaderThread(options: ReaderOptions, startThread: StartThread): Thread {
  const thread = startThread(PROGRAM)
  thread.call('open' satisfies ReaderMethod, [options]).catch(() => {})
  return thread
}

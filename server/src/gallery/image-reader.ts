import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { connectThread, programBeside, type Thread } from '../threads.ts'
import { type DecodedImage, decodeImage, isDecodedInPlace, renderForBrowser, unreadable } from './decode.ts'
import { createSharedLock, release, sharedMutex } from './decode-lock.ts'
import type { ImageFile, ImageFileRequest } from './image-file.ts'
import type { MetadataRequest, MetadataResult } from './read-metadata.ts'
import type { ReaderMethod, ReaderOptions, ReaderThreadData } from './reader-thread.ts'

/** Reads and decodes image files in threads of its own, so that neither a slow disk nor a large file stalls the server. */
export interface ImageReader {
  /** How many files it is worth to have under way at once. */
  readonly width: number
  /**
   * @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason
   * @throws {Error} if the drive does not answer
   */
  read(request: ImageFileRequest): Promise<ImageFile>
  /**
   * Reads the metadata of an indexed image without decoding it.
   * @throws {DomainError} `permission_denied`
   * @throws {Error} if the drive does not answer
   */
  readMetadata(request: MetadataRequest): Promise<MetadataResult>
  /** Decodes bytes that are at hand. @throws {DomainError} as `read` */
  decode(bytes: Uint8Array, minSize: { width: number; height: number }): Promise<DecodedImage>
  /** A version of any image file that every browser shows, as `renderForBrowser`. @throws {DomainError} as `read` */
  render(bytes: Uint8Array, side: number): Promise<Uint8Array>
  close(): Promise<void>
}

const MAX_THREADS = 8
/** While a thread waits for the decoder, it can read the next file. */
const FILES_PER_THREAD = 3
/** Decoded pictures hang on small objects: a small young generation frees them soon. Measured: 400 instead of 650 MiB. */
const YOUNG_GENERATION_MB = 4

export interface ReaderThreads {
  timeoutMs?: number
  /** Starts a thread that understands `read` and `decode`. */
  start?: () => Thread
}

/** No file may hold a thread longer: what takes minutes to decode was made to. */
const READ_TIMEOUT_MS = 5 * 60_000

/** While so many threads wait for a drive, no further file is read: each would take one more with it. */
const MAX_STUCK_THREADS = 16
const threadIds = new WeakMap<Thread, number>()

/** Of all that this process reads, what takes much memory is decoded one at a time. */
const decodeLock = createSharedLock()

export function createImageReader(
  options: ReaderOptions,
  { timeoutMs = READ_TIMEOUT_MS, start = () => startThread(options, decodeLock) }: ReaderThreads = {},
): ImageReader {
  const limits = { ...options.limits, decodeLock: sharedMutex(decodeLock) }
  const count = Math.min(MAX_THREADS, availableParallelism())
  // A thread begins when a file comes while all others are busy: who only searches needs one.
  const lanes: Lane[] = [{ thread: start(), busy: 0 }]
  const stuck = new Set<Thread>()
  let isClosed = false
  return {
    width: count * FILES_PER_THREAD,
    // Which the thread raises when the disk has given the file.
    read: (request) =>
      call('read', request, new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) as Promise<ImageFile>,
    readMetadata: (request) =>
      call(
        'readMetadata',
        request,
        new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT),
      ) as Promise<MetadataResult>,
    decode: (bytes, minSize) =>
      isDecodedInPlace(bytes)
        ? (call('decode', bytes, minSize) as Promise<DecodedImage>)
        : decodeImage(bytes, minSize, limits),
    render: (bytes, side) =>
      isDecodedInPlace(bytes)
        ? (call('render', bytes, side) as Promise<Uint8Array>)
        : renderForBrowser(bytes, side, limits),
    async close() {
      isClosed = true
      await Promise.all(lanes.map(({ thread }) => thread.end()))
    },
  }

  /** A thread that waits for a drive does not end before that answers. Others need not wait for what it has. */
  function giveUp(thread: Thread): void {
    stuck.add(thread)
    const id = threadIds.get(thread)
    if (id !== undefined) release(decodeLock, id)
    void thread.end().finally(() => stuck.delete(thread))
  }

  async function call(method: ReaderMethod, ...args: unknown[]): Promise<unknown> {
    if (method.startsWith('read') && stuck.size > MAX_STUCK_THREADS)
      throw new Error('the drive does not answer')
    const lane = freest()
    // A thread that died of one file must not take the rest with it.
    if (lane.thread.hasEnded) lane.thread = start()
    const { thread } = lane
    lane.busy++
    try {
      return await inTime(thread, method, args)
    } catch (error) {
      if (error instanceof HungError && lane.thread === thread && !isClosed) lane.thread = start()
      const isOwnFault = !thread.hasEnded && !(error instanceof HungError)
      if (isOwnFault || isClosed) throw asFailure(error)
    } finally {
      lane.busy--
    }
    // This file or one that was read beside it is to blame: alone it shows which.
    const nextThread = start()
    try {
      return await inTime(nextThread, method, args)
    } catch (error) {
      if (nextThread.hasEnded && !isClosed && !(error instanceof HungError))
        throw unreadable('it ends the thread that reads it', error)
      throw asFailure(error)
    } finally {
      giveUp(nextThread)
    }
  }

  function freest(): Lane {
    const lane = lanes.reduce((least, other) => (other.busy < least.busy ? other : least))
    if (lane.busy === 0 || lanes.length === count) return lane
    const another = { thread: start(), busy: 0 }
    lanes.push(another)
    return another
  }

  async function inTime(thread: Thread, method: ReaderMethod, args: unknown[]): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const [, flag] = args
        const isDiskToBlame = flag instanceof SharedArrayBuffer && Atomics.load(new Int32Array(flag), 0) === 0
        reject(new HungError(isDiskToBlame))
        giveUp(thread)
      }, timeoutMs)
    })
    try {
      return await Promise.race([thread.call(method, args), late])
    } finally {
      clearTimeout(timer)
    }
  }

  function asFailure(error: unknown): unknown {
    if (!(error instanceof HungError)) return error
    // That is nothing about the file.
    if (error.isDiskToBlame) return new Error('the drive does not answer', { cause: error })
    return unreadable(`it takes longer than ${Math.ceil(timeoutMs / 1000)} seconds`, error)
  }
}

interface Lane {
  thread: Thread
  /** Files that it has under way. */
  busy: number
}

class HungError extends Error {
  readonly isDiskToBlame: boolean

  constructor(isDiskToBlame: boolean) {
    super()
    this.isDiskToBlame = isDiskToBlame
  }
}

function startThread(options: ReaderOptions, decodeLock: SharedArrayBuffer): Thread {
  const workerData: ReaderThreadData = { ...options, decodeLock }
  const worker = new Worker(programBeside(import.meta.url, './reader-thread'), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  const { threadId } = worker
  worker.once('exit', () => release(decodeLock, threadId))
  const thread = connectThread(worker, 'The thread that reads image files has ended.')
  threadIds.set(thread, threadId)
  return thread
}

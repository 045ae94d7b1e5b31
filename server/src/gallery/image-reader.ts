import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { connectThread, type Thread } from '../threads.ts'
import { type DecodedImage, decodeImage } from './decode.ts'
import { sniffFormat } from './formats.ts'
import type { ImageFile, ImageFileRequest } from './image-file.ts'
import type { ReaderOptions } from './reader-thread.ts'

/** Reads and decodes image files in threads of its own, so that neither a slow disk nor a large file stalls the server. */
export interface ImageReader {
  /** How many files it is worth to have under way at once. */
  readonly width: number
  /** @throws {DomainError} `image_unreadable` or `image_too_large`, with the reason */
  read(request: ImageFileRequest): Promise<ImageFile>
  /** Decodes bytes that are at hand. @throws {DomainError} as `read` */
  decode(bytes: Uint8Array, cover: { width: number; height: number }): Promise<DecodedImage>
  close(): Promise<void>
}

const MAX_THREADS = 8
/** While a thread waits for the decoder, it can read the next file. */
const FILES_PER_THREAD = 3
/** Decoded pictures hang on small objects: a small young generation frees them soon. Measured: 400 instead of 650 MiB. */
const YOUNG_GENERATION_MB = 4

export function createImageReader(options: ReaderOptions): ImageReader {
  const count = Math.min(MAX_THREADS, availableParallelism())
  const lanes = Array.from({ length: count }, () => ({ thread: startThread(options), busy: 0 }))
  return {
    width: count * FILES_PER_THREAD,
    read: (request) => call('read', request) as Promise<ImageFile>,
    decode(bytes, cover) {
      // sharp works in threads of its own; only BMP is decoded where it is called.
      if (sniffFormat(bytes) !== 'bmp') return decodeImage(bytes, cover, options.limits)
      return call('decode', bytes, cover) as Promise<DecodedImage>
    },
    async close() {
      await Promise.all(lanes.map(({ thread }) => thread.end()))
    },
  }

  async function call(method: 'read' | 'decode', ...args: unknown[]): Promise<unknown> {
    const lane = lanes.reduce((least, other) => (other.busy < least.busy ? other : least))
    // A thread that died of one file must not take the rest with it.
    if (lane.thread.hasEnded) lane.thread = startThread(options)
    lane.busy++
    try {
      return await lane.thread.call(method, args)
    } finally {
      lane.busy--
    }
  }
}

function startThread(options: ReaderOptions): Thread {
  const worker = new Worker(new URL('./reader-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  return connectThread(worker, 'The thread that reads image files has ended.')
}

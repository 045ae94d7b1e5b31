/** A thread that reads and decodes image files. */
import { parentPort, workerData } from 'node:worker_threads'
import { handleCall, type ThreadCall } from '../threads.ts'
import { type DecodedImage, decodeImage, renderForBrowser } from './decode.ts'
import { sharedMutex } from './decode-lock.ts'
import { type ImageFile, type ImageFileOptions, type ImageFileRequest, readImageFile } from './image-file.ts'
import { type MetadataRequest, type MetadataResult, readMetadata } from './read-metadata.ts'
import { openThumbnailStore } from './thumbnails.ts'

export interface ReaderOptions extends ImageFileOptions {
  thumbnailDirectory: string
  thumbnailSize: [number, number]
}

/** What such a thread is given: the options, and what it shares with the others. */
export type ReaderThreadData = ReaderOptions & { decodeLock: SharedArrayBuffer }

export type ReaderMethod = 'read' | 'readMetadata' | 'decode' | 'render'

const port = parentPort!
const { decodeLock, ...given } = workerData as ReaderThreadData
const options = { ...given, limits: { ...given.limits, decodeLock: sharedMutex(decodeLock) } }
const thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)

port.on('message', (call: ThreadCall) => {
  void handleCall<ImageFile | MetadataResult | DecodedImage | Uint8Array>(port, call, () => {
    const [first, second] = call.args as [unknown, unknown]
    switch (call.method as ReaderMethod) {
      case 'read':
        return readImageFile(first as ImageFileRequest, options, thumbnails, () => raise(second))
      case 'readMetadata':
        return readMetadata(first as MetadataRequest, options, thumbnails, () => raise(second))
      case 'decode':
        return decodeImage(first as Uint8Array, second as { width: number; height: number }, options.limits)
      case 'render':
        return renderForBrowser(first as Uint8Array, second as number, options.limits)
    }
  })
})

/** Marks that the disk has returned the file. */
function raise(flag: unknown): void {
  Atomics.store(new Int32Array(flag as SharedArrayBuffer), 0, 1)
}

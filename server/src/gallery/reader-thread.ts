/** A thread that reads image files and decodes those that are safe to decode beside others. */
import { parentPort, workerData } from 'node:worker_threads'
import { handleCall, type ThreadCall } from '../threads.ts'
import { decodeLight } from './decode.ts'
import type { ReaderOptions } from './decoder-protocol.ts'
import { type ImageFile, type ImageFileRequest, readImageFile } from './image-file.ts'
import { openThumbnailStore } from './thumbnails.ts'

const port = parentPort!
const options = workerData as ReaderOptions
const thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)

port.on('message', (call: ThreadCall) => {
  void handleCall<ImageFile | undefined>(port, call, () => {
    const [request, isLoaded] = call.args as [ImageFileRequest, SharedArrayBuffer]
    return readImageFile(request, options, thumbnails, {
      decode: decodeLight,
      onBytes: () => Atomics.store(new Int32Array(isLoaded), 0, 1),
    })
  })
})

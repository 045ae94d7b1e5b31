/** A thread that reads image files and decodes those that are safe to decode beside others. */
import { parentPort, workerData } from 'node:worker_threads'
import { handleCall, lowerThreadPriority, type ThreadCall } from '../threads.ts'
import { decodeLight } from './decode.ts'
import type { ReaderOptions } from './decoder-protocol.ts'
import { openDirectories } from './directories.ts'
import { type ImageFile, type ImageFileRequest, type ImageFileSteps, readImageFile } from './image-file.ts'
import { type MetadataRequest, type MetadataResult, readMetadata } from './read-metadata.ts'
import { openThumbnailStore } from './thumbnails.ts'

export type ReaderMethod = 'read' | 'readMetadata'

// Searches come first: indexing would take the cores from the threads that answer them.
lowerThreadPriority()
const port = parentPort!
const options = workerData as ReaderOptions
openDirectories(options.root, options.walk.directories)
const thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)

port.on('message', (call: ThreadCall) => {
  void handleCall<ImageFile | MetadataResult | undefined>(port, call, () => {
    const [request, isLoaded] = call.args as [unknown, SharedArrayBuffer]
    const steps: ImageFileSteps = {
      decode: decodeLight,
      onBytes: () => Atomics.store(new Int32Array(isLoaded), 0, 1),
    }
    switch (call.method as ReaderMethod) {
      case 'read':
        return readImageFile(request as ImageFileRequest, options, thumbnails, steps)
      case 'readMetadata':
        return readMetadata(request as MetadataRequest, options, thumbnails, steps)
    }
  })
})

/** A thread that reads image files and decodes those that are safe to decode beside others. */
import { parentPort } from 'node:worker_threads'
import { handleCall, lowerThreadPriority, type ThreadCall } from '../threads.ts'
import { decodeLight } from './decode.ts'
import type { ReaderOptions } from './decoder-protocol.ts'
import { openDirectories } from './directories.ts'
import { type ImageFile, type ImageFileRequest, type ImageFileSteps, readImageFile } from './image-file.ts'
import { type MetadataRequest, type MetadataResult, readMetadata } from './read-metadata.ts'
import { openThumbnailStore, type ThumbnailStore } from './thumbnails.ts'

export type ReaderMethod = 'open' | 'read' | 'readMetadata'

// Searches come first: indexing would take the cores from the threads that answer them.
lowerThreadPriority()
const port = parentPort!
let options: ReaderOptions
let thumbnails: ThumbnailStore
let closeDirectories = () => {}

port.on('message', (call: ThreadCall) => {
  void handleCall<ImageFile | MetadataResult | undefined>(port, call, async () => {
    if (call.method === 'open') return open(call.args[0] as ReaderOptions)
    const [request, isLoaded] = call.args as [unknown, SharedArrayBuffer]
    const steps: ImageFileSteps = {
      decode: decodeLight,
      onBytes: () => Atomics.store(new Int32Array(isLoaded), 0, 1),
    }
    switch (call.method as Exclude<ReaderMethod, 'open'>) {
      case 'read':
        return readImageFile(request as ImageFileRequest, options, thumbnails, steps)
      case 'readMetadata':
        return readMetadata(request as MetadataRequest, options, thumbnails, steps)
    }
  })
})

function open(given: ReaderOptions): undefined {
  options = given
  closeDirectories()
  closeDirectories = openDirectories(options.root, options.walk.directories)
  thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)
}

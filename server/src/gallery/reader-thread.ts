/** A thread that reads and decodes image files. */
import { parentPort, workerData } from 'node:worker_threads'
import { answerCall, type ThreadCall } from '../threads.ts'
import { type ImageFileOptions, type ImageFileRequest, readImageFile } from './image-file.ts'
import { openThumbnailStore } from './thumbnails.ts'

export interface ReaderOptions extends ImageFileOptions {
  thumbnailDirectory: string
  thumbnailSize: [number, number]
}

const port = parentPort!
const options = workerData as ReaderOptions
const thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)

port.on('message', (call: ThreadCall) => {
  const [request] = call.args as [ImageFileRequest]
  void answerCall(port, call, () => readImageFile(request, options, thumbnails))
})

/** A thread that reads and decodes image files. */
import { parentPort, workerData } from 'node:worker_threads'
import { answerCall, type ThreadCall } from '../threads.ts'
import { type DecodedImage, decodeImage } from './decode.ts'
import { type ImageFile, type ImageFileOptions, type ImageFileRequest, readImageFile } from './image-file.ts'
import { openThumbnailStore } from './thumbnails.ts'

export interface ReaderOptions extends ImageFileOptions {
  thumbnailDirectory: string
  thumbnailSize: [number, number]
}

type DecodeArguments = [bytes: Uint8Array, cover: { width: number; height: number }]

const port = parentPort!
const options = workerData as ReaderOptions
const thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)

port.on('message', (call: ThreadCall) => {
  void answerCall<ImageFile | DecodedImage>(port, call, () => {
    if (call.method === 'decode') return decodeImage(...(call.args as DecodeArguments), options.limits)
    return readImageFile(call.args[0] as ImageFileRequest, options, thumbnails)
  })
})

/**
 * A process that decodes one image at a time. Unlike a thread it can be ended at any moment, in any native code,
 * and all its memory goes back to the system.
 */
import { Worker } from 'node:worker_threads'
import { DomainError, messageOf } from '../errors.ts'
import { decodeImage, renderForBrowser } from './decode.ts'
import type { RunExclusive } from './decode-lock.ts'
import type { DecoderJob, DecoderResult, FromDecoder, ReaderOptions, ToDecoder } from './decoder-protocol.ts'
import { openDirectories } from './directories.ts'
import { type ImageFileSteps, readImageFile } from './image-file.ts'
import { readMetadata } from './read-metadata.ts'
import { openThumbnailStore, type ThumbnailStore } from './thumbnails.ts'

/** Ends the process when its parent has died, even while WebAssembly keeps the main thread busy. */
const WATCHDOG = `
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
  }, 1000)`

new Worker(WATCHDOG, { eval: true, stdin: false }).unref()
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// A terminal and service managers signal all processes of the server, which ends this one itself.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

let options: ReaderOptions
let thumbnails: ThumbnailStore
let takeTurn: (() => void) | undefined

const decodeLock: RunExclusive = async (run) => {
  const turn = new Promise<void>((resolve) => {
    takeTurn = resolve
  })
  send({ type: 'wait' })
  await turn
  return run()
}

process.on('message', (message: ToDecoder) => {
  if (message.type === 'turn') return takeTurn?.()
  if (message.type === 'job') return void answer(message.job)
  options = { ...message.options, limits: { ...message.options.limits, decodeLock } }
  openDirectories(options.root, options.walk.directories)
  thumbnails = openThumbnailStore(options.thumbnailDirectory, options.thumbnailSize)
  send({ type: 'ready' })
})

async function answer(job: DecoderJob): Promise<void> {
  try {
    const result = await run(job)
    send({ type: 'done', result, residentBytes: process.memoryUsage.rss() })
  } catch (error) {
    const code = error instanceof DomainError ? error.code : undefined
    send({ type: 'failed', code, message: messageOf(error), residentBytes: process.memoryUsage.rss() })
  }
}

const steps: ImageFileSteps = { decode: decodeImage, onBytes: () => send({ type: 'loaded' }) }

async function run(job: DecoderJob): Promise<DecoderResult> {
  switch (job.method) {
    // `decodeImage` decodes every file or throws, so there is a result.
    case 'read':
      return (await readImageFile(job.request, options, thumbnails, steps))!
    case 'readMetadata':
      return (await readMetadata(job.request, options, thumbnails, steps))!
    case 'decode':
      return decodeImage(job.bytes, job.minSize, options.limits)
    case 'render':
      return renderForBrowser(job.bytes, job.side, options.limits)
  }
}

function send(message: FromDecoder): void {
  // The parent may end at any time.
  process.send?.(message, undefined, undefined, () => {})
}

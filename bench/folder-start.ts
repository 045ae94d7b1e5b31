/**
 * Starts the product on a folder, waits until nothing is left to do, and prints the measurements as JSON. For bench/folder.ts.
 */
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import pino from 'pino'
import { createApp } from '../server/src/app/compose.ts'
import { configOf } from './config.ts'
import { residentMemory } from './support.ts'

export interface Start {
  /** Time until it responds, and until the folder has been scanned. */
  readyMs: number
  comparedMs: number
  indexedMs: number
  read: number
  moved: number
  /** Delay of the main thread, in milliseconds, until the queue is empty. */
  delay: { median: number; p99: number; max: number }
  memory: number
}

async function startAndCompare(gallery: string, directory: string): Promise<Start> {
  const start = performance.now()
  const app = await createApp(configOf(gallery, join(directory, 'data')), { log: pino({ level: 'silent' }) })
  const readyMs = performance.now() - start
  let read = 0
  let moved = 0
  app.events.on('imagesIndexed', ({ count }) => {
    read += count
  })
  app.events.on('fileMoved', () => {
    moved++
  })
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  await app.sync.startWatching()
  await app.sync.scan()
  const comparedMs = performance.now() - start
  await app.indexer.idle()
  const indexedMs = performance.now() - start
  delay.disable()
  const memory = residentMemory(process.pid)
  await app.close()
  // The timer that measures fires every 5 ms at most, which is no delay.
  const own = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - 5)
  return {
    readyMs,
    comparedMs,
    indexedMs,
    read,
    moved,
    delay: { median: own(delay.percentile(50)), p99: own(delay.percentile(99)), max: own(delay.max) },
    memory,
  }
}

const [gallery, directory] = process.argv.slice(2)
if (gallery !== undefined && directory !== undefined)
  console.log(JSON.stringify(await startAndCompare(gallery, directory)))

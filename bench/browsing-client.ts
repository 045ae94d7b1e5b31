/** A thread that browses a gallery at a fixed rate. Posts the times of its requests. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { httpClient } from './http-load.ts'

export interface BrowsingOptions {
  url: string
  lists: string[]
  thumbnails: string[]
  timeline: string
  /** Requests per second. */
  rate: number
  seconds: number
}

/** Milliseconds from the moment at which a request was due to its answer. */
export type BrowsingTimes = Record<'list' | 'thumbnail' | 'timeline', number[]>

const CONNECTIONS = 64
const TICK_MS = 5
/** Requests of a cycle: one for the timeline, some for lists, the others for thumbnails. */
const CYCLE = 20
const LISTS = 4

const { url, lists, thumbnails, timeline, rate, seconds } = workerData as BrowsingOptions
const http = httpClient(url, CONNECTIONS)
const times: BrowsingTimes = { list: [], thumbnail: [], timeline: [] }
const pending: Promise<void>[] = []
const start = performance.now()
for (let n = 0; n < rate * seconds; n++) {
  const due = start + (1000 * n) / rate
  if (due > performance.now() + TICK_MS) await sleep(due - performance.now())
  pending.push(send(n, due))
}
await Promise.all(pending)
http.close()
parentPort!.postMessage(times)

async function send(n: number, due: number): Promise<void> {
  const place = n % CYCLE
  const kind = place === 0 ? 'timeline' : place <= LISTS ? 'list' : 'thumbnail'
  const path = { timeline, list: pick(lists, n), thumbnail: pick(thumbnails, n) }[kind]
  const { status } = await http.send({ method: 'GET', path })
  if (status !== 200) throw new Error(`${path} was answered with ${status}`)
  times[kind].push(performance.now() - due)
}

function pick(paths: readonly string[], n: number): string {
  // A prime stride, so that neighbouring requests ask for different parts of the gallery.
  return paths[(n * 7919) % paths.length]!
}

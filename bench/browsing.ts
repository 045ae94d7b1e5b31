import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pino from 'pino'
import { createApp } from '../server/src/app/compose.ts'
import { listen } from '../server/src/http/listen.ts'
import type { BrowsingOptions, BrowsingTimes } from './browsing-client.ts'
import { configOf } from './config.ts'
import { noisePictures, pictureNumber } from './galleries.ts'
import { rowsOfTimes, type Section, table } from './support.ts'

const PORT = 18_997
const RATE = 500
const SECONDS = 20
const PAGE = 60
/** Most people look at the beginning; one list in ten is from anywhere in the gallery. */
const FIRST_PAGES = 36
const FURTHER_PAGES = 4
const SIDE = 32

/**
 * Browses a gallery at a fixed rate: lists, thumbnails and the timeline.
 * @param dataDirectory filled with rows, of which no file exists; those that are looked at are written to `gallery`
 */
export async function benchBrowsing(gallery: string, dataDirectory: string): Promise<Section> {
  mkdirSync(gallery, { recursive: true })
  const app = await createApp(configOf(gallery, dataDirectory), { log: pino({ level: 'silent' }) })
  const server = await listen(app.http, '127.0.0.1', PORT)
  const { indexed } = await app.catalog.images.counts()
  const { lists, thumbnails } = await lookedAt(server.url, gallery, indexed)
  const requests = { url: server.url, lists, thumbnails, timeline: '/api/timeline' }
  await browse({ ...requests, rate: RATE / 2, seconds: Math.ceil((2 * thumbnails.length) / RATE) })
  const times = await browse({ ...requests, rate: RATE, seconds: SECONDS })
  await server.close()
  await app.close()
  const rows = rowsOfTimes(times)
  return {
    text: [
      `## Browsing ${indexed} images, ${RATE} requests per second for ${SECONDS} s\n`,
      `Lists of ${PAGE} images, thumbnails and the timeline; times from the moment at which a request was due. The clients run on the same cores.\n`,
      table(['request', 'answered', 'median', 'p95', 'p99', 'slowest'], rows),
    ].join('\n'),
    ratios: {},
  }
}

/** Lists the pages, and writes the files of their images. */
async function lookedAt(url: string, gallery: string, count: number) {
  const pictures = await noisePictures(SIDE)
  const pages = Math.floor(count / PAGE)
  const further = Array.from({ length: FURTHER_PAGES }, (_, n) => 1 + Math.floor((n * pages) / FURTHER_PAGES))
  const numbers = [...Array.from({ length: FIRST_PAGES }, (_, n) => n + 1), ...further]
  const lists = numbers.map((page) => `/api/images?items_per_page=${PAGE}&page=${page}`)
  const thumbnails: string[] = []
  for (const list of lists) {
    const { images } = (await (await fetch(url + list)).json()) as {
      images: { path: string; thumbnail_url: string }[]
    }
    for (const { path, thumbnail_url: thumbnail } of images) {
      const file = join(gallery, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, pictureNumber(thumbnails.length, pictures))
      thumbnails.push(thumbnail)
    }
  }
  return { lists, thumbnails }
}

/** In a thread of its own, so that sending requests does not delay the server. */
function browse(options: BrowsingOptions): Promise<BrowsingTimes> {
  const worker = new Worker(new URL('./browsing-client.ts', import.meta.url), { workerData: options })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

import { mkdirSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { pino } from 'pino'
import { createRandom } from '../scripts/demo/random.ts'
import { createApp } from '../server/src/app/compose.ts'
import type { Catalog, ImageRecord } from '../server/src/catalog/catalog.ts'
import type { Config } from '../server/src/config/schema.ts'
import { clientConfig, type PostgresOptions } from '../server/src/database/postgres/connection.ts'
import { listen } from '../server/src/http/listen.ts'
import { freePort } from '../server/src/testing/free-port.ts'
import { copyRows } from '../server/src/testing/made-rows.ts'
import { startPostgres } from '../server/src/testing/postgres.ts'
import { configOf } from './config.ts'
import { median, ms, percentile, type Section, table } from './support.ts'

/** Rows that are indexed one by one; more are copies of them in further folders. */
const INDEXED = 100_000
const BATCH = 2_000
const REQUESTS = 100
const [FIRST, LAST] = [Date.UTC(2004, 0, 1), Date.UTC(2025, 11, 31)]
const DAY_MS = 24 * 3_600_000
const PAGE = 100
const SILENT = pino({ level: 'silent' })

/** Lists and timeline over rows with made dates, over HTTP on both databases. Server and client share a process. */
export async function benchDates(directory: string, rows: number): Promise<Section> {
  const server = await startPostgres()
  try {
    const embedded = await prepare(join(directory, 'embedded'), rows)
    const shared = await prepare(join(directory, 'shared'), rows, await server.createDatabase())
    const load = loadavg()[0]!.toFixed(1)
    const results = [await measure(embedded, rows), await measure(shared, rows)] as const
    const lines = Object.keys(results[0]).map((name) => [name, ...results.flatMap((times) => times[name]!)])
    const head = ['', 'SQLite: median', 'p95', 'PostgreSQL: median', 'p95']
    const title = `## Dates: ${rows} rows, ${REQUESTS} requests of each kind over HTTP\n`
    const note = `Load average before the first request: ${load}.\n`
    return { text: [title, table(head, lines), note].join('\n'), ratios: {} }
  } finally {
    await server.close()
  }
}

async function prepare(directory: string, rows: number, options?: PostgresOptions): Promise<Config> {
  mkdirSync(directory, { recursive: true })
  const config = configOf(directory, join(directory, 'data'), {
    'embedder_registry.chosen_embedder': 'classical',
    ...Object.fromEntries(Object.entries(options ?? {}).map(([key, value]) => [`database.${key}`, value])),
  })
  const made = await createApp(config, { log: SILENT })
  await addRows(made.catalog, Math.min(rows, INDEXED)).finally(() => made.close())
  await copyRows(options, config.data_directory, Math.ceil(rows / INDEXED) - 1)
  if (options !== undefined) await vacuum(options)
  return config
}

async function measure(config: Config, rows: number): Promise<Record<string, string[]>> {
  const app = await createApp(config, { log: SILENT })
  try {
    const { url, close } = await listen(app.http, '127.0.0.1', await freePort())
    try {
      const results: Record<string, string[]> = {}
      for (const [name, request] of Object.entries(requests(rows))) {
        const times = await timesOf(url, request)
        results[name] = [ms(median(times)), ms(percentile(times, 0.95))]
      }
      return results
    } finally {
      await close()
    }
  } finally {
    await app.close()
  }
}

/** Does what PostgreSQL does by itself within minutes of many changes. */
async function vacuum(options: PostgresOptions): Promise<void> {
  const client = new Client(clientConfig(options))
  await client.connect()
  try {
    await client.query('vacuum analyze')
  } finally {
    await client.end()
  }
}

/** Ten folders a year. One row in five has no capture time, one in a hundred is a copy, and one in ten of a raw and JPEG pair. */
async function addRows(catalog: Catalog, rows: number): Promise<void> {
  const random = createRandom(1)
  let time = FIRST
  for (let start = 0; start < rows; start += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, i) => {
      const n = start + i
      if (!isRaw(n)) time = Math.floor(random.between(FIRST, LAST))
      return rowOf(n, time)
    })
    await catalog.images.upsert(batch)
  }
}

/** Raw photos follow their JPEGs. */
const isRaw = (n: number) => n % 10 === 9

function rowOf(n: number, time: number): ImageRecord {
  const shot = isRaw(n) ? n - 1 : n
  return {
    path: `${new Date(time).getUTCFullYear()}/${shot % 10}/IMG_${shot}.${isRaw(n) ? 'cr2' : 'jpg'}`,
    bytes: 4_000_000,
    createdAt: time,
    modifiedAt: time,
    inode: String(n),
    contentHash: `hash-${n % 100 === 50 ? n - 1 : n}`,
    width: 4000,
    height: 3000,
    contentType: isRaw(n) ? 'image/x-dcraw' : 'image/jpeg',
    capturedAt: n % 5 === 0 ? undefined : time - (time % 1000),
    camera: `Camera ${n % 7}`,
    vector: undefined,
  }
}

/** Queries of the page, each with values that differ from request to request. */
function requests(rows: number): Record<string, (n: number) => string> {
  const random = createRandom(2)
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  const list = (parameters: string) => `/api/images?items_per_page=${PAGE}&${parameters}`
  const someTime = () => random.between(FIRST, LAST - 31 * DAY_MS)
  const aPage = () => Math.ceil(random.between(0, rows / PAGE))
  return {
    'a request that reads no table': () => '/health',
    'timeline, all months': () => '/api/timeline',
    'timeline of a folder': (n) => `/api/timeline?directory=${2004 + (n % 22)}&recursive=true`,
    'timeline, copies and shots folded': () => '/api/timeline?fold=shots',
    'newest first, first page': () => list('order_by=captured_at&direction=descending'),
    'oldest first, first page': () => list('order_by=captured_at&direction=ascending'),
    'by name, first page': () => list('order_by=user_visible_name&direction=ascending'),
    'newest first, copies and shots folded': () => list('order_by=captured_at&fold=shots'),
    'newest first, bursts folded': () => list('order_by=captured_at&fold=bursts'),
    'a folder, copies and shots folded': (n) =>
      list(`order_by=captured_at&fold=shots&directory=${2004 + (n % 22)}&recursive=true`),
    'since a day, copies and shots folded': () =>
      list(`order_by=captured_at&fold=shots&captured_min=${day(someTime())}`),
    'jump to any place, copies and shots folded': () =>
      list(`order_by=captured_at&fold=shots&page=${aPage()}`),
    'jump to any place of the timeline': () => list(`order_by=captured_at&page=${aPage()}`),
    'jump, by name': () => list(`order_by=user_visible_name&page=${aPage()}`),
    'a month by date': () => {
      const from = someTime()
      return list(`order_by=captured_at&captured_min=${day(from)}&captured_max=${day(from + 30 * DAY_MS)}`)
    },
    'a month of a camera': (n) => {
      const from = someTime()
      return list(
        `order_by=captured_at&captured_min=${day(from)}&captured_max=${day(from + 30 * DAY_MS)}&camera_contains=Camera%20${n % 7}`,
      )
    },
  }
}

async function timesOf(url: string, request: (n: number) => string): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < REQUESTS; n++) {
    const start = performance.now()
    const response = await fetch(url + request(n))
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${request(n)} was answered with ${response.status}`)
    times.push(performance.now() - start)
  }
  return times
}

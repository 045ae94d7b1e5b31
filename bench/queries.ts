import pino from 'pino'
import sharp from 'sharp'
import { createApp } from '../server/src/app/compose.ts'
import { listen } from '../server/src/http/listen.ts'
import { configOf } from './config.ts'
import { median, ms, percentile, type Section, table } from './support.ts'

const WARM_UP = 20
const QUERIES = 300
const CLIENTS = [1, 8, 32]
const PORT = 18_999

/** Sketch queries by HTTP, split into their parts by the server's own `Server-Timing`. */
export async function benchQueries(gallery: string, dataDirectory: string): Promise<Section> {
  const app = await createApp(configOf(gallery, dataDirectory), { log: pino({ level: 'silent' }) })
  await app.sync.scan()
  await app.indexer.idle()
  const server = await listen(app.http, '127.0.0.1', PORT)
  const sketches = await drawSketches(WARM_UP + QUERIES)
  const rows: (string | number)[][] = []
  let overhead = 0
  let single = 0
  for (const clients of CLIENTS) {
    const { samples, perSecond } = await ask(server.url, clients, sketches)
    const inside = median(samples.embed!) + median(samples.nearest!)
    if (clients === 1) {
      overhead = median(samples.rest!)
      single = inside / median(samples.total!)
    }
    rows.push([
      clients,
      perSecond.toFixed(0),
      ...['total', 'prepare', 'embed', 'nearest', 'rest'].map(
        (part) => `${ms(median(samples[part]!))} / ${ms(percentile(samples[part]!, 0.95))}`,
      ),
    ])
  }
  await server.close()
  await app.close()
  return {
    text: [
      `## ${QUERIES} sketch queries by HTTP, 100 results each: median / p95\n`,
      table(['clients', 'queries/s', 'total', 'prepare', 'embed', 'nearest', 'rest'], rows),
      `Beyond preparing the sketch, the model and the search a single client waits ${ms(overhead)} at the median (HTTP, the form, JSON, the client's own work on the same cores).\n`,
    ].join('\n'),
    ratios: { 'queries, one client: model and search / the whole answer': single },
  }
}

async function ask(
  url: string,
  clients: number,
  sketches: Buffer[],
): Promise<{ samples: Record<string, number[]>; perSecond: number }> {
  const samples: Record<string, number[]> = { total: [], prepare: [], embed: [], nearest: [], rest: [] }
  let next = 0
  let from = 0
  const client = async () => {
    for (let n = next++; n < WARM_UP + QUERIES; n = next++) {
      if (n === WARM_UP) from = performance.now()
      const { total, response } = await sendSketch(url, sketches[n]!)
      if (n < WARM_UP) continue
      const parts = [...(response.headers.get('server-timing') ?? '').matchAll(/(\w+);dur=([\d.]+)/g)]
      for (const [, name, duration] of parts) samples[name!]!.push(Number(duration))
      samples.total!.push(total)
      samples.rest!.push(total - parts.reduce((sum, [, , duration]) => sum + Number(duration), 0))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return { samples, perSecond: (1000 * QUERIES) / (performance.now() - from) }
}

export const SKETCH_SEARCH = '/api/images/similarity-search'

/** A search for 100 images like a sketch. */
export function sketchForm(sketch: Buffer): FormData {
  const form = new FormData()
  form.set('image', new Blob([sketch as Uint8Array<ArrayBuffer>]), 'sketch.png')
  form.set('kind', 'sketch')
  form.set('top_k', '100')
  form.set('query_json', '{"items_per_page": 100}')
  return form
}

/**
 * Sends a sketch and reads the answer.
 * @returns the milliseconds that it took
 * @throws {Error} if the search is refused, which takes less time
 */
export async function sendSketch(
  url: string,
  sketch: Buffer,
): Promise<{ total: number; response: Response }> {
  const start = performance.now()
  const response = await fetch(`${url}${SKETCH_SEARCH}`, { method: 'POST', body: sketchForm(sketch) })
  const answer = await response.json()
  const total = performance.now() - start
  if (!response.ok) throw new Error(`${response.status} ${JSON.stringify(answer)}`)
  return { total, response }
}

/** Number of different drawings. They are drawn before the measurement, because drawing takes longer than searching. */
export async function drawSketches(count: number): Promise<Buffer[]> {
  const sketches: Buffer[] = []
  for (let n = 0; n < count; n++) sketches.push(await drawSketch(n))
  return sketches
}

/** A drawing of 512 × 512 pixels, as the page sends it. */
function drawSketch(n: number): Promise<Buffer> {
  const points = Array.from({ length: 12 }, (_, i) => {
    const angle = (i / 12) * 2 * Math.PI
    const radius = 120 + 80 * Math.sin(n + i * ((n % 5) + 1))
    return `${(256 + radius * Math.cos(angle)).toFixed(0)},${(256 + radius * Math.sin(angle)).toFixed(0)}`
  })
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><rect width="512" height="512" fill="#fff"/><polygon points="${points.join(' ')}" fill="none" stroke="#111" stroke-width="7"/></svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

/**
 * `node bench/saturation.ts [--seconds 10] [--pictures 1000] [--write]`: sends sketch queries from 8 clients, then from twice as many, up
 * to 512, each without pauses, and prints the queries per second that were answered and rejected, and the processor time of each.
 * Beyond saturation, the number of answered queries has to stay constant. A rejected client waits as long as `Retry-After` asks.
 * `--write` adds the table to `bench/results/scaling.md`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startProduct } from '../e2e/support/product.ts'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { SUBJECTS } from '../scripts/demo/subjects.ts'
import { formRequest, type HttpClient, httpClient, type LoadRequest } from './http-load.ts'
import { recordSection } from './large/results.ts'
import { drawSketches, SKETCH_SEARCH, sketchForm } from './queries.ts'
import { ms, percentile, processorTimeOfChildren, table } from './support.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    pictures: { type: 'string', default: '1000' },
    write: { type: 'boolean', default: false },
  },
})
const DURATION_MS = Number(values.seconds) * 1000
const CLIENTS = [8, 16, 32, 64, 128, 256, 512]
const SKETCHES = 200

interface Step {
  times: number[]
  rejected: number
  failed: number
  /** Until the last answer, which comes after the duration of the step. */
  elapsedMs: number
  /** Processor time of the product, in milliseconds. */
  processorMs: number
}

const directory = await mkdtemp(join(tmpdir(), 'sketch-search-saturation-'))
const gallery = join(directory, 'gallery')
await drawDemoGallery(gallery, Math.ceil(Number(values.pictures) / Object.keys(SUBJECTS).length))
const product = await startProduct(gallery, join(directory, 'data'), {})
try {
  await untilIndexed()
  const requests = await Promise.all(
    (await drawSketches(SKETCHES)).map((sketch) => formRequest(SKETCH_SEARCH, sketchForm(sketch))),
  )
  const rows: string[][] = []
  await measure(CLIENTS[0]!, requests)
  for (const clients of CLIENTS) {
    const { times, rejected, failed, elapsedMs, processorMs } = await measure(clients, requests)
    const perSecond = (count: number) => ((1000 * count) / elapsedMs).toFixed(1)
    const [median, p95] = [percentile(times, 0.5), percentile(times, 0.95)]
    const perQuery = ms(processorMs / times.length)
    rows.push(
      [clients, perSecond(times.length), perSecond(rejected), failed, ms(median), ms(p95), perQuery].map(
        String,
      ),
    )
  }
  const text = [
    '## Sketch queries beyond saturation\n',
    `${values.pictures} pictures, 100 results, ${values.seconds} s for each number of clients, which run on the same cores and send the next query at once. \`node bench/saturation.ts\`.\n`,
    table(['clients', 'answered/s', 'rejected/s', 'failed', 'median', 'p95', 'processor time of each'], rows),
  ].join('\n')
  console.log(text)
  if (values.write) recordSection('saturation', text)
} finally {
  await product.stop()
  await rm(directory, { recursive: true, force: true })
}

/** Sends queries from a number of clients at once for the duration of a step. */
async function measure(clients: number, requests: readonly LoadRequest[]): Promise<Step> {
  const step: Step = { times: [], rejected: 0, failed: 0, elapsedMs: 0, processorMs: 0 }
  const http = httpClient(product.url, clients)
  const before = processorTimeOfChildren(process.pid)
  const start = performance.now()
  const client = async (first: number) => {
    for (let n = first; performance.now() < start + DURATION_MS; n++) {
      const pauseMs = await query(http, requests[n % requests.length]!, step)
      step.elapsedMs = performance.now() - start
      await sleep(pauseMs)
    }
  }
  await Promise.all(Array.from({ length: clients }, (_, n) => client(n * 7)))
  step.processorMs = 1000 * (processorTimeOfChildren(process.pid) - before)
  http.close()
  return step
}

/** @returns milliseconds for which the client has to wait */
async function query(http: HttpClient, request: LoadRequest, step: Step): Promise<number> {
  const { status, ms, retryAfterS } = await http.send(request)
  if (status === 200) step.times.push(ms)
  else if (status === 503) step.rejected++
  else step.failed++
  return status === 503 ? 1000 * retryAfterS : 0
}

async function untilIndexed(): Promise<void> {
  for (;;) {
    const response = await fetch(new URL('/api/index/status', product.url))
    const { indexed, pending } = (await response.json()) as { indexed: number; pending: number }
    if (pending === 0 && indexed >= Number(values.pictures)) return
    await sleep(500)
  }
}

/**
 * `npm run load -- [--minutes 10] [--files 20000] [--clients 32] [--queries N] [--limit MIB]`: simulates many people on a server
 * that indexes meanwhile. Prints a Markdown report, and ends with code 1 if an answer was wrong. With `--queries` it runs until
 * that number is reached. `--limit` bounds the memory of the server without its embedding process (Linux, as root, cgroups of
 * version 1).
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { LAUNCH, startProduct } from '../e2e/support/product.ts'
import { LAG_PRECISION_MS } from '../server/src/http/metrics.ts'
import { noisePictures, pictureNumber } from './galleries.ts'
import { drawSketches, sendSketch } from './queries.ts'
import { median, ms, percentile, residentMemory, rowsOfTimes, table } from './support.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    files: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '32' },
    queries: { type: 'string' },
    limit: { type: 'string' },
  },
})
const DURATION_MS = Number(values.minutes) * 60_000
const FILES = Number(values.files)
const CLIENTS = Number(values.clients)
const QUERIES = values.queries === undefined ? undefined : Number(values.queries)
/** Number of these clients that also listen to events. */
const LISTENERS = 8
const SIDE = 320
const PAGE = 60
const SKETCHES = 300
/** Share of each kind of request. */
const SHARES: [Operation, number][] = [
  ['sketch', 0.15],
  ['image', 0.25],
  ['list', 0.2],
  ['thumbnail', 0.36],
  ['upload', 0.04],
]
/** A user looks at the results. */
const THINKING_MS = [20, 400] as const
const SAMPLE_EVERY_MS = 5_000
const MEBIBYTE = 2 ** 20
/** Control groups (version 1) that limit memory. */
const GROUPS = '/sys/fs/cgroup/memory'
const SETTLE_WITHIN_MS = 10 * 60_000

type Operation = 'sketch' | 'image' | 'list' | 'thumbnail' | 'upload'
interface Sample {
  atS: number
  server: number
  embedder: number
  stallMs: number
  indexed: number
}

const directory = await mkdtemp(join(tmpdir(), 'sketch-search-load-'))
const gallery = join(directory, 'gallery')
mkdirSync(gallery)
const pictures = await noisePictures(SIDE)
const sketches = await drawSketches(SKETCHES)
const group = values.limit === undefined ? undefined : limitedGroup(Number(values.limit))
const product = await startProduct(
  gallery,
  join(directory, 'data'),
  {},
  group === undefined
    ? undefined
    : ['sh', '-c', `echo $$ > ${join(group, 'cgroup.procs')}; exec "$0" "$@"`, ...LAUNCH],
)
const pid = Number(readFileSync(join(directory, 'data', 'lock.pid'), 'utf8'))
if (group !== undefined) for (const child of childrenOf(pid)) moveTo(GROUPS, child)
const times: Record<Operation, number[]> = { sketch: [], image: [], list: [], thumbnail: [], upload: [] }
const errors: string[] = []
const samples: Sample[] = []
let uploads = 0
let published = 0
const start = performance.now()
const stopped = new AbortController()
try {
  const clients = Array.from({ length: CLIENTS }, (_, n) => client(n))
  const listeners = Array.from({ length: LISTENERS }, () => listen())
  const writing = writeFiles()
  const sampling = sample()
  while (!isOver()) await sleep(1000)
  stopped.abort()
  await Promise.all([...clients, writing, sampling])
  await Promise.all(listeners)
  const seconds = (performance.now() - start) / 1000
  const indexed = await settle(FILES + uploads)
  if (indexed !== FILES + uploads) errors.push(`${indexed} images are indexed, not ${FILES + uploads}`)
  console.log(report(seconds))
  if (errors.length > 0) process.exitCode = 1
} finally {
  await product.stop()
  if (group !== undefined) removeGroup(group)
  await rm(directory, { recursive: true, force: true })
}

function isOver(): boolean {
  const hasTime = performance.now() - start < DURATION_MS
  if (QUERIES === undefined) return !hasTime
  return times.sketch.length + times.image.length >= QUERIES && samples.at(-1)?.indexed === FILES + uploads
}

/** Files come at a steady pace until shortly before the end. */
async function writeFiles(): Promise<void> {
  const pauseMs = QUERIES === undefined ? (0.85 * DURATION_MS) / FILES : 2
  for (let n = 0; n < FILES; n++) {
    const folder = join(gallery, `folder-${Math.floor(n / 500)}`)
    if (n % 500 === 0) mkdirSync(folder)
    writeFileSync(join(folder, `${n}.jpg`), pictureNumber(n, pictures))
    const due = start + n * pauseMs
    if (due > performance.now()) await sleep(due - performance.now())
    else if (n % 50 === 0) await sleep(1)
  }
}

async function client(number: number): Promise<void> {
  let known: { id: string; thumbnail_url: string }[] = []
  for (let n = 0; !stopped.signal.aborted; n++) {
    const operation = known.length === 0 ? 'list' : choose()
    const from = performance.now()
    try {
      known = (await request(operation, number * 1_000_000 + n, known)) ?? known
      times[operation].push(performance.now() - from)
    } catch (error) {
      errors.push(`${operation}: ${error instanceof Error ? error.message : error}`)
    }
    await sleep(THINKING_MS[0] + Math.random() * (THINKING_MS[1] - THINKING_MS[0]))
  }
}

/** @returns the images that its events have named */
async function request(operation: Operation, n: number, known: { id: string; thumbnail_url: string }[]) {
  const one = known[n % known.length]
  switch (operation) {
    case 'sketch': {
      await sendSketch(product.url, sketches[n % sketches.length]!)
      return undefined
    }
    case 'image': {
      const body = JSON.stringify({ image_id: one!.id, top_k: PAGE, query: { items_per_page: PAGE } })
      const headers = { 'content-type': 'application/json' }
      const found = await ask('/api/images/search-by-image', { method: 'POST', headers, body })
      const { images } = (await found.json()) as { images: typeof known }
      if (images[0]?.id !== one!.id) throw new Error(`${one!.id} is not the first of its own like`)
      return images
    }
    case 'list': {
      const page = 1 + (n % 5)
      const listed = await ask(`/api/images?items_per_page=${PAGE}&page=${page}`)
      return ((await listed.json()) as { images: typeof known }).images
    }
    case 'thumbnail': {
      const bytes = await (await ask(one!.thumbnail_url)).arrayBuffer()
      if (bytes.byteLength < 50) throw new Error('no thumbnail')
      return undefined
    }
    case 'upload': {
      const form = new FormData()
      const picture = new Uint8Array(pictureNumber(1_000_000_000 + n, pictures))
      form.set('image', new File([picture], `upload-${n}.jpg`))
      form.set('directory', '.')
      await (await ask('/api/images', { method: 'POST', body: form })).json()
      uploads++
      return undefined
    }
  }
}

async function ask(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(product.url + path, init)
  if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`)
  return response
}

function choose(): Operation {
  let left = Math.random()
  for (const [operation, share] of SHARES) {
    left -= share
    if (left < 0) return operation
  }
  return 'list'
}

async function listen(): Promise<void> {
  try {
    const response = await fetch(`${product.url}/api/fs/events`, { signal: stopped.signal })
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream()))
      published += chunk.split('\nid: ').length - 1
  } catch (error) {
    if (!stopped.signal.aborted) errors.push(`events: ${error}`)
  }
}

async function sample(): Promise<void> {
  while (!stopped.signal.aborted) {
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
    const sampled = {
      atS: (performance.now() - start) / 1000,
      server: residentMemory(pid),
      embedder: childrenOf(pid).reduce((sum, child) => sum + residentMemory(child), 0),
      stallMs: 1000 * value('nodejs_eventloop_lag_max_seconds') - LAG_PRECISION_MS,
      indexed: value('sketch_search_images_indexed'),
    }
    samples.push(sampled)
    if (samples.length % 12 === 0) console.error(JSON.stringify({ ...sampled, errors: errors.length }))
    await sleep(SAMPLE_EVERY_MS)
  }
}

/** @returns how many images are indexed in the end */
async function settle(wanted: number): Promise<number> {
  const deadline = performance.now() + SETTLE_WITHIN_MS
  for (;;) {
    const { indexed, pending } = (await (await fetch(`${product.url}/api/index/status`)).json()) as {
      indexed: number
      pending: number
    }
    if ((indexed === wanted && pending === 0) || performance.now() > deadline) return indexed
    await sleep(500)
  }
}

function childrenOf(parent: number): number[] {
  try {
    const text = execFileSync('pgrep', ['-P', String(parent)], { encoding: 'utf8' })
    return text.trim().split('\n').map(Number)
  } catch {
    return []
  }
}

function moveTo(group: string, process: number): void {
  writeFileSync(join(group, 'cgroup.procs'), String(process))
}

/** Creates a group for a process and its children. @returns its folder */
function limitedGroup(mebibytes: number): string {
  const folder = join(GROUPS, `sketch-search-${process.pid}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(mebibytes * MEBIBYTE))
  return folder
}

function removeGroup(folder: string): void {
  const kills = /oom_kill (\d+)/.exec(readFileSync(join(folder, 'memory.oom_control'), 'utf8'))?.[1]
  if (kills !== '0') console.error(`The system has ended ${kills} processes for want of memory.`)
  try {
    rmdirSync(folder)
  } catch {
    console.error(`${folder} could not be removed.`)
  }
}

function report(seconds: number): string {
  const rows = rowsOfTimes(times)
  const steps = 6
  const memory = Array.from(
    { length: steps },
    (_, n) => samples[Math.max(0, Math.floor(((n + 1) * samples.length) / steps) - 1)]!,
  )
  const stalls = samples.map(({ stallMs }) => stallMs)
  return [
    `# ${CLIENTS} clients for ${(seconds / 60).toFixed(1)} minutes while ${FILES} files are indexed${values.limit === undefined ? '' : `, the server limited to ${values.limit} MiB`}\n`,
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; the clients run on the same cores.\n`,
    table(['request', 'answered', 'median', 'p95', 'p99', 'slowest'], rows),
    `${errors.length} errors${errors.length > 0 ? `, among them: ${[...new Set(errors)].slice(0, 5).join('; ')}` : ''}. ${uploads} uploads. ${published} events were sent to ${LISTENERS} listeners.\n`,
    table(
      ['after', 'images indexed', 'memory of the server', 'of the embedder'],
      memory.map(({ atS, indexed, server, embedder }) => [
        `${(atS / 60).toFixed(1)} min`,
        indexed,
        `${server} MiB`,
        `${embedder} MiB`,
      ]),
    ),
    `Longest time for which the server's main thread was busy without a pause, in each ${SAMPLE_EVERY_MS / 1000} s: median ${ms(median(stalls))}, maximum ${ms(percentile(stalls, 1))}.\n`,
  ].join('\n')
}

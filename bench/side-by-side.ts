/**
 * `node bench/side-by-side.ts --former FOLDER [--runs 5] [--pictures 1000 | --gallery FOLDER] [--seconds 8] [--write]`: start, indexing, sketch queries of one client
 * and of 32, and memory of this checkout and of an earlier version that is installed in a folder (`git worktree add FOLDER be0821b`,
 * then `npm ci` in it), in turn, each beside its bare model. The clients run on the same cores. `--write` keeps the figures in
 * `bench/results/side-by-side.json`, from which `bench/plots.ts` draws.
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { LAUNCH, startProduct } from '../e2e/support/product.ts'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { SUBJECTS } from '../scripts/demo/subjects.ts'
import { DEFAULT_EMBEDDER, FORMER_EMBEDDER } from '../server/src/config/built-in.ts'
import { withoutTelemetry } from '../server/src/embedding/telemetry.ts'
import { formRequest, httpClient, type LoadRequest } from './http-load.ts'
import { drawSketches, SKETCH_SEARCH, sketchForm } from './queries.ts'
import { FIGURES, type SideBySide } from './side-by-side-figures.ts'
import { median, ms, percentile, table } from './support.ts'

const { values } = parseArgs({
  options: {
    former: { type: 'string' },
    runs: { type: 'string', default: '5' },
    pictures: { type: 'string', default: '1000' },
    gallery: { type: 'string' },
    seconds: { type: 'string', default: '8' },
    write: { type: 'boolean', default: false },
  },
})
const DURATION_MS = Number(values.seconds) * 1000
const CLIENTS = [1, 32]
const SKETCHES = 200
const WARM_UP = 40
const BARE = fileURLToPath(new URL('./time-bare-sketch.ts', import.meta.url))

interface Version {
  name: string
  program: string[]
  embedder: string
}

/** The model alone: milliseconds of a single sketch, and sketches per second in the best batch. */
interface Bare {
  singleMs: number
  perSecond: number
}

interface Run extends Bare {
  medianMs: number
  p95Ms: number
  queriesPerSecond: number
  /** From the command to the address of the page. */
  startMs: number
  /** Until all images were indexed, in the run that indexes them. */
  indexedPerSecond: number | undefined
  /** Resident memory of the server at the end. */
  memoryMiB: number
  parts: string
}

const versions: Version[] = [{ name: 'this version', program: LAUNCH, embedder: DEFAULT_EMBEDDER }]
if (values.former !== undefined) {
  const program = [join(values.former, 'node_modules/.bin/node'), join(values.former, 'server/src/main.ts')]
  versions.unshift({ name: 'former version', program, embedder: FORMER_EMBEDDER })
}

const directory = await mkdtemp(join(tmpdir(), 'sketch-search-side-by-side-'))
const gallery = values.gallery ?? join(directory, 'gallery')
if (values.gallery === undefined)
  await drawDemoGallery(gallery, Math.ceil(Number(values.pictures) / Object.keys(SUBJECTS).length))
const files = await readdir(gallery, { recursive: true, withFileTypes: true })
const pictures = files.filter((file) => file.isFile()).length
const requests = await sketchRequests()
const runs = new Map<string, Run[]>(versions.map(({ name }) => [name, []]))
try {
  for (let n = 0; n < Number(values.runs); n++) {
    for (const version of versions) {
      const run = await measure(version, n === 0)
      runs.get(version.name)!.push(run)
      console.error(version.name, JSON.stringify(run))
    }
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
report()

async function measure(version: Version, isFirst: boolean): Promise<Run> {
  const bare = await bareModel(version.embedder)
  const start = performance.now()
  const product = await startProduct(
    gallery,
    join(directory, `data-${version.embedder}`),
    {},
    version.program,
  )
  const startMs = performance.now() - start
  try {
    await untilIndexed(product.url)
    const indexedPerSecond = isFirst ? (1000 * pictures) / (performance.now() - start - startMs) : undefined
    await ask(product.url, CLIENTS[1]!, WARM_UP)
    const alone = await ask(product.url, 1)
    const many = await ask(product.url, 32)
    return {
      ...bare,
      medianMs: median(alone.times),
      p95Ms: percentile(alone.times, 0.95),
      queriesPerSecond: many.perSecond,
      startMs,
      indexedPerSecond,
      memoryMiB: await memoryOf(product.url),
      parts: alone.parts,
    }
  } finally {
    await product.stop()
  }
}

async function ask(url: string, clients: number, count = Number.POSITIVE_INFINITY) {
  const http = httpClient(url, clients)
  const times: number[] = []
  const timings = new Map<string, number[]>()
  const start = performance.now()
  let next = 0
  const client = async () => {
    for (let n = next++; n < count && performance.now() < start + DURATION_MS; n = next++) {
      const { status, ms, serverTiming } = await http.send(requests[n % requests.length]!)
      if (status !== 200) throw new Error(`The status ${status}`)
      times.push(ms)
      for (const [, part, duration] of serverTiming.matchAll(/(\w+);dur=([\d.]+)/g))
        timings.set(part!, [...(timings.get(part!) ?? []), Number(duration)])
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  http.close()
  const perSecond = (1000 * times.length) / (performance.now() - start)
  const parts = [...timings].map(([part, list]) => `${part} ${median(list).toFixed(2)}`).join(', ')
  return { times, perSecond, parts }
}

async function bareModel(embedder: string): Promise<Bare> {
  const { stdout } = await promisify(execFile)(process.execPath, [BARE, embedder], {
    env: withoutTelemetry(),
  })
  return JSON.parse(stdout) as Bare
}

async function memoryOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)![1]) / 2 ** 20
}

async function sketchRequests(): Promise<LoadRequest[]> {
  const sketches = await drawSketches(SKETCHES)
  return Promise.all(sketches.map((sketch) => formRequest(SKETCH_SEARCH, sketchForm(sketch))))
}

async function untilIndexed(url: string): Promise<void> {
  for (;;) {
    const status = (await (await fetch(`${url}/api/index/status`)).json()) as {
      indexed: number
      pending: number
    }
    if (status.pending === 0 && status.indexed >= pictures) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function report(): void {
  console.log(
    `${pictures} pictures, 100 results, ${values.runs} runs of ${values.seconds} s in turn; ${cpus()[0]!.model} × ${cpus().length}, shared with the clients. Medians of the runs.\n`,
  )
  const figures = [...runs].map(([version, list]) => figuresOf(version, list))
  const head = [
    '',
    'start',
    'images/s',
    'bare model',
    'one client: median',
    'p95',
    'bare model/s',
    '32 clients: queries/s',
    'share of the bare model',
    'memory of the server',
  ]
  const rows = figures.map((one) => [
    one.version,
    ms(one.startMs),
    one.indexedPerSecond.toFixed(0),
    ms(one.singleMs),
    ms(one.medianMs),
    ms(one.p95Ms),
    one.perSecond.toFixed(0),
    one.queriesPerSecond.toFixed(0),
    one.share.toFixed(3),
    `${one.memoryMiB.toFixed(0)} MiB`,
  ])
  console.log(table(head, rows))
  if (values.write) writeFileSync(FIGURES, `${JSON.stringify(figures, undefined, 2)}\n`)
}

/** Medians of the runs. */
function figuresOf(version: string, list: Run[]): SideBySide {
  const of = (value: (run: Run) => number) => median(list.map(value))
  return {
    version,
    startMs: of((run) => run.startMs),
    indexedPerSecond: list[0]!.indexedPerSecond!,
    singleMs: of((run) => run.singleMs),
    medianMs: of((run) => run.medianMs),
    p95Ms: of((run) => run.p95Ms),
    perSecond: of((run) => run.perSecond),
    queriesPerSecond: of((run) => run.queriesPerSecond),
    share: of((run) => run.queriesPerSecond / run.perSecond),
    memoryMiB: of((run) => run.memoryMiB),
  }
}

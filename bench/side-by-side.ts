/**
 * `node bench/side-by-side.ts --former FOLDER [--runs 5] [--pictures 1000] [--seconds 8]`: sketch queries of one client and of 32 on this
 * checkout and on an earlier version that is installed in a folder (`git worktree add FOLDER be0821b`, then `npm ci` in it), in turn,
 * each beside its bare model. The clients run on the same cores.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
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
import { median, ms, percentile, table } from './support.ts'

const { values } = parseArgs({
  options: {
    former: { type: 'string' },
    runs: { type: 'string', default: '5' },
    pictures: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '8' },
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
  parts: string
}

const versions: Version[] = [{ name: 'this version', program: LAUNCH, embedder: DEFAULT_EMBEDDER }]
if (values.former !== undefined) {
  const program = [join(values.former, 'node_modules/.bin/node'), join(values.former, 'server/src/main.ts')]
  versions.unshift({ name: 'former version', program, embedder: FORMER_EMBEDDER })
}

const directory = await mkdtemp(join(tmpdir(), 'sketch-search-side-by-side-'))
const gallery = join(directory, 'gallery')
await drawDemoGallery(gallery, Math.ceil(Number(values.pictures) / Object.keys(SUBJECTS).length))
const requests = await sketchRequests()
const runs = new Map<string, Run[]>(versions.map(({ name }) => [name, []]))
try {
  for (let n = 0; n < Number(values.runs); n++) {
    for (const version of versions) {
      const run = await measure(version)
      runs.get(version.name)!.push(run)
      console.error(version.name, JSON.stringify(run))
    }
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}
report()

async function measure(version: Version): Promise<Run> {
  const bare = await bareModel(version.embedder)
  const product = await startProduct(
    gallery,
    join(directory, `data-${version.embedder}`),
    {},
    version.program,
  )
  try {
    await untilIndexed(product.url)
    await ask(product.url, CLIENTS[1]!, WARM_UP)
    const alone = await ask(product.url, 1)
    const many = await ask(product.url, 32)
    return {
      ...bare,
      medianMs: median(alone.times),
      p95Ms: percentile(alone.times, 0.95),
      queriesPerSecond: many.perSecond,
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
    if (status.pending === 0 && status.indexed >= Number(values.pictures)) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function report(): void {
  console.log(
    `${values.pictures} pictures, 100 results, ${values.runs} runs of ${values.seconds} s in turn; ${cpus()[0]!.model} × ${cpus().length}, shared with the clients. Medians of the runs.\n`,
  )
  const head = [
    '',
    'bare model',
    'one client: median',
    'above the model',
    'p95',
    'bare model/s',
    '32 clients: queries/s',
    'share of the bare model',
  ]
  const shares: number[] = []
  const rows = [...runs].map(([name, list]) => {
    const of = (value: (run: Run) => number) => median(list.map(value))
    const share = of((run) => run.queriesPerSecond / run.perSecond)
    shares.push(share)
    return [
      name,
      ms(of((run) => run.singleMs)),
      ms(of((run) => run.medianMs)),
      ms(of((run) => run.medianMs - run.singleMs)),
      ms(of((run) => run.p95Ms)),
      of((run) => run.perSecond).toFixed(0),
      of((run) => run.queriesPerSecond).toFixed(0),
      share.toFixed(3),
    ]
  })
  console.log(table(head, rows))
  if (shares.length === 2) console.log(`Ratio of the shares: ${(shares[1]! / shares[0]!).toFixed(2)}`)
}

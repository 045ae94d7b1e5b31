/**
 * `npm run bench -- [--only NAMES] [--gallery FOLDER] [--files N] [--vectors N] [--rows N] [--photos DATA] [--large]
 * [--write] [--check]`: measures the product on this machine and prints a Markdown report. `--photos` grows vectors from those of a data
 * directory of photos. `--large` measures only both databases up to a million vectors, and adds them to `bench/results/scaling.md`.
 * Each figure for comparison has a ratio to something measured in the same run. `--write` replaces the measured parts of the report
 * and the ratios in `bench/results/`; `--check` compares the ratios with the stored ones, and ends with code 1 if one is lower by a
 * quarter, or a recall by a hundredth.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawDemoGallery } from '../scripts/demo/draw-gallery.ts'
import { VERSION } from '../server/src/version.ts'
import { benchBrowsing } from './browsing.ts'
import { benchContention } from './contention.ts'
import { benchDates } from './dates.ts'
import { benchDetails } from './details.ts'
import { benchEmbedded } from './embedded.ts'
import { benchEmbedders } from './embedders.ts'
import { benchExport } from './export.ts'
import { benchFolder } from './folder.ts'
import { grownVectors } from './grown-vectors.ts'
import { benchIndexing } from './indexing.ts'
import { benchInteraction } from './interaction.ts'
import { partsOf, reportOf } from './kept-report.ts'
import { makeKnownGallery } from './known-gallery.ts'
import { benchLarge } from './large/bench-large.ts'
import { benchPage } from './page.ts'
import { benchParts } from './parts.ts'
import { benchPostgres } from './postgres.ts'
import { benchQueries } from './queries.ts'
import { writeRandomConvNext } from './random-convnext.ts'
import { compareRatios, type StoredRatio } from './ratios.ts'
import { benchStart } from './start.ts'
import type { Section } from './support.ts'
import { MADE_VECTORS, type VectorSource } from './vectors.ts'
import { benchWorkers } from './workers.ts'

const RESULTS = join(import.meta.dirname, 'results')
const [REPORT, RATIOS] = [join(RESULTS, 'bench.md'), join(RESULTS, 'ratios.json')]
const SIZES = [10_000, 100_000]
const LARGE_SIZES = [...SIZES, 1_000_000]
const DEMO_PER_SUBJECT = 100

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    gallery: { type: 'string' },
    files: { type: 'string', default: '20000' },
    vectors: { type: 'string', default: '200000' },
    rows: { type: 'string', default: '100000' },
    large: { type: 'boolean', default: false },
    photos: { type: 'string' },
    write: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})

const directory = await mkdtemp(join(tmpdir(), 'sketch-search-bench-'))
const inside = (name: string) => join(directory, name)
const text = async (report: Promise<string>): Promise<Section> => ({ text: await report, ratios: {} })

/** Default measurements. */
const USUAL: Record<string, () => Promise<Section>[] | AsyncGenerator<Section>> = {
  indexing: () => [benchIndexing(directory, values.gallery)],
  queries: async function* () {
    yield await benchQueries(await gallery(), inside('queries'))
  },
  embedded: async function* () {
    for (const size of SIZES) yield await benchEmbedded(inside(`embedded-${size}/data`), size, await source())
    for (const size of SIZES.slice(1)) {
      const directory = inside(`embedded-${size}`)
      yield await benchBrowsing(join(directory, 'browsed'), join(directory, 'data'))
      yield await benchStart(directory, size)
    }
  },
  postgres: async function* () {
    for (const size of SIZES) yield await benchPostgres(size, await source())
  },
  page: () => [text(benchPage(inside('page'), 2_000))],
}

const FURTHER: typeof USUAL = {
  embedders: async function* () {
    yield await text(benchEmbedders(inside('embedders'), await checkpoint()))
  },
  parts: async function* () {
    yield await benchParts(await gallery(), inside('parts'))
  },
  contention: async function* () {
    yield await text(benchContention(await gallery(), inside('contention'), await checkpoint()))
  },
  large: async function* () {
    for (const size of LARGE_SIZES) yield await benchLarge(inside(`large-${size}`), size, await source())
  },
  folder: () => [text(benchFolder(inside('folder'), Number(values.files)))],
  'large-page': () => [text(benchPage(inside('large-page'), Number(values.files)))],
  interaction: () => [text(interaction())],
  workers: () => [text(benchWorkers(inside('workers')))],
  vectors: async function* () {
    yield await benchPostgres(Number(values.vectors), await source())
  },
  dates: () => [benchDates(inside('dates'), Number(values.rows))],
  details: () => [benchDetails(inside('details'))],
  export: () => [benchExport(inside('export'))],
}

const all = { ...USUAL, ...FURTHER }
const wanted = values.only?.split(',') ?? (values.large ? ['large'] : Object.keys(USUAL))
const unknown = wanted.filter((name) => !(name in all))
if (unknown.length > 0) {
  console.error(`--only: there is no ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}.`)
  process.exit(1)
}

const [cpu] = cpus()
const memory = Math.round(totalmem() / 2 ** 30)
const date = new Date().toISOString().slice(0, 10)
const head = `Node ${process.version} on ${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory} GiB, ${date}, with version ${VERSION}.\n`
const measured = new Map<string, Section[]>()
try {
  console.log(head)
  for (const name of wanted) {
    console.error(`${new Date().toISOString().slice(11, 19)} ${name}`)
    const sections: Section[] = []
    for await (const section of all[name]!()) {
      sections.push(section)
      console.log(section.text)
    }
    measured.set(name, sections)
  }
} finally {
  await rm(directory, { recursive: true, force: true })
}

const ratios: Record<string, number> = Object.assign(
  {},
  ...[...measured.values()].flat().map((section) => section.ratios),
)
if (values.write) {
  const parts = partsOf(readFileSync(REPORT, 'utf8'))
  for (const [name, sections] of measured)
    parts.set(name, [head, ...sections.map((section) => section.text)].join('\n').trim())
  writeFileSync(REPORT, reportOf(parts, Object.keys(all)))
  const added = Object.entries(ratios).map(
    ([name, ratio]) => [name, { ratio, version: VERSION, date }] as const,
  )
  writeFileSync(
    RATIOS,
    `${JSON.stringify({ ...storedRatios(), ...Object.fromEntries(added) }, undefined, 2)}\n`,
  )
}
if (values.check) {
  const { lines, lost } = compareRatios(storedRatios(), ratios)
  console.log(lines.join('\n'))
  if (lost > 0) {
    console.error(
      `${lost} of ${lines.length} ratios have lost more than a quarter, or more than a hundredth of recall.`,
    )
    process.exitCode = 1
  }
}

function storedRatios(): Record<string, StoredRatio> {
  return JSON.parse(readFileSync(RATIOS, 'utf8')) as Record<string, StoredRatio>
}

async function interaction(): Promise<string> {
  const count = Number(values.files)
  return benchInteraction(await makeKnownGallery(inside('interaction'), count), count)
}

async function source(): Promise<VectorSource> {
  return values.photos === undefined ? MADE_VECTORS : grownVectors(values.photos)
}

async function gallery(): Promise<string> {
  if (values.gallery !== undefined) return values.gallery
  await drawDemoGallery(inside('gallery'), DEMO_PER_SUBJECT)
  return inside('gallery')
}

async function checkpoint(): Promise<string> {
  const file = inside('convnext_tiny.safetensors')
  await writeRandomConvNext(file)
  return file
}

/**
 * Reads damaged files of all formats, made from good ones by a seeded generator, and fails if one of them stalls the reader
 * for longer than its limit or if memory grows.
 *
 *     node bench/mutations.ts [files, by default 6000] [seed, by default 1]
 */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { damage } from '../e2e/soak/damage.ts'
import { createRandom } from '../scripts/demo/random.ts'
import { DomainError } from '../server/src/errors.ts'
import { createImageReader, type ImageReader } from '../server/src/gallery/image-reader.ts'
import { makeDng } from '../server/src/testing/dng.ts'
import { formatSamples } from '../server/src/testing/format-samples.ts'
import { heicFile } from '../server/src/testing/heif-samples.ts'
import { quadrants } from '../server/src/testing/quadrants.ts'
import { residentMemory, table } from './support.ts'

const FILES_PER_ROUND = 200
/** The limit of a decoder, and time to start its process. */
const STALL_MS = 40_000
const MAX_GROWTH_MIB = 150
const LONG_AGO = new Date('2020-01-01')

interface Outcome {
  images: number
  withNote: number
  failures: number
  /** Other results, which only a failing drive should cause. */
  errors: string[]
  slowestMs: number
}

async function allSamples(): Promise<[name: string, bytes: Buffer][]> {
  const sensor = await quadrants().png().toBuffer()
  const preview = await quadrants().jpeg().toBuffer()
  return Object.entries({
    ...(await formatSamples()),
    'phone.heic': await heicFile(),
    'camera.dng': Buffer.from(await makeDng({ sensor, preview })),
    'sensor.dng': Buffer.from(await makeDng({ sensor })),
  })
}

async function readOne(reader: ImageReader, path: string, outcome: Outcome): Promise<void> {
  const start = performance.now()
  try {
    const file = await reader.read({ path, skipSettleCheck: false, forceDecode: true })
    if (file.state === 'failed') outcome.failures++
    else if (file.state !== 'decoded') outcome.errors.push(`${path}: ${file.state}`)
    else if (file.metadata.note !== undefined) outcome.withNote++
    else outcome.images++
    if (file.state === 'failed' && file.reason.length > 200) outcome.errors.push(`${path}: ${file.reason}`)
  } catch (error) {
    // The limits of a decoder.
    if (error instanceof DomainError) outcome.failures++
    else outcome.errors.push(`${path}: ${error}`)
  }
  outcome.slowestMs = Math.max(outcome.slowestMs, performance.now() - start)
}

async function readAll(reader: ImageReader, names: readonly string[], outcomes: Map<string, Outcome>) {
  const next = names.values()
  const worker = async () => {
    for (const name of next) {
      const format = name.split('.').at(-1)!
      const outcome = outcomes.get(format) ?? {
        images: 0,
        withNote: 0,
        failures: 0,
        errors: [],
        slowestMs: 0,
      }
      outcomes.set(format, outcome)
      await readOne(reader, name, outcome)
    }
  }
  await Promise.all(Array.from({ length: reader.width }, worker))
}

const count = Number(process.argv[2] ?? 6000)
const seed = Number(process.argv[3] ?? 1)
const directory = await mkdtemp(join(tmpdir(), 'mutations-'))
const thumbnailDirectory = await mkdtemp(join(tmpdir(), 'mutations-'))
const reader = createImageReader({
  root: directory,
  walk: { recursive: true, excluded: [] },
  limits: { maxPixels: 268_000_000, maxFileBytes: 100_000_000 },
  inputSize: { width: 64, height: 64 },
  thumbnailDirectory,
  thumbnailSize: [64, 64],
})
const random = createRandom(seed)
const samples = await allSamples()
const outcomes = new Map<string, Outcome>()
const memory: number[] = []
for (let made = 0; made < count; made += FILES_PER_ROUND) {
  const names: string[] = []
  for (let n = made; n < Math.min(count, made + FILES_PER_ROUND); n++) {
    const [sample, good] = random.pick(samples)
    const name = `${n}-${sample}`
    await writeFile(join(directory, name), damage(good, random))
    await utimes(join(directory, name), LONG_AGO, LONG_AGO)
    names.push(name)
  }
  await readAll(reader, names, outcomes)
  for (const name of names) await rm(join(directory, name))
  memory.push(residentMemory(process.pid))
  console.error(`${made + names.length} files, ${memory.at(-1)} MiB`)
}
await reader.close()
await Promise.all([directory, thumbnailDirectory].map((path) => rm(path, { recursive: true })))

const rows = [...outcomes]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([format, { images, withNote, failures, errors, slowestMs }]) => [
    format,
    ...[images, withNote, failures, errors.length].map(String),
    `${Math.round(slowestMs)} ms`,
  ])
console.log(table(['', 'images', 'with a note', 'failures', 'errors', 'slowest'], rows))
const early = memory[Math.min(memory.length - 1, Math.floor(memory.length / 4))]!
const growth = memory.at(-1)! - early
console.log(
  `Memory of the server: ${early} MiB after a quarter of the files, ${memory.at(-1)} MiB at the end.`,
)
const all = [...outcomes.values()]
const errors = all.flatMap((outcome) => outcome.errors)
for (const error of errors) console.log(error)
const slowest = Math.max(...all.map(({ slowestMs }) => slowestMs))
if (errors.length > 0 || slowest > STALL_MS || growth > MAX_GROWTH_MIB) process.exitCode = 1

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { CLASSICAL, startProduct } from '../e2e/support/product.ts'
import { readExif } from '../server/src/gallery/details/exif.ts'
import { median, ms, residentMemory, type Section, table } from './support.ts'

const PHOTOS = 2_000
const PHOTO_BYTES = 500_000
const MEBIBYTE = 2 ** 20
const SAMPLE_MS = 100
const ROUNDS = 5
const execute = promisify(execFile)

/** Exports 2,000 photos as a ZIP beside `zip -0`, and reads their metadata again beside a loop that only reads EXIF. */
export async function benchExport(directory: string): Promise<Section> {
  const [gallery, data] = [join(directory, 'gallery'), join(directory, 'data')]
  await writePhotos(gallery)
  const archived = await measureArchive(gallery, data, directory)
  const reread = await measureBackfill(gallery, data)
  const { megabytes, before, after, peak } = archived
  const ratios = archived.exportMs.map((time, round) => archived.zipMs[round]! / time)
  const [exportMs, zipMs] = [median(archived.exportMs), median(archived.zipMs)]
  const rate = (time: number) => `${Math.round(megabytes / (time / 1000))} MiB/s`
  const perSecond = (time: number) => Math.round(PHOTOS / (time / 1000))
  return {
    text: [
      `## Export of ${PHOTOS} photos as ZIP, ${Math.round(megabytes)} MiB\n`,
      table(
        ['', 'median time', 'throughput', 'memory of the server before / highest / after'],
        [
          ['Sketch-Search', ms(exportMs), rate(exportMs), `${before} / ${peak} / ${after} MiB`],
          ['zip -0', ms(zipMs), rate(zipMs), ''],
        ],
      ),
      `Throughput as a ratio to zip -0, ${ROUNDS} times alternately: median ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}).\n`,
      `## Metadata of ${PHOTOS} photos read again\n`,
      table(
        ['', 'photos per second'],
        [
          ['backfill, beside a running server', perSecond(reread.backfillMs)],
          ['a loop that reads and parses EXIF only', perSecond(reread.loopMs)],
        ],
      ),
    ].join('\n'),
    ratios: {},
  }
}

/** Writes different files: each has a generated capture time and, after its end, random bytes up to the size of a photo. */
async function writePhotos(gallery: string): Promise<void> {
  mkdirSync(gallery, { recursive: true })
  const { data, info } = await sharp(randomBytes(320 * 240 * 3), {
    raw: { width: 320, height: 240, channels: 3 },
  })
    .blur(4)
    .raw()
    .toBuffer({ resolveWithObject: true })
  for (let n = 0; n < PHOTOS; n++) {
    const time = new Date(Date.UTC(2015, 0, 1 + n))
      .toISOString()
      .slice(0, 19)
      .replaceAll('-', ':')
      .replace('T', ' ')
    const exif = { IFD0: { Make: 'Bench', Model: `Camera ${n % 5}` }, IFD2: { DateTimeOriginal: time } }
    const photo = await sharp(data, { raw: info as { width: number; height: number; channels: 3 } })
      .withExif(exif)
      .jpeg()
      .toBuffer()
    const rest = randomBytes(Math.max(0, PHOTO_BYTES - photo.length))
    mkdirSync(join(gallery, String(n % 20)), { recursive: true })
    writeFileSync(join(gallery, String(n % 20), `${n}.jpg`), Buffer.concat([photo, rest]))
  }
}

interface Archived {
  exportMs: number[]
  zipMs: number[]
  megabytes: number
  before: number
  peak: number
  after: number
}

/** Alternates, so that both meet the same load of the machine. curl writes what it receives, as a browser does. */
async function measureArchive(gallery: string, data: string, directory: string): Promise<Archived> {
  const product = await startProduct(gallery, data, CLASSICAL)
  try {
    await untilIndexed(product.url)
    const archive = join(directory, 'export.zip')
    const exportAs = (names: string) => {
      const body = JSON.stringify({ format: 'zip', query: { name_contains: names } })
      const header = 'content-type: application/json'
      return execute('curl', ['-sSf', '-H', header, '-d', body, '-o', archive, `${product.url}/api/export`])
    }
    const pid = serverPid(data)
    // The first export loads code.
    await exportAs('1.jpg')
    const result: Archived = {
      exportMs: [],
      zipMs: [],
      megabytes: 0,
      before: residentMemory(pid),
      peak: 0,
      after: 0,
    }
    const sampling = setInterval(() => {
      result.peak = Math.max(result.peak, residentMemory(pid))
    }, SAMPLE_MS)
    for (let round = 0; round < ROUNDS; round++) {
      rmSync(archive)
      result.exportMs.push(await timeOf(() => exportAs('.jpg')))
      result.megabytes = statSync(archive).size / MEBIBYTE
      rmSync(archive)
      result.zipMs.push(
        await timeOf(() => execute('zip', ['-0', '-q', '-r', archive, '.'], { cwd: gallery })),
      )
    }
    clearInterval(sampling)
    return { ...result, after: residentMemory(pid) }
  } finally {
    await product.stop()
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The process that has locked the data directory. */
const serverPid = (data: string) => Number(readFileSync(join(data, 'lock.pid'), 'utf8'))

async function untilIndexed(url: string): Promise<void> {
  for (;;) {
    const { indexed, pending } = await statusOf(url)
    if (indexed === PHOTOS && pending === 0) return
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
  }
}

async function statusOf(url: string) {
  const status = await (await fetch(`${url}/api/index/status`)).json()
  return status as { indexed: number; pending: number; metadata_pending: number }
}

async function measureBackfill(gallery: string, data: string) {
  const database = new DatabaseSync(join(data, 'catalog.sqlite'))
  database.exec('update images set attributes_version = 0')
  database.close()
  const product = await startProduct(gallery, data, CLASSICAL)
  const pending = async () => (await statusOf(product.url)).metadata_pending
  try {
    while ((await pending()) === 0) await new Promise(setImmediate)
    const [first, start] = [await pending(), performance.now()]
    while ((await pending()) > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const backfillMs = ((performance.now() - start) * PHOTOS) / first
    return { backfillMs, loopMs: await bareLoop(gallery) }
  } finally {
    await product.stop()
  }
}

async function bareLoop(gallery: string): Promise<number> {
  const start = performance.now()
  for (const file of globSync(join(gallery, '*/*.jpg'))) {
    const { exif } = await sharp(readFileSync(file)).metadata()
    readExif(exif!)
  }
  return performance.now() - start
}

/**
 * `node bench/duplicates.ts FOLDER [--photos N] [--part odd|even]`: makes edited copies of the photographs in a folder, and prints for each kind
 * of edit how many copies "Duplicates" finds, with vectors alone and with pixels, as a Markdown table. Each photograph has one copy.
 * `--part` leaves every second photograph to another run. Pictures in FOLDER that are copies of each other count as false pairs.
 */
import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import type { ImageRecord } from '../server/src/catalog/catalog.ts'
import { COLOUR_SPACE } from '../server/src/catalog/spaces.ts'
import { openSqliteCatalogThread } from '../server/src/catalog/sqlite/client.ts'
import { DEFAULT_EMBEDDER, duplicateThresholdOf } from '../server/src/config/built-in.ts'
import type { EmbedderClient } from '../server/src/embedding/process/embedder-client.ts'
import { withEmbedder } from '../server/src/evaluation/embed.ts'
import { decodeImage } from '../server/src/gallery/decode.ts'
import { describePixels } from '../server/src/gallery/metadata.ts'
import { makeThumbnail } from '../server/src/gallery/thumbnails.ts'
import { hashOfBytes } from '../server/src/hashing.ts'
import { createDuplicateFinder, type Duplicates } from '../server/src/search/duplicates/finder.ts'
import { imageRecord } from '../server/src/testing/images.ts'
import { dot } from '../server/src/vector-math.ts'
import { configOf } from './config.ts'
import { median, ms, table } from './support.ts'

/** Longer side of the photographs, which are reduced first. */
const SIDE = 480
const BATCH = 16
const LIMITS = { maxPixels: 100_000_000 }
const THRESHOLD = duplicateThresholdOf(DEFAULT_EMBEDDER)

interface Size {
  width: number
  height: number
}

/** Parts of the width and height that are cut off. */
const crop =
  (left: number, top: number, right: number, bottom: number) =>
  (image: Sharp, { width, height }: Size) =>
    image.extract({
      left: Math.floor(left * width),
      top: Math.floor(top * height),
      width: Math.floor((1 - left - right) * width),
      height: Math.floor((1 - top - bottom) * height),
    })

function caption({ width, height }: Size): Buffer {
  const style = `font-size="${height / 8}" fill="#fff" stroke="#000"`
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text x="${width / 10}" y="${height * 0.85}" ${style}>Holiday 2024</text></svg>`,
  )
}

type Edit = (image: Sharp, size: Size) => Sharp

/** JPEG quality of copies that differs from the usual one. */
const QUALITIES: Record<string, number> = {
  'JPEG, quality 30': 30,
  '70 % of the size, JPEG quality 60': 60,
  'turned by 90°, half the size, JPEG quality 60': 60,
}
const QUALITY = 85
const BEST_QUALITY = 95

const EDITS: Record<string, Edit> = {
  'half the size': (image, { width }) => image.resize(Math.round(width / 2)),
  'JPEG, quality 30': (image) => image,
  '70 % of the size, JPEG quality 60': (image, { width }) => image.resize(Math.round(width * 0.7)),
  'brighter by 20 %': (image) => image.linear(1.2, 0),
  'darker by 20 %': (image) => image.linear(0.8, 0),
  '5 % cropped from each side': crop(0.05, 0.05, 0.05, 0.05),
  '10 % cropped from each side': crop(0.1, 0.1, 0.1, 0.1),
  '20 % cropped from one side': crop(0, 0, 0.2, 0),
  'a caption across it': (image, size) => image.composite([{ input: caption(size) }]),
  mirrored: (image) => image.flop(),
  'without colours': (image) => image.grayscale(),
  'turned by 90°': (image) => image.rotate(90),
  'turned by 180°': (image) => image.rotate(180),
  'turned by 270°': (image) => image.rotate(270),
  // sharp mirrors after it has turned.
  'turned by 90° and mirrored': (image) => image.rotate(90).flop(),
  'turned by 90°, without colours': (image) => image.rotate(90).grayscale(),
  'turned by 90°, half the size, JPEG quality 60': (image, { height }) =>
    image.rotate(90).resize(Math.round(height / 2)),
}

interface Picture {
  record: ImageRecord & { vector: Float32Array }
  thumbnail: Uint8Array
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photos: { type: 'string', default: '100' }, part: { type: 'string' } },
})
const [folder] = positionals
if (folder === undefined) throw new Error('Name a folder with photographs.')
const files = globSync('**/*.{jpg,jpeg,png,webp}', { cwd: folder })
  .sort()
  .filter((_, n) => values.part === undefined || n % 2 === (values.part === 'odd' ? 1 : 0))
const step = Math.max(1, files.length / Number(values.photos))
const chosen = files.filter((_, n) => Math.floor(n / step) !== Math.floor((n - 1) / step))
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-duplicates-'))
try {
  const reporter = { onProgress: () => {}, onWarning: (message: string) => console.error(message) }
  console.log(await withEmbedder(configOf(folder, directory), DEFAULT_EMBEDDER, reporter, measure))
} finally {
  await rm(directory, { recursive: true, force: true })
}

async function measure(embedder: EmbedderClient): Promise<string> {
  const photos: Buffer[] = []
  for (const file of chosen) {
    const image = sharp(readFileSync(join(folder!, file))).rotate()
    photos.push(await image.resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true }).png().toBuffer())
  }
  const originals = await read(embedder, photos, 'photo', (image) => image, BEST_QUALITY)
  const rows: string[][] = []
  for (const [name, edit] of Object.entries(EDITS)) {
    const copies = await read(embedder, photos, 'copy', edit, QUALITIES[name] ?? QUALITY)
    rows.push([name, ...(await compare(name, originals, copies))])
  }
  const head = [
    'edit',
    'median similarity',
    `≥ ${THRESHOLD}`,
    'found by vectors',
    'found',
    'false pairs',
    'processor time of each image by vectors',
    'and with pixels',
  ]
  const load = loadavg()[0]!.toFixed(1)
  return `${photos.length} photographs, load average ${load}\n\n${table(head, rows)}`
}

async function read(
  embedder: EmbedderClient,
  photos: readonly Buffer[],
  name: string,
  edit: Edit,
  quality: number,
): Promise<Picture[]> {
  const pictures: Picture[] = []
  for (let start = 0; start < photos.length; start += BATCH) {
    const decoded = []
    for (const photo of photos.slice(start, start + BATCH)) {
      const { width, height } = await sharp(photo).metadata()
      const edited = edit(sharp(photo), { width: width!, height: height! })
      const bytes = await edited.jpeg({ quality }).toBuffer()
      decoded.push({ bytes, image: await decodeImage(bytes, embedder.inputSize, LIMITS) })
    }
    const vectors = await embedder.embed(
      decoded.map(({ image }) => image.image),
      'photo',
      'bulk',
    )
    for (const [n, { bytes, image }] of decoded.entries()) {
      const vector = vectors[n]
      if (!(vector instanceof Float32Array)) throw new Error('A photograph can not be embedded.')
      const path = `${name} ${start + n}`
      const { width, height } = image
      const described = describePixels(image.image)
      const contentHash = hashOfBytes(Buffer.from(path))
      pictures.push({
        record: {
          ...imageRecord(0, { vector, path, inode: path, contentHash, width, height, ...described }),
          vector,
        },
        thumbnail: await makeThumbnail(bytes, image, { width: 128, height: 128 }),
      })
    }
  }
  return pictures
}

async function compare(
  name: string,
  originals: readonly Picture[],
  copies: readonly Picture[],
): Promise<string[]> {
  const inside = await mkdtemp(join(directory, 'catalog-'))
  const catalog = openSqliteCatalogThread({ directory: inside, savesIndex: false })
  try {
    const { length: dimensions } = originals[0]!.record.vector
    const space = { embedder: DEFAULT_EMBEDDER, fingerprint: '1', dimensions, further: [COLOUR_SPACE] }
    await catalog.spaces.activate(space)
    const pictures = [...originals, ...copies]
    await catalog.images.upsert(pictures.map(({ record }) => record))
    const thumbnails = new Map(pictures.map(({ record, thumbnail }) => [record.path, thumbnail]))
    const thumbnail = async ({ path }: { path: string }) => ({
      bytes: thumbnails.get(path)!,
      matchesCatalog: true,
    })
    const byVectors = await timed(createDuplicateFinder({ catalog, timeoutMs: 600_000 }), pictures.length)
    const withPixels = await timed(
      createDuplicateFinder({ catalog, thumbnail, timeoutMs: 600_000 }),
      pictures.length,
    )
    const similarities = originals.map(({ record }, n) => dot(record.vector, copies[n]!.record.vector))
    const share = (count: number) => (count / originals.length).toFixed(2)
    const before = countPairs(byVectors.found)
    const after = countPairs(withPixels.found)
    console.error(name)
    return [
      median(similarities).toFixed(3),
      share(similarities.filter((similarity) => similarity >= THRESHOLD).length),
      share(before.right),
      share(after.right),
      `${before.wrong}, ${after.wrong}`,
      ms(byVectors.time),
      ms(withPixels.time),
    ]
  } finally {
    await catalog.close()
  }
}

/** @returns processor time for each image, in milliseconds */
async function timed(find: (threshold: number) => Promise<Duplicates>, images: number) {
  const start = process.cpuUsage()
  const found = await find(THRESHOLD)
  const { user, system } = process.cpuUsage(start)
  return { found, time: (user + system) / 1000 / images }
}

/** Counts the copies in the group of their photograph, and the groups with several photographs. */
function countPairs({ groups }: Duplicates): { right: number; wrong: number } {
  const numbers = groups.map((group) => group.map(({ path }) => path.split(' ')[1]!))
  const right = numbers.flatMap((group) => group.filter((number, n) => group.indexOf(number) < n))
  return { right: right.length, wrong: numbers.filter((group) => new Set(group).size > 1).length }
}

import { mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import sharp from 'sharp'
import { type App, createApp } from '../server/src/app/compose.ts'
import { createImageReader } from '../server/src/gallery/image-reader.ts'
import { walk } from '../server/src/gallery/walk.ts'
import { configOf } from './config.ts'
import { noisePictures, pictureNumber } from './galleries.ts'
import { ms, peakMemory, residentMemory, type Section, table } from './support.ts'

const LARGE_FILES = 60
const LARGE = { width: 4000, height: 3000 }
const SMALL_FILES = 3_000
const SMALL_SIDE = 480
const EMBEDDED_MS = 4_000
const SQUARE = 256

/** Measures indexing from scratch, and each of its parts alone: small pictures, and photos of 12 megapixels. */
export async function benchIndexing(directory: string, gallery: string | undefined): Promise<Section> {
  const small = gallery ?? (await drawSmall(join(directory, 'small')))
  const large = await drawLarge(join(directory, 'large'))
  const sections: Section[] = []
  for (const [name, folder] of [
    [gallery === undefined ? `pictures of ${SMALL_SIDE} × ${SMALL_SIDE}` : 'files of the gallery', small],
    [`photos of ${LARGE.width} × ${LARGE.height}`, large],
  ] as const)
    sections.push(await measure(name, folder, join(directory, `data ${name}`)))
  return {
    text: ['## Indexing\n', ...sections.map(({ text }) => text)].join('\n'),
    ratios: Object.assign({}, ...sections.map(({ ratios }) => ratios)),
  }
}

async function measure(name: string, gallery: string, dataDirectory: string): Promise<Section> {
  const files = await filesOf(gallery)
  const config = configOf(gallery, dataDirectory)
  const app = await createApp(config, { log: pino({ level: 'silent' }) })
  // Measured before and after, because the speed of the machine varies.
  const sharpBefore = await decodeLoop(gallery, files)
  const readBefore = await readLoop(app, gallery, files, dataDirectory)
  const embedBefore = await embedLoop(app)
  const start = performance.now()
  await app.sync.scan()
  await app.indexer.idle()
  const whole = files.length / ((performance.now() - start) / 1000)
  const memory = [
    residentMemory(process.pid),
    residentMemory(app.embedder.processId!),
    peakMemory(process.pid),
  ]
  const mean = (a: number, b: number) => (a + b) / 2
  const loop = mean(sharpBefore, await decodeLoop(gallery, files))
  const read = mean(readBefore, await readLoop(app, gallery, files, dataDirectory))
  const embed = mean(embedBefore, await embedLoop(app))
  await app.close()
  const slower = Math.min(read, embed)
  const oneByOne = 1 / (1 / read + 1 / embed)
  const row = (what: string, rate: number) => [what, rate.toFixed(0), (rate / whole).toFixed(2)]
  return {
    text: [
      `### ${files.length} ${name}\n`,
      table(
        ['', 'images/s', 'ratio to indexing'],
        [
          row('decoding with sharp in a loop, nothing else', loop),
          row('reading as indexing does: hash, decoding, thumbnail, shrinking', read),
          row('the model', embed),
          row('reading and the model one after the other on all cores', oneByOne),
          row('indexing', whole),
        ],
      ),
      `Indexing takes ${(slower / whole).toFixed(2)} times as long as the slower of the two parts alone; one part after the other would take ${(slower / oneByOne).toFixed(2)} times as long.`,
      `Resident memory afterwards: ${memory[0]} MiB in the server (${memory[2]} MiB at most), ${memory[1]} MiB in the embedding process. One image takes ${ms(1000 / whole)}.\n`,
    ].join('\n'),
    ratios: {
      [`indexing, ${name}: the whole / its parts one after the other`]: whole / oneByOne,
      [`indexing, ${name}: reading / sharp in a loop`]: read / loop,
    },
  }
}

async function filesOf(gallery: string): Promise<string[]> {
  const files: string[] = []
  for await (const listing of walk(gallery, { recursive: true, excluded: [] }, () => {}))
    files.push(...listing.files.map(({ path }) => path))
  return files
}

/** @returns images/s, with as many images at once as indexing has in progress */
function decodeLoop(gallery: string, files: string[]): Promise<number> {
  return rateOf(files, async (path) => {
    // JPEG is decoded at the required scale, as in indexing.
    await sharp(await readFile(join(gallery, path)))
      .resize(SQUARE, SQUARE, { fit: 'outside', withoutEnlargement: true })
      .raw()
      .toBuffer()
  })
}

async function readLoop(
  { embedder }: App,
  gallery: string,
  files: string[],
  dataDirectory: string,
): Promise<number> {
  const { limits, thumbnail } = configOf(gallery, dataDirectory)
  const reader = createImageReader({
    root: gallery,
    walk: { recursive: true, excluded: [] },
    limits: {
      maxPixels: limits.max_pixels,
      maxFileBytes: limits.max_file_bytes,
    },
    inputSize: embedder.inputSize,
    thumbnailDirectory: join(dataDirectory, `thumbnails ${performance.now()}`),
    thumbnailSize: [...thumbnail.size],
  })
  try {
    // Starts the threads of the reader before the measurement.
    await reader.read({ path: files[0]!, skipSettleCheck: true, forceDecode: true })
    return await rateOf(files, async (path) => {
      const { state } = await reader.read({ path, skipSettleCheck: true, forceDecode: true })
      if (state !== 'decoded') throw new Error(`${path} is ${state}`)
    })
  } finally {
    await reader.close()
  }
}

async function embedLoop({ embedder }: App): Promise<number> {
  const side = embedder.inputSize
  const image = { data: new Uint8Array(side.width * side.height * 3).fill(127), ...side }
  const batch = Array.from({ length: embedder.measurement.batchSize }, () => image)
  const start = performance.now()
  let images = 0
  const lane = async () => {
    while (performance.now() - start < EMBEDDED_MS) {
      await embedder.embed(batch, 'photo', 'bulk')
      images += batch.length
    }
  }
  await Promise.all([lane(), lane()])
  return images / ((performance.now() - start) / 1000)
}

async function rateOf(files: string[], work: (path: string) => Promise<void>): Promise<number> {
  let next = 0
  const start = performance.now()
  const lane = async () => {
    while (next < files.length) await work(files[next++]!)
  }
  await Promise.all(Array.from({ length: 3 * availableParallelism() }, lane))
  return files.length / ((performance.now() - start) / 1000)
}

async function drawSmall(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const pictures = await noisePictures(SMALL_SIDE)
  for (let n = 0; n < SMALL_FILES; n++) await writeFile(join(folder, `${n}.jpg`), pictureNumber(n, pictures))
  return folder
}

/** Draws pictures with the size and detail of photos: about 4 MB each. */
async function drawLarge(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const grain = await sharp({
    create: { ...LARGE, channels: 3, background: '#777', noise: { type: 'gaussian', mean: 128, sigma: 14 } },
  })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const clouds = (await noisePictures(512)).slice(0, 6)
  const photos = await Promise.all(
    clouds.map(async (cloud) =>
      sharp(await sharp(cloud).resize(LARGE.width, LARGE.height, { fit: 'fill' }).toBuffer())
        .composite([{ input: grain, blend: 'overlay' }])
        .jpeg({ quality: 90 })
        .toBuffer(),
    ),
  )
  for (let n = 0; n < LARGE_FILES; n++) await writeFile(join(folder, `${n}.jpg`), pictureNumber(n, photos))
  return folder
}

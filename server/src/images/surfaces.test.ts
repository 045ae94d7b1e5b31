import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Image } from '../catalog/catalog.ts'
import { createImageReader } from '../gallery/image-reader.ts'
import type { RgbImage } from '../gallery/resample.ts'
import { openThumbnailStore } from '../gallery/thumbnails.ts'
import { formatSamples } from '../testing/format-samples.ts'
import { writeSettled } from '../testing/pictures.ts'
import { distance, HEIGHT, QUADRANTS, quadrantsOf, WIDTH } from '../testing/quadrants.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { createOriginals } from './originals.ts'
import { createPreviews } from './previews.ts'

const samples = await formatSamples()
/** JPEG with reduced colours, WebP and GIF palettes are not exact. */
const TOLERANCE = 18

async function open() {
  const root = await temporaryDirectory()
  const thumbnailDirectory = await temporaryDirectory()
  const walk = { recursive: true, excluded: [] }
  const limits = { maxPixels: 1_000_000, maxFileBytes: 10_000_000 }
  const reader = createImageReader({
    root,
    walk,
    limits,
    inputSize: { width: 48, height: 48 },
    thumbnailDirectory,
    thumbnailSize: [48, 48],
  })
  onTestFinished(() => reader.close())
  const thumbnails = openThumbnailStore(thumbnailDirectory, [48, 48])
  const previews = createPreviews({ reader, thumbnails }, createOriginals({ root, limits, walk }))
  return { root, reader, thumbnails, previews }
}

/** Pixels as a browser shows them, apart from EXIF: a WebP or PNG that needs it would fail here. */
async function shown(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { pages: 1 })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

describe('thumbnail, preview, query and input of the embedder are the same upright picture', async () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    const { root, reader, thumbnails, previews } = await open()
    await writeSettled(join(root, name), samples[name]!)
    const file = await reader.read({ path: name, skipSettleCheck: true, forceDecode: true })
    if (file.state !== 'decoded') throw new Error(JSON.stringify(file))
    const { contentHash, metadata } = file
    const image = { path: name, contentHash, bytes: samples[name]!.length, ...metadata } as unknown as Image
    const preview = await previews.preview(image)
    const pictures = {
      embedder: file.image,
      query: (await reader.decode(samples[name]!, { width: WIDTH, height: HEIGHT })).image,
      thumbnail: await shown((await thumbnails.read(contentHash))!),
      preview: await shown(preview.bytes),
    }
    expect(metadata).toMatchObject({ width: WIDTH, height: HEIGHT })
    expect(pictures.preview).toMatchObject({ width: WIDTH, height: HEIGHT })
    for (const [surface, picture] of Object.entries(pictures))
      expect([surface, distance(quadrantsOf(picture), QUADRANTS) < TOLERANCE]).toEqual([surface, true])
  })
})

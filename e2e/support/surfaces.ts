import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createImageReader } from '../../server/src/gallery/image-reader.ts'
import type { RgbImage } from '../../server/src/gallery/resample.ts'
import { formatSamples, rawSamples } from '../../server/src/testing/format-samples.ts'
import { writeSettled } from '../../server/src/testing/pictures.ts'
import { distance, HEIGHT, QUADRANTS, quadrantsOf, WIDTH } from '../../server/src/testing/quadrants.ts'
import { type OpenPage, openPage, sharedBrowser } from './browser.ts'
import { untilIndexed } from './demo.ts'
import { CLASSICAL, type Product, startProduct } from './product.ts'

interface ListedImage {
  id: string
  path: string
  width: number
  height: number
  thumbnail_url: string
  preview_url: string
}

const samples = { ...(await formatSamples()), ...(await rawSamples()) }
/** One of each family of formats, with the turns of a camera. */
export const COMMON_SAMPLES = [
  'plain.jpg',
  'turned-6.jpg',
  'interlaced.png',
  'turned-6.webp',
  'plain.gif',
  'jpeg.tif',
  '24.bmp',
  'irot.avif',
  'irot.heic',
  'developed-6.dng',
  'preview-6.dng',
]
export const OTHER_SAMPLES = Object.keys(samples).filter((name) => !COMMON_SAMPLES.includes(name))
/** JPEG with reduced colours, WebP and GIF palettes are not exact, and raw photos are developed. */
const toleranceOf = (name: string) => (name.startsWith('developed') ? 45 : 18)

let product: Product

/** Pixels as a browser shows them, apart from EXIF: a WebP or PNG that needs it would fail here. */
async function shown(bytes: Uint8Array): Promise<RgbImage> {
  const { data, info } = await sharp(bytes, { pages: 1 })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}

async function sent(url: string): Promise<RgbImage> {
  return shown(await (await fetch(new URL(url, product.url))).bytes())
}

/** The picture in the large view, with the original above its preview. */
async function large(page: Page, { id, width, height }: ListedImage): Promise<RgbImage> {
  await page.goto(`${product.url}/?view=${id}`)
  const preview = page.getByTestId('large-picture')
  await preview.waitFor()
  await expect
    .poll(() =>
      preview.evaluate((element) =>
        [...element.parentElement!.querySelectorAll('img')].every((image) => image.complete),
      ),
    )
    .toBe(true)
  const box = (await preview.boundingBox())!
  expect(box.width / box.height).toBeCloseTo(width / height, 1)
  return shown(await page.screenshot({ clip: box }))
}

/** Tests pictures of these names in a gallery of their own. */
export function describeSurfaces(names: readonly string[]): void {
  let directory = ''
  let opened: OpenPage
  let reader: ReturnType<typeof createImageReader>
  const images = new Map<string, ListedImage>()

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sketch-search-surfaces-'))
    const root = join(directory, 'gallery')
    for (const name of names) await writeSettled(join(root, name), samples[name]!)
    product = await startProduct(root, join(directory, 'data'), CLASSICAL)
    await untilIndexed(product.url, names.length)
    const list = await fetch(`${product.url}/api/images?items_per_page=1000`)
    for (const image of ((await list.json()) as { images: ListedImage[] }).images)
      images.set(image.path, image)
    reader = createImageReader({
      root,
      walk: { recursive: true, excluded: [] },
      limits: { maxPixels: 1_000_000, maxFileBytes: 10_000_000 },
      inputSize: { width: 48, height: 48 },
      thumbnailDirectory: join(directory, 'thumbnails'),
      thumbnailSize: [48, 48],
    })
    opened = await openPage(await sharedBrowser(), product.url)
  })
  afterAll(async () => {
    await opened?.close()
    await reader?.close()
    await product?.stop()
    await rm(directory, { recursive: true, force: true })
  })

  describe('thumbnail, preview, large view, query and what the embedder sees are the same upright picture', () => {
    it.each(names)('%s', async (name) => {
      const file = await reader.read({ path: name, skipSettleCheck: true, forceDecode: true })
      if (file.state !== 'decoded') throw new Error(JSON.stringify(file))
      const image = images.get(name)!
      const pictures = {
        embedder: file.image,
        query: (await reader.decode(samples[name]!, { width: WIDTH, height: HEIGHT })).image,
        thumbnail: await sent(image.thumbnail_url),
        preview: await sent(image.preview_url),
        // An animation goes on in the large view.
        ...(name.startsWith('animated') ? {} : { large: await large(opened.page, image) }),
      }
      expect(image.width / image.height).toBe(WIDTH / HEIGHT)
      // A raw photo is developed at half its size.
      const scale = name.startsWith('developed') ? 0.5 : 1
      expect(pictures.preview).toMatchObject({ width: scale * image.width, height: scale * image.height })
      for (const [surface, picture] of Object.entries(pictures)) {
        const difference = distance(quadrantsOf(picture), QUADRANTS)
        expect([surface, difference, difference < toleranceOf(name)]).toEqual([surface, difference, true])
      }
      expect(opened.complaints).toEqual([])
    })
  })
}

import sharp, { type Sharp } from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import type { Catalog, Image } from '../../catalog/catalog.ts'
import { openSqliteCatalogThread } from '../../catalog/sqlite/client.ts'
import { describePixels } from '../../gallery/metadata.ts'
import { imageRecord } from '../../testing/images.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { deleteAllUnused } from '../../testing/unused-contents.ts'
import { vectorNamed } from '../../testing/vectors.ts'
import { createDuplicateFinder, type Duplicates } from './finder.ts'

const DIMENSIONS = 16
const THRESHOLD = 0.99

const pathsOf = ({ groups }: Duplicates) => groups.map((group) => group.map(({ path }) => path).sort()).sort()

/** Numbers in 0…1 that depend on a seed. */
const numbersOf = (seed: number) => (n: number) => {
  const value = Math.sin(seed * 127.1 + n * 311.7) * 43_758.5453
  return value - Math.floor(value)
}

/** A picture of many shapes, wider than high. */
function scene(seed: number): Promise<Buffer> {
  const number = numbersOf(seed)
  const shapes = Array.from({ length: 40 }, (_, n) => {
    const [x, y, size] = [300 * number(5 * n), 200 * number(5 * n + 1), 6 + 40 * number(5 * n + 2) ** 2]
    return `<rect x="${x}" y="${y}" width="${size}" height="${size * (0.4 + number(5 * n + 3))}" fill="hsl(${360 * number(5 * n + 4)} 70% ${20 + 60 * number(5 * n)}%)"/>`
  })
  return drawn(300, 200, shapes.join(''))
}

/** A page of lines of words. Pages have nearly the same light and shade. */
function page(seed: number): Promise<Buffer> {
  const number = numbersOf(seed)
  const words = Array.from({ length: 20 * 12 }, (_, n) => {
    const [line, column] = [Math.floor(n / 12), n % 12]
    return `<rect x="${20 + column * 22 + 6 * number(n)}" y="${20 + line * 18}" width="${8 + 8 * number(n + 500)}" height="7" fill="#222"/>`
  })
  return drawn(300, 400, words.join(''))
}

/** The same in all orientations but for a detail. */
function symmetric(): Promise<Buffer> {
  const rings = [30, 60, 90].map(
    (r) => `<circle cx="100" cy="100" r="${r}" fill="none" stroke="#222" stroke-width="8"/>`,
  )
  return drawn(200, 200, `${rings.join('')}<path d="M10 20h60v12h-48v40h-12z" fill="#222"/>`)
}

function drawn(width: number, height: number, shapes: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#eee"/>${shapes}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}

const EDITS: Record<string, (image: Sharp) => Sharp> = {
  'turned by 90°': (image) => image.rotate(90),
  'turned by 180°': (image) => image.rotate(180).jpeg({ quality: 60 }),
  'turned by 270°': (image) => image.rotate(270).resize(140),
  mirrored: (image) => image.flop(),
  'mirrored and turned': (image) => image.flop().rotate(90).jpeg({ quality: 60 }),
  'without colours': (image) => image.grayscale(),
  'turned, without colours': (image) => image.rotate(90).grayscale(),
  brighter: (image) => image.linear(1.15, 0),
}

/** A gallery whose images all have different vectors. */
async function openGallery() {
  const catalog = openSqliteCatalogThread({ directory: await temporaryDirectory(), savesIndex: false })
  onTestFinished(() => catalog.close())
  await catalog.spaces.activate({ embedder: 'test', fingerprint: '1', dimensions: DIMENSIONS })
  const thumbnails = new Map<string, Buffer>()
  let reads = 0
  return {
    catalog,
    thumbnails,
    reads: () => reads,
    add: (path: string, image: Buffer) => add(catalog, thumbnails, path, image),
    async thumbnail({ path }: Image) {
      reads++
      const bytes = thumbnails.get(path)
      if (bytes === undefined) throw new Error(`${path} is gone`)
      return { bytes, matchesCatalog: true }
    },
  }
}

async function add(catalog: Catalog, thumbnails: Map<string, Buffer>, path: string, image: Buffer) {
  const { data, info } = await sharp(image)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const size = { width: info.width, height: info.height }
  const described = describePixels({ data: new Uint8Array(data), ...size })
  const vector = vectorNamed(path, DIMENSIONS)
  await catalog.images.upsert([
    imageRecord(0, { path, inode: path, contentHash: path, vector, ...size, thumbhash: described.thumbhash }),
  ])
  thumbnails.set(
    path,
    await sharp(image).resize({ width: 128, height: 128, fit: 'outside' }).webp().toBuffer(),
  )
}

const edited = async (image: Promise<Buffer>, edit: (image: Sharp) => Sharp) =>
  edit(sharp(await image)).toBuffer()

it('finds copies that are turned, mirrored or without colours, and keeps different pictures apart', async () => {
  const gallery = await openGallery()
  const names = Object.keys(EDITS)
  for (let n = 0; n < 10; n++) await gallery.add(`scene ${n}`, await scene(n))
  for (const name of names) await gallery.add(name, await edited(scene(5), EDITS[name]!))
  await gallery.add('symmetric', await symmetric())
  await gallery.add('symmetric, turned', await edited(symmetric(), (image) => image.rotate(270)))
  const find = createDuplicateFinder({ ...gallery, timeoutMs: 60_000 })
  expect(pathsOf(await find(THRESHOLD))).toEqual([
    [...names, 'scene 5'].sort(),
    ['symmetric', 'symmetric, turned'],
  ])
  // Without pixels they are not found, nor where identical images are wanted.
  expect(pathsOf(await find(1))).toEqual([])
  expect(pathsOf(await createDuplicateFinder({ catalog: gallery.catalog })(THRESHOLD))).toEqual([])

  // Images that come later are compared with those before.
  await gallery.catalog.files.remove(['scene 5'])
  await deleteAllUnused(gallery.catalog)
  await gallery.add('later', await edited(scene(7), (image) => image.rotate(90)))
  await expect
    .poll(async () => pathsOf(await find(THRESHOLD)))
    .toEqual([names.toSorted(), ['later', 'scene 7'], ['symmetric', 'symmetric, turned']])
})

it('keeps pages of text apart, and finds the turned copy of one', async () => {
  const gallery = await openGallery()
  const pages = 40
  for (let n = 0; n < pages; n++) await gallery.add(`page ${n}`, await page(n))
  await gallery.add('turned', await edited(page(pages - 1), (image) => image.rotate(90)))
  const find = createDuplicateFinder({ ...gallery, timeoutMs: 60_000 })
  expect(pathsOf(await find(THRESHOLD))).toEqual([[`page ${pages - 1}`, 'turned']])
})

it('compares the pixels of each image with few others, however many have the same light and shade', async () => {
  const gallery = await openGallery()
  // More than are kept in memory, so that the number of reads grows with that of comparisons.
  const count = 300
  await gallery.add('page', await page(1))
  const { thumbhash } = (await gallery.catalog.images.getByPath('page'))!
  const paths = Array.from({ length: count }, (_, n) => `same light ${n}`)
  const records = paths.map((path) =>
    imageRecord(0, {
      ...{ path, inode: path, contentHash: path, width: 300, height: 400, thumbhash },
      vector: vectorNamed(path, DIMENSIONS),
    }),
  )
  await gallery.catalog.images.upsert(records)
  for (const [n, path] of paths.entries()) {
    const noise = Buffer.from(Array.from({ length: 48 * 64 }, (_, i) => 255 * numbersOf(n)(i)))
    const raw = { width: 48, height: 64, channels: 1 } as const
    gallery.thumbnails.set(path, await sharp(noise, { raw }).webp().toBuffer())
  }
  const find = createDuplicateFinder({ ...gallery, timeoutMs: 60_000 })
  expect(pathsOf(await find(THRESHOLD))).toEqual([])
  expect(gallery.reads()).toBeGreaterThan(count)
  expect(gallery.reads()).toBeLessThanOrEqual(4 * count)
})

it('leaves out pictures that are gone, broken or of one colour', async () => {
  const gallery = await openGallery()
  for (const [n, name] of ['gone', 'broken', 'fine'].entries()) {
    const seed = 20 + n
    await gallery.add(name, await scene(seed))
    await gallery.add(`${name}, turned`, await edited(scene(seed), (image) => image.rotate(90)))
  }
  gallery.thumbnails.delete('gone')
  gallery.thumbnails.set('broken', Buffer.from('RIFF'))
  await gallery.add('plain', await drawn(300, 200, ''))
  await gallery.add('plain, turned', await drawn(200, 300, ''))
  const find = createDuplicateFinder({ ...gallery, timeoutMs: 60_000 })
  expect(pathsOf(await find(THRESHOLD))).toEqual([['fine', 'fine, turned']])
})

/**
 * `npm run sketches`: draws things with the mouse on the page and checks that the first row of the results shows each: twenty over
 * the photographs of `npm run demo`, and twenty over the gallery of `npm run demo -- --drawn`. Writes `bench/results/sketches.md`
 * with a picture of each.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { firstResults, launchBrowser, openPage, settled } from '../../e2e/support/browser.ts'
import { untilIndexed } from '../../e2e/support/demo.ts'
import { startProduct } from '../../e2e/support/product.ts'
import { copyDemoPhotos } from '../../scripts/demo/copy-photos.ts'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { table } from '../support.ts'
import { drawByHand } from './draw-by-hand.ts'
import { DRAWINGS, type Drawing } from './drawings.ts'
import { PHOTOGRAPHED } from './photographed.ts'

/** As many as `npm run demo -- --drawn` draws, and its photographs. */
const [PER_SUBJECT, SUBJECTS, PHOTOS] = [28, 12, 93]
const DRAWN = PER_SUBJECT * SUBJECTS
/** Results, best first, among which the first right one is looked for: about as many as the page shows. */
const SHOWN = 16
const WINDOW = { width: 1280, height: 720 }
const results = join(import.meta.dirname, '../results')
const browser = await launchBrowser()
try {
  const photographs = await measureAll('photographs', copyDemoPhotos, PHOTOS, [...DRAWINGS, ...PHOTOGRAPHED])
  const both = await measureAll(
    'drawn',
    async (gallery) => {
      await drawDemoGallery(gallery, PER_SUBJECT)
      await copyDemoPhotos(gallery)
    },
    DRAWN + PHOTOS,
    DRAWINGS,
  )
  const text = [
    '# Twenty sketches on the demo gallery',
    'This page answers: How many of twenty things drawn with a mouse are found in the first row?',
    '`npm run sketches` draws each thing once with the mouse on the page and searches with the default model. The strokes are in `bench/sketches/`; none was changed to find more. Close matches have rows of their own, so that the first row may be a single picture.',
    ...report(`The ${PHOTOS} photographs of \`npm run demo\``, photographs),
    ...report(`The same and ${DRAWN} drawn pictures, \`npm run demo -- --drawn\``, both),
  ].join('\n\n')
  await writeFile(join(results, 'sketches.md'), `${text}\n`)
} finally {
  await browser.close()
}

interface Found {
  name: string
  /** Places in the first row, from 1. */
  places: number[]
  shown: number
  /** Place of the first right one among all results, from 1; 0 if it is further away than the page shows. */
  first: number
  inGallery: number
  /** Path of the screenshot, relative to the results. */
  file: string
}

/** Draws everything that a gallery has. */
async function measureAll(
  name: string,
  fill: (gallery: string) => Promise<unknown>,
  size: number,
  drawings: readonly Drawing[],
): Promise<Found[]> {
  const directory = await mkdtemp(join(tmpdir(), 'sketch-search-sketches-'))
  const gallery = join(directory, 'gallery')
  await mkdir(join(results, 'sketches', name), { recursive: true })
  await fill(gallery)
  const product = await startProduct(gallery, join(directory, 'data'))
  try {
    await untilIndexed(product.url, size)
    const all = await pathsInGallery(product.url)
    const rows = []
    for (const [n, drawing] of drawings.entries()) {
      const inGallery = all.filter((path) => drawing.wanted.test(path)).length
      if (inGallery === 0) continue
      const file = join('sketches', name, `${drawing.name.replace(' ', '-')}.webp`)
      rows.push({ ...(await measure(product.url, drawing, n + 1, file)), inGallery, file })
    }
    return rows
  } finally {
    await product.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function measure(url: string, { name, wanted, strokes }: Drawing, seed: number, file: string) {
  const { page, close } = await openPage(browser, url, WINDOW)
  await drawByHand(page, strokes, seed)
  await firstResults(page, 1)
  // The response to the last stroke and its thumbnails need a moment.
  await page.waitForTimeout(1_500)
  await settled(page)
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  const row = await firstRow(page)
  const first = (await firstResults(page, SHOWN)).findIndex((path) => wanted.test(path)) + 1
  await photograph(page, join(results, file))
  await close()
  const places = row.flatMap((path, n) => (wanted.test(path) ? [n + 1] : []))
  console.log(`${name}: ${places.join(', ') || 'none'} of ${row.join(' ')}`)
  return { name, places, shown: row.length, first }
}

function report(heading: string, rows: readonly Found[]): string[] {
  const found = rows.filter(({ places }) => places.length > 0).length
  return [
    `## ${heading}`,
    `**${found} of ${rows.length} find their thing in the first row.**`,
    table(
      ['drawn', 'right in the first row', 'pictures in that row', 'first right one', 'in the gallery'],
      rows.map(({ name, places, shown, first, inGallery }) => [
        name,
        places.join(', ') || 'none',
        shown,
        first || `after ${SHOWN}`,
        inGallery,
      ]),
    ).trimEnd(),
    ...rows.map(
      ({ name, file }) => `![A sketch of ${withArticle(name)} and the first row of its results](${file})`,
    ),
  ]
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}

async function pathsInGallery(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/api/images?items_per_page=1000`)
  const { images } = (await answer.json()) as { images: { path: string }[] }
  return images.map(({ path }) => path)
}

/** The paths of the tiles whose upper edge is that of the first one. */
function firstRow(page: Page): Promise<string[]> {
  return page.locator('[data-testid=grid] [data-path]').evaluateAll((elements) => {
    const tiles = elements
      .map((element) => ({
        path: element.getAttribute('data-path') ?? '',
        box: element.getBoundingClientRect(),
      }))
      .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
    return tiles.filter(({ box }) => Math.abs(box.top - tiles[0]!.box.top) < 2).map(({ path }) => path)
  })
}

/** The sheet beside the upper rows of the results. */
async function photograph(page: Page, file: string): Promise<void> {
  const png = await page.screenshot({
    clip: { x: 0, y: 64, width: WINDOW.width, height: WINDOW.height - 64 },
  })
  await sharp(png).resize(640).webp({ quality: 72 }).toFile(file)
}

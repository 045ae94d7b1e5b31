/**
 * `npm run sketches`: draws twenty things with the mouse on the page, over the gallery of `npm run demo -- --drawn`, and checks
 * that the first row of the results shows each. Writes `bench/results/sketches.md` with a picture of each.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { firstResults, launchBrowser, openPage } from '../../e2e/support/browser.ts'
import { untilIndexed } from '../../e2e/support/demo.ts'
import { startProduct } from '../../e2e/support/product.ts'
import { copyDemoPhotos } from '../../scripts/demo/copy-photos.ts'
import { drawDemoGallery } from '../../scripts/demo/draw-gallery.ts'
import { table } from '../support.ts'
import { drawByHand } from './draw-by-hand.ts'
import { DRAWINGS, type Drawing } from './drawings.ts'

/** As many as `npm run demo -- --drawn` draws, and its photographs. */
const [PER_SUBJECT, SUBJECTS, PHOTOS] = [28, 12, 93]
const WINDOW = { width: 1280, height: 720 }
const results = join(import.meta.dirname, '../results')
const pictures = join(results, 'sketches')
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-sketches-'))
const gallery = join(directory, 'gallery')
await mkdir(pictures, { recursive: true })
await drawDemoGallery(gallery, PER_SUBJECT)
await copyDemoPhotos(gallery)
const product = await startProduct(gallery, join(directory, 'data'))
const browser = await launchBrowser()
try {
  await untilIndexed(product.url, PER_SUBJECT * SUBJECTS + PHOTOS)
  const rows = []
  for (const [n, drawing] of DRAWINGS.entries()) rows.push(await measure(drawing, n + 1))
  const found = rows.filter(({ places }) => places.length > 0).length
  const text = [
    '# Twenty sketches on the demo gallery',
    'This page answers: How many of twenty things drawn with a mouse are found in the first row?',
    `\`npm run sketches\` draws twenty things with the mouse on the page, each once, over the ${PER_SUBJECT * SUBJECTS} drawn pictures and ${PHOTOS} photographs of \`npm run demo -- --drawn\`, with the default model. **${found} of ${rows.length} find their thing in the first row.** The strokes are in \`bench/sketches/drawings.ts\`; none was changed to find more.`,
    table(
      ['drawn', 'places in the first row', 'pictures in that row', 'in the gallery'],
      rows.map(({ name, places, shown, inGallery }) => [name, places.join(', ') || 'none', shown, inGallery]),
    ).trimEnd(),
    ...rows.map(
      ({ name, file }) =>
        `![A sketch of ${withArticle(name)} and the first row of its results](sketches/${file})`,
    ),
  ].join('\n\n')
  await writeFile(join(results, 'sketches.md'), `${text}\n`)
  console.log(`${found} of ${rows.length}`)
} finally {
  await browser.close()
  await product.stop()
  await rm(directory, { recursive: true, force: true })
}

async function measure({ name, wanted, strokes }: Drawing, seed: number) {
  const { page, close } = await openPage(browser, product.url, WINDOW)
  const all = await pathsInGallery()
  await drawByHand(page, strokes, seed)
  await firstResults(page, 1)
  // The response to the last stroke and its thumbnails need a moment.
  await page.waitForTimeout(1_500)
  await page.waitForFunction(() => [...document.images].every((image) => image.complete))
  const row = await firstRow(page)
  const file = `${name.replace(' ', '-')}.webp`
  await photograph(page, join(pictures, file))
  await close()
  const places = row.flatMap((path, n) => (wanted.test(path) ? [n + 1] : []))
  console.log(`${name}: ${places.join(', ') || 'none'} of ${row.join(' ')}`)
  const inGallery = all.filter((path) => wanted.test(path)).length
  return { name, places, shown: row.length, inGallery, file }
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`
}

async function pathsInGallery(): Promise<string[]> {
  const answer = await fetch(`${product.url}/api/images?items_per_page=1000`)
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

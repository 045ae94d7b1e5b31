import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeDng } from '../server/src/testing/dng.ts'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { DESKTOP, openPage, PHONE, sharedBrowser, tile } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { stillness } from './support/layout.ts'
import { fingers } from './support/pointer.ts'
import { CLASSICAL, type Product, startProduct } from './support/product.ts'

/** 100 megapixels, and odd sides, so that its middle lies between two pixels. */
const [WIDTH, HEIGHT] = [10_001, 9_999]
const SENSOR = { width: 1200, height: 800 }
let directory = ''
let product: Product
let browser: Browser

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sketch-search-large-'))
  const gallery = join(directory, 'gallery')
  await writeSettled(join(gallery, 'huge.png'), await chequered())
  const [sensor, preview] = await Promise.all(['#204060', '#c05020'].map(plain))
  await writeSettled(join(gallery, 'camera.dng'), await makeDng({ sensor: sensor!, preview: preview! }))
  await writeSettled(join(gallery, 'small.png'), await picture(1))
  await writeSettled(join(gallery, 'another.png'), await picture(2))
  product = await startProduct(gallery, join(directory, 'data'), CLASSICAL)
  browser = await sharedBrowser()
  await untilIndexed(product.url, 4)
})
afterAll(async () => {
  await product?.stop()
  await rm(directory, { recursive: true, force: true })
})

/** Columns of black and white, each a pixel wide. */
function chequered(): Promise<Buffer> {
  const row = Buffer.from(Array.from({ length: WIDTH }, (_, x) => (x % 2 === 0 ? 0 : 255)))
  const pixels = Buffer.alloc(WIDTH * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) row.copy(pixels, y * WIDTH)
  return sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 1 }, limitInputPixels: false })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

function plain(background: string): Promise<Buffer> {
  return sharp({ create: { ...SENSOR, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

/** Opens a picture and checks that something of it is seen in every frame. */
async function openLarge(page: Page, path: string): Promise<void> {
  await tile(page, path).click()
  await page.getByTestId('large-picture').waitFor()
}

/** Grey values along a row through the middle of the picture's frame. */
async function middleRow(page: Page): Promise<number[]> {
  const box = (await page.getByTestId('large-picture').locator('..').locator('..').boundingBox())!
  const clip = {
    x: Math.round(box.x + box.width / 2) - 50,
    y: Math.round(box.y + box.height / 2),
    width: 100,
    height: 1,
  }
  const { data } = await sharp(await page.screenshot({ clip }))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return [...data]
}

describe('a picture of 100 megapixels', () => {
  it.each([
    ['an even frame', DESKTOP],
    ['an odd frame', { width: 1441, height: 901 }],
    ['a phone', PHONE],
  ])('is shown at once, and true to the pixel at 1:1 in %s', async (_, size) => {
    const { page, close } = await openPage(browser, product.url, size)
    await openLarge(page, 'huge.png')
    // The thumbnail of the tile is shown until the large version is loaded.
    const shown = await page
      .getByTestId('large-picture')
      .evaluate((element) => [...element.parentElement!.querySelectorAll('img')].map(({ src }) => src))
    expect(shown[0]).toMatch(/thumbnail/)
    await page.keyboard.press('1')
    await page.waitForFunction(
      (width) => [...document.images].some((image) => image.complete && image.naturalWidth === width),
      WIDTH,
    )
    await stillness(page)
    await expect
      .poll(async () => {
        const row = await middleRow(page)
        const isSharp = row.every((value) => value < 3 || value > 252)
        return isSharp && row.every((value, x) => x === 0 || Math.abs(value - row[x - 1]!) > 249)
      })
      .toBe(true)
    await page.keyboard.press('0')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Escape')
    await page.locator('[data-testid=grid]').waitFor()
    await close()
  })
})

it('the large view begins with the version of the picture that its tile has', async () => {
  const { page, close } = await openPage(browser, `${product.url}/?sort=name`)
  await page.getByRole('slider', { name: 'Thumbnail size' }).press('End')
  const ofTile = () =>
    tile(page, 'huge.png')
      .locator('img')
      .evaluate((image) => (image as HTMLImageElement).currentSrc)
  await expect.poll(ofTile).toContain('size=512')
  await openLarge(page, 'huge.png')
  expect(await page.getByRole('dialog').locator('img[alt=""]').first().getAttribute('src')).toBe(
    await ofTile(),
  )
  await close()
})

it('the large view shows a picture by what the list has of it while its details can not be loaded', async () => {
  const { page, close } = await openPage(browser, `${product.url}/?sort=name`)
  const details = /\/api\/images\/[0-9a-f-]+$/
  await page.route(details, (route) =>
    route.fulfill({ status: 500, json: { error: 'The disk is damaged.' } }),
  )
  const failed = page.waitForResponse(details)
  await openLarge(page, 'another.png')
  await (await failed).finished()
  await stillness(page)
  const dialog = page.getByRole('dialog', { name: 'another.png' })
  expect(await dialog.getByRole('alert').count()).toBe(0)
  expect(await dialog.getByTestId('large-picture').isVisible()).toBe(true)
  await page.keyboard.press('ArrowRight')
  await page.getByRole('dialog', { name: 'camera.dng' }).getByTestId('large-picture').waitFor()
  await close()
})

describe('full screen in the large view', () => {
  it('is entered and left by the key and the button, and ends with the view', async () => {
    const { page, close } = await openPage(browser, product.url)
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null)
    await openLarge(page, 'small.png')
    await page.keyboard.press('f')
    await page.getByRole('button', { name: 'Leave full screen' }).click()
    await expect.poll(isFull).toBe(false)
    await page.getByRole('dialog').getByRole('button', { name: 'Full screen' }).click()
    await expect.poll(isFull).toBe(true)
    await page.getByRole('button', { name: 'Gallery' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(isFull).toBe(false)
    await close()
  })
})

describe('the large view on a phone', () => {
  it('goes on by a swipe and by the filmstrip, and closes by a pull', async () => {
    const { page, close } = await openPage(browser, `${product.url}/?sort=name`, PHONE)
    const loaded: string[] = []
    page.on('requestfinished', (request) => loaded.push(request.url()))
    await openLarge(page, 'another.png')
    const dialog = page.getByRole('dialog')
    const named = (name: string) => page.getByRole('dialog', { name }).waitFor()
    // The next picture is loaded before it is requested.
    const next = await dialog.getByRole('button', { name: 'camera.dng' }).locator('img').getAttribute('src')
    const id = new URL(next!, product.url).pathname.split('/')[3]!
    await expect.poll(() => loaded.some((url) => url.includes(`${id}/preview`))).toBe(true)

    const box = (await dialog.getByTestId('large-picture').boundingBox())!
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const swipe = (dx: number, dy: number) =>
      fingers(page, [(share) => [x + share * dx, y + share * dy]], { steps: 6 })
    await swipe(-160, 0)
    await named('camera.dng')
    // As wide as the phone.
    const widthOf = async () => (await dialog.getByTestId('large-picture').boundingBox())?.width
    await expect.poll(widthOf).toBeCloseTo(PHONE.width, 0)
    await swipe(160, 0)
    await named('another.png')
    await dialog.getByRole('button', { name: 'camera.dng' }).click()
    await named('camera.dng')
    await swipe(0, 160)
    await dialog.waitFor({ state: 'detached' })
    await close()
  })
})

describe('the details on a phone', () => {
  it('stand below the picture, which stays in view; Escape closes them before the view', async () => {
    const { page, close } = await openPage(browser, `${product.url}/?sort=name`, PHONE)
    await openLarge(page, 'another.png')
    const dialog = page.getByRole('dialog', { name: 'another.png' })
    const details = dialog.getByRole('complementary', { name: 'Details' })
    await dialog.getByRole('button', { name: 'Details' }).tap()
    await details.getByRole('button', { name: 'Search by region' }).waitFor()
    const whole = dialog.getByTestId('large-picture')
    const bottomOf = async () => {
      const { y, height } = (await whole.boundingBox())!
      return y + height
    }
    await expect.poll(bottomOf).toBeLessThanOrEqual((await details.boundingBox())!.y)
    await details.getByRole('button', { name: 'Search by region' }).focus()
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'detached' })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe('Details')
    await dialog.getByRole('button', { name: 'Details' }).tap()
    await details.waitFor()
    await page.goBack({ waitUntil: 'commit' }).catch(() => {})
    await details.waitFor({ state: 'detached' })
    await dialog.getByRole('button', { name: 'Details' }).tap()
    await details.waitFor()
    await dialog.getByRole('button', { name: 'Gallery' }).first().tap()
    await dialog.waitFor({ state: 'detached' })
    await close()
  })
})

it('the large view closes with its last picture that goes to the trash from the details on a phone', async () => {
  const { page, close } = await openPage(browser, `${product.url}/?sort=name`, PHONE)
  await openLarge(page, 'small.png')
  const dialog = page.getByRole('dialog', { name: 'small.png' })
  await dialog.getByRole('button', { name: 'Details' }).tap()
  const sheet = dialog.getByRole('complementary', { name: 'Details' })
  await sheet.getByRole('button', { name: 'Move to trash' }).tap()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await tile(page, 'another.png').waitFor()
  await page.keyboard.press('Control+z')
  await tile(page, 'small.png').waitFor()
  // The step back left the page as it was before.
  await page.goForward()
  await dialog.waitFor()
  await close()
})

describe('a raw photo', () => {
  it('shows the preview in its file with a note', async () => {
    const { page, close } = await openPage(browser, product.url)
    await openLarge(page, 'camera.dng')
    const large = page.getByTestId('large-picture')
    await expect
      .poll(() => large.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBe(SENSOR.width)
    const box = (await large.boundingBox())!
    const clip = { x: box.x + box.width / 2, y: box.y + box.height / 2, width: 1, height: 1 }
    const [red, green, blue] = await sharp(await page.screenshot({ clip }))
      .removeAlpha()
      .raw()
      .toBuffer()
    expect([red! > 150, green! < 120, blue! < 80]).toEqual([true, true, true])
    await page.getByText('Shown: the preview in the raw file').waitFor()
    await close()
  })
})

it('goes one step back when Escape is pressed twice before the step is done', async () => {
  const { page, close } = await openPage(browser, product.url, DESKTOP)
  await page.goto(`${product.url}/?recent=true`)
  await tile(page, 'small.png').click()
  await page.getByRole('dialog').waitFor()
  await page.evaluate(() => {
    for (let n = 0; n < 2; n++)
      document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  })
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await expect.poll(() => new URL(page.url()).searchParams.has('view')).toBe(false)
  await page.waitForTimeout(300)
  expect(new URL(page.url()).searchParams.has('recent')).toBe(true)
  await close()
})

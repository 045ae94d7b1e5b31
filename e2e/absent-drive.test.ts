import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { writeSettled } from '../server/src/testing/pictures.ts'
import { openPage, sharedBrowser, tile } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { BOUND_BY_PERMISSIONS, CLASSICAL, type Product, startProduct } from './support/product.ts'

let directory = ''
let gallery = ''
let phone = ''
let product: Product

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sketch-search-absent-'))
  gallery = join(directory, 'gallery')
  phone = join(directory, 'phone')
  await writeSettled(join(gallery, 'a.jpg'), await photo('#246'))
  await writeSettled(join(phone, '1.jpg'), await photo('#c52'))
  await writeSettled(join(phone, '2.jpg'), await photo('#2a6'))
  const directories = JSON.stringify([{ name: 'Phone', path: phone }])
  const environment = { ...CLASSICAL, SERVER__WATCHER__DIRECTORIES: directories }
  product = await startProduct(gallery, join(directory, 'data'), environment, BOUND_BY_PERMISSIONS)
  await untilIndexed(product.url, 3)
})
afterAll(async () => {
  await product?.stop()
  for (const folder of [gallery, phone]) await chmod(folder, 0o755)
  await rm(directory, { recursive: true, force: true })
})

function photo(background: string): Promise<Buffer> {
  return sharp({ create: { width: 900, height: 600, channels: 3, background } })
    .jpeg()
    .toBuffer()
}

/** Pictures of the page that show the sign of the browser for an error. */
function tornPictures(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.images]
      .filter(({ complete, naturalWidth }) => complete && naturalWidth === 0)
      .filter((image) => getComputedStyle(image).visibility === 'visible')
      .map(({ src }) => src),
  )
}

it('pictures of an absent drive are shown by their thumbnails, and the page names the drive', async () => {
  await rename(phone, `${phone}-away`)
  const putBack = () => rename(`${phone}-away`, phone).catch(() => {})
  onTestFinished(putBack)
  const { page, complaints, close } = await openPage(await sharedBrowser(), product.url)
  await page.getByText('Not connected: Phone').waitFor()
  await page.getByText('2 files are missing. Nothing was removed from the index.').waitFor()
  const image = tile(page, 'Phone/1.jpg').locator('img')
  await expect.poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(0)
  expect([await tornPictures(page), complaints]).toEqual([[], []])

  await tile(page, 'Phone/1.jpg').click()
  await page.getByText('The drive of this picture is not connected').waitFor()
  await expect
    .poll(() => page.getByTestId('large-picture').evaluate((img: HTMLImageElement) => img.complete))
    .toBe(true)
  expect(await tornPictures(page)).toEqual([])
  await putBack()
  await page.getByText('The drive of this picture is not connected').waitFor({ state: 'detached' })
  await close()
})

it('a picture that cannot be loaded leaves a placeholder', async () => {
  const { page, close } = await openPage(await sharedBrowser(), product.url)
  let refused = 0
  await page.route(/\/api\/images\/[^/]+\/(thumbnail|preview|view)/, (route) => {
    refused++
    return route.fulfill({ status: 404, body: 'gone' })
  })
  await page.goto(`${product.url}/?sort=name`)
  await expect.poll(() => refused).toBeGreaterThan(2)
  await expect.poll(() => tornPictures(page)).toEqual([])
  await tile(page, 'a.jpg').click()
  await page.getByRole('dialog').getByRole('heading', { name: 'a.jpg' }).waitFor()
  await expect.poll(() => tornPictures(page)).toEqual([])
  await close()
})

it('a read-only gallery offers neither to add pictures nor to delete them', async () => {
  const { page, close } = await openPage(await sharedBrowser(), product.url)
  const add = page.getByRole('button', { name: 'Add files' })
  await add.first().waitFor()
  for (const folder of [gallery, phone]) await chmod(folder, 0o555)
  await page.getByText('The gallery is read-only').waitFor()
  await expect.poll(() => add.count()).toBe(0)
  await tile(page, 'a.jpg').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'a.jpg' }).waitFor()
  expect(await dialog.getByRole('button', { name: 'Move to trash' }).count()).toBe(0)
  await close()
})

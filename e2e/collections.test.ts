import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import {
  compareFirstTwo,
  count,
  DESKTOP,
  draw,
  firstResults,
  openPage,
  PHONE,
  tile,
} from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { misplaced } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2, CLASSICAL)

it('makes a collection of the selected pictures, adds to it by dragging, renames and deletes it', async () => {
  const { page, close, complaints } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const tiles = page.locator('[data-path]')
  for (const n of [0, 1, 2]) {
    await tiles.nth(n).focus()
    await page.keyboard.press('Space')
  }
  await page.getByRole('button', { name: 'Add to collection' }).click()
  await page.getByRole('textbox', { name: 'New collection' }).fill('Favourites')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  const bar = page.getByRole('region', { name: 'Selected pictures' })
  await bar.waitFor()
  await page.keyboard.press('Escape')
  await bar.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Show folders' }).click()
  const collection = page
    .getByRole('region', { name: 'Collections' })
    .getByRole('button', { name: /Favourites/ })
  await expect.poll(() => collection.textContent()).toBe('Favourites3')

  for (const [n, expected] of [
    [5, 'Favourites4'],
    [6, 'Favourites5'],
  ] as const) {
    await tiles.nth(n).dragTo(collection, { steps: 10 })
    await expect.poll(() => collection.textContent()).toBe(expected)
  }
  await collection.click()
  await count(page, '5 pictures')
  await page.reload()
  await count(page, '5 pictures')

  await page.getByRole('button', { name: 'Options for Favourites' }).click()
  await page.getByRole('menuitem', { name: 'Rename collection' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Trip')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('button', { name: 'Options for Trip' }).click()
  await page.getByRole('menuitem', { name: 'Delete collection' }).click()
  const afterwards: string[] = []
  page.on('request', (request) => afterwards.push(`${request.method()} ${request.url()}`))
  await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click()
  await count(page, '24 pictures')
  // The server answers 404 to a request for the images of a deleted collection.
  expect(afterwards.filter((request) => request.includes('collection='))).toEqual([])
  expect(complaints).toEqual([])
  await close()
})

it('names a collection that another person deleted, and leads back to all pictures', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const api = `${demo.product.url}/api/collections`
  const created = await page.request.post(api, { data: { name: 'Short' } })
  const { id } = (await created.json()) as { id: string }
  await page.goto(`${demo.product.url}/?collection=${id}`)
  await page.getByText('Short', { exact: true }).waitFor()
  await page.request.delete(`${api}/${id}`)
  await page.reload()
  const chip = page.getByText('Deleted collection')
  await chip.waitFor()
  await page.getByRole('button', { name: 'Clear Deleted collection' }).click()
  await count(page, '24 pictures')
  await chip.waitFor({ state: 'detached' })
  await close()
})

it('compares the selected pictures', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const dialog = await compareFirstTwo(page)
  await expect.poll(() => dialog.getByRole('img').count()).toBe(2)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await close()
})

const listOptions = (page: Page) => page.getByRole('button', { name: 'List options' })

it('adds all pictures of a list to a collection, also on a phone, where the collection is named above them', async () => {
  const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup`, PHONE)
  await page.getByRole('button', { name: 'Gallery' }).click()
  await listOptions(page).click()
  await page.getByRole('menuitem', { name: 'Add all 2 to a collection' }).click()
  await page.getByRole('textbox', { name: 'New collection' }).fill('Cups')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText('Collection “Cups” created').waitFor()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  const place = page.getByRole('button', { name: 'Collections: Cups' })
  await place.waitFor()
  await expect.poll(() => page.locator('[data-path^="cup/"]').count()).toBe(2)
  expect(await misplaced(page)).toEqual([])
  await page.getByRole('button', { name: 'Options for Cups' }).click()
  await page.getByRole('menuitem', { name: 'Delete collection' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click()
  await place.waitFor({ state: 'detached' })
  await close()
})

it.each(['images', 'search'])('an empty collection of kind %s has a text of its own', async (kind) => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const api = `${demo.product.url}/api/collections`
  const list = await (await page.request.get(`${demo.product.url}/api/images?items_per_page=1`)).json()
  const parts = [{ kind: 'image_id', image_id: list.images[0].id, weight: 1 }]
  const search = { parts, top_k: 10, query: { name_contains: 'no such name' } }
  const data = { name: 'Later', ...(kind === 'search' && { search }) }
  const { id } = await (await page.request.post(api, { data })).json()
  onTestFinished(async () => void (await fetch(`${api}/${id}`, { method: 'DELETE' })))
  await page.goto(`${demo.product.url}/?collection=${id}`)
  const title = kind === 'search' ? 'This saved search finds no pictures' : 'Nothing in this collection yet'
  await page.getByRole('heading', { name: title }).waitFor()
  await page.getByRole('status').getByRole('button', { name: 'All pictures' }).click()
  await page.locator('[data-path]').first().waitFor()
  await close()
})

it('keeps a search as a collection, which finds pictures that come later', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  await draw(page, STAR)
  await firstResults(page, 1)
  await page.getByRole('button', { name: 'Save search' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Stars')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Collection “Stars” created').waitFor()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await page.getByRole('button', { name: 'Show folders' }).click()
  await page.getByRole('region', { name: 'Collections' }).getByRole('button', { name: 'Stars' }).click()
  await tile(page, 'star/star-01.png').waitFor()
  const file = join(demo.gallery, 'star/star-99.png')
  onTestFinished(() => rm(file, { force: true }))
  await sharp(join(demo.gallery, 'star/star-01.png')).rotate(3).toFile(file)
  await tile(page, 'star/star-99.png').waitFor()
  await close()
})

it('adds the picture that has the focus by a key, and keeps a name that could not be saved', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  await page.locator('[data-path]').first().focus()
  await page.keyboard.press('a')
  const name = page.getByRole('textbox', { name: 'New collection' })
  await name.fill('Best of all')
  await page.route('**/api/collections', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ status: 503, json: { error: 'The database is away.' } })
      : route.continue(),
  )
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('alert').getByText('The database is away.').waitFor()
  expect(await name.inputValue()).toBe('Best of all')
  await page.unroute('**/api/collections')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByText('Collection “Best of all” created').waitFor()
  await close()
})

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { chip, count, draw, firstResults, openFolders, openPage } from './support/browser.ts'
import { indexedCount, useDemo } from './support/demo.ts'
import { holdAnswers } from './support/held-answers.ts'
import { addressOfDrawing, BELOW } from './support/line-below.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2, CLASSICAL)
const ALL = 24

interface Listed {
  id: string
  user_visible_name: string
}

/** The first images as the page lists them. */
async function listed(): Promise<Listed[]> {
  const query = 'order_by=captured_at&direction=descending&items_per_page=3'
  const answer = await fetch(`${demo.product.url}/api/images?${query}`)
  return ((await answer.json()) as { images: Listed[] }).images
}

async function restore(page: Page, id: string): Promise<void> {
  // The page hides a picture before the server has moved it.
  await expect.poll(() => indexedCount(demo.product.url)).toBe(ALL - 1)
  await page.request.post(`${demo.product.url}/api/trash/restore`, { data: { image_ids: [id] } })
  await expect.poll(() => indexedCount(demo.product.url)).toBe(ALL)
}

it('the page works where the browser refuses to store anything', async () => {
  const context = await demo.browser.newContext({ serviceWorkers: 'block' })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  await page.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, name, { get: refuse })
    Object.assign(window, { BroadcastChannel: refuse })
  })
  await page.goto(demo.product.url)
  await page.locator('[data-testid=grid] img').first().waitFor()
  await draw(page, STAR)
  await firstResults(page, 1)
})

it('a search is saved with its last stroke', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await draw(page, STAR)
  await addressOfDrawing(page)
  const save = page.getByRole('button', { name: 'Save search' })
  await expect.poll(() => save.isEnabled()).toBe(true)
  const saved = await holdAnswers(page, '**/api/queries', (request) => request.method() === 'POST')
  await draw(page, BELOW)
  await saved.arrived
  expect(await save.isEnabled()).toBe(false)
  await saved.release()
  await expect.poll(() => save.isEnabled()).toBe(true)
  await close()
})

it('a toast can be pressed while a dialog is open', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await draw(page, STAR)
  await page.getByRole('button', { name: 'Save sketch' }).click()
  const dialog = page.locator('dialog[open]')
  await dialog.getByLabel('Name of the sketch').fill('Pressed')
  await dialog.getByRole('button', { name: 'Save sketch' }).click()
  await page.getByText('Sketch saved as “Pressed”').click({ timeout: 30_000 })
  // A press beside the dialog would have closed it.
  expect(await dialog.count()).toBe(1)
  await close()
})

it('a dialog stays open when text in it is selected past its edge, and closes at a press beside it', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await draw(page, STAR)
  await page.getByRole('button', { name: 'Save sketch' }).click()
  const dialog = page.locator('dialog[open]')
  const field = dialog.getByLabel('Name of the sketch')
  await field.fill('Selected')
  const { x, y, height } = (await field.boundingBox())!
  const left = (await dialog.boundingBox())!.x
  await page.mouse.move(x + 60, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(left - 40, y + height / 2, { steps: 4 })
  await page.mouse.up()
  expect(await dialog.count()).toBe(1)
  expect(await field.inputValue()).toBe('Selected')
  expect(await page.evaluate(() => String(getSelection()))).not.toBe('')
  await page.mouse.click(left - 40, y)
  await dialog.waitFor({ state: 'detached' })
  await close()
})

it('Recently added follows the folder', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const library = await openFolders(page)
  const recent = library.or(page.locator('body')).getByRole('button', { name: /^Recently added/ })
  await expect.poll(() => recent.first().innerText()).toMatch(/24$/)
  const file = join(demo.gallery, 'cup/recent.png')
  onTestFinished(async () => {
    await rm(file, { force: true })
    await expect.poll(() => indexedCount(demo.product.url)).toBe(ALL)
  })
  await writeFile(file, await picture(301))
  await expect.poll(() => recent.first().innerText()).toMatch(/25$/)
  await close()
})

describe('the large view', () => {
  it('shows the other picture after the first of a comparison was moved to the trash', async () => {
    const [first, second] = await listed()
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.locator('[data-index="0"]').click()
    const view = (name: string) => page.getByRole('dialog', { name })
    await view(first!.user_visible_name).getByRole('button', { name: 'Compare' }).click()
    await view('Compare 2 pictures').waitFor()
    await expect.poll(() => view('Compare 2 pictures').getByRole('article').count()).toBe(2)
    await page.keyboard.press('x')
    await view(second!.user_visible_name).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await count(page, `${ALL - 1} pictures`)
    await restore(page, first!.id)
    await close()
  })

  it('is closed by Escape when its picture is gone', async () => {
    const [first] = await listed()
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.locator('[data-index="0"]').click()
    await page.getByRole('dialog', { name: first!.user_visible_name }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Star', exact: true }).focus()
    await page.request.delete(`${demo.product.url}/api/images/${first!.id}`)
    const gone = page.getByRole('dialog', { name: 'This picture is no longer in the gallery.' })
    await gone.waitFor()
    expect(await gone.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Escape')
    await gone.waitFor({ state: 'detached' })
    await restore(page, first!.id)
    await close()
  })

  it('makes room for a collection that is opened from it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.locator('[data-index="0"]').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Add to collection' }).click()
    await page.getByRole('textbox', { name: 'New collection' }).fill('Opened')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: 'Open', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await count(page, '1 picture')
    await close()
  })
})

it('All pictures leaves the files of one picture', async () => {
  const [first] = await listed()
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.goto(`${demo.product.url}/?copies=${first!.id}`)
  await count(page, '1 picture')
  await openFolders(page)
  const all = page.getByRole('button', { name: /^All pictures/ })
  expect(await all.getAttribute('aria-current')).toBe(null)
  await all.click()
  await count(page, `${ALL} pictures`)
  await close()
})

it('a drawing offers to reload where the code that draws its picture is gone', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.route(/\/assets\/picture-worker.*\.js$/, (route) => route.fulfill({ status: 404, body: '' }))
  await draw(page, STAR)
  await page.getByText('This part of the page could not be loaded.').first().waitFor()
  await page.unrouteAll()
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name: 'Reload' }).first().click()
  await loaded
  // The drawing is kept.
  await firstResults(page, 1)
  await close()
})

it('a region is not looked for in a picture that another user has deleted', async () => {
  const [first] = await listed()
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.route(`**/api/images/${first!.id}`, (route) =>
    route.fulfill({ status: 404, json: { error: 'There is no such image.', code: 'image_not_found' } }),
  )
  await page.locator('[data-index="0"]').focus()
  await page.keyboard.press('r')
  await page.getByRole('heading', { name: 'No longer available' }).waitFor()
  await page.getByRole('button', { name: 'Remove from search' }).click()
  await page.getByTestId('sheet').waitFor()
  expect(await chip(page, 'More like').count()).toBe(0)
  await close()
})

describe('the trash', () => {
  it('offers Undo again after it failed', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.locator('[data-index="0"]').focus()
    await page.keyboard.press('Delete')
    await count(page, `${ALL - 1} pictures`)
    await page.route('**/api/trash/restore', (route) =>
      route.fulfill({ status: 503, json: { error: 'The database is away.' } }),
    )
    const toast = page.getByRole('status').filter({ hasText: 'The database is away.' })
    await page.keyboard.press('Control+z')
    await toast.waitFor()
    await page.unrouteAll()
    await toast.getByRole('button', { name: 'Undo' }).click()
    await count(page, `${ALL} pictures`)
    await close()
  })

  it('restores once', async () => {
    const [first] = await listed()
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.request.delete(`${demo.product.url}/api/images/${first!.id}`)
    await page.goto(`${demo.product.url}/?show=trash`)
    const trash = page.getByRole('region', { name: 'Trash', exact: true })
    await trash.locator('[data-index="0"]').click()
    const answer = await holdAnswers(page, '**/api/trash/restore', () => true)
    const button = trash.getByRole('button', { name: 'Restore' })
    await button.click()
    await answer.arrived
    expect(await button.isEnabled()).toBe(false)
    await answer.release()
    await page.getByText('1 picture restored').waitFor()
    await close()
  })
})

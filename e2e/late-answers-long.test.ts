import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openPage } from './support/browser.ts'
import { untilIndexed, useDemo } from './support/demo.ts'
import { holdAnswers } from './support/held-answers.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)
const WITH_COPY = 25

beforeAll(async () => {
  await copyFile(join(demo.gallery, 'cup/cup-01.png'), join(demo.gallery, 'cup/cup-copy.png'))
  await untilIndexed(demo.product.url, WITH_COPY)
})

interface Listed {
  images: { id: string }[]
  total: number
}

async function listed(): Promise<Listed> {
  return (await (await fetch(`${demo.product.url}/api/images?items_per_page=4`)).json()) as Listed
}

describe('the question about the files of a tile', () => {
  it.each(['Cancel', 'Escape'])('that %s ends while they are looked up does nothing', async (end) => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const deleted: string[] = []
    page.on('request', (request) => request.method() === 'DELETE' && deleted.push(request.url()))
    const question = page.getByRole('dialog', { name: 'Move to trash' })
    const ask = async () => {
      await page.locator('[aria-label*=", 2 files"]').focus()
      await page.keyboard.press('Delete')
      await question.waitFor()
    }
    const files = await holdAnswers(page, /folded_into=/, () => true)
    await ask()
    await question.getByRole('button', { name: 'All 2 files' }).click()
    await files.arrived
    if (end === 'Escape') await page.keyboard.press('Escape')
    else await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    await ask()
    await files.release()
    // The next question is still open.
    expect(await question.isVisible()).toBe(true)
    await question.getByRole('button', { name: 'Cancel' }).click()
    await question.waitFor({ state: 'detached' })
    expect(deleted).toEqual([])
    expect((await listed()).total).toBe(WITH_COPY)
    await close()
  })
})

async function newCollection(name: string): Promise<string> {
  const response = await fetch(`${demo.product.url}/api/collections`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  const { id } = (await response.json()) as { id: string }
  onTestFinished(
    async () => void (await fetch(`${demo.product.url}/api/collections/${id}`, { method: 'DELETE' })),
  )
  return id
}

describe('a collection', () => {
  it('whose deletion takes long does not close the one that is opened meanwhile', async () => {
    const [first, second] = [await newCollection('First'), await newCollection('Second')]
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByRole('button', { name: 'Show folders' }).click()
    const list = page.getByRole('region', { name: 'Collections' })
    await list.getByRole('button', { name: 'First' }).click()
    const deletion = await holdAnswers(
      page,
      `**/api/collections/${first}`,
      (one) => one.method() === 'DELETE',
    )
    await page.getByRole('button', { name: 'Options for First' }).click()
    await page.getByRole('menuitem', { name: 'Delete collection' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click()
    await deletion.arrived
    await list.getByRole('button', { name: 'Second' }).click()
    const place = page.getByRole('button', { name: 'Collections: Second' })
    await place.waitFor()
    await deletion.release()
    await list.getByRole('button', { name: 'First' }).waitFor({ state: 'detached' })
    expect(new URL(page.url()).searchParams.get('collection')).toBe(second)
    expect(await place.isVisible()).toBe(true)
    await close()
  })

  /** Begins to create a collection and closes the dialog before the answer. */
  async function createAndClose(page: Page, name: string) {
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('a')
    await page.getByRole('textbox', { name: 'New collection' }).fill(name)
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('button', { name: 'Create' }).and(page.locator('[aria-busy]')).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  it('that could not be created is reported although its dialog was closed', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const end = Promise.withResolvers<void>()
    await page.route('**/api/collections', async (route) => {
      if (route.request().method() !== 'POST') return route.fallback()
      await end.promise
      await route.fulfill({ status: 503, json: { error: 'The database is away.' } })
    })
    await createAndClose(page, 'Never')
    end.resolve()
    await page.getByRole('status').getByText('The database is away.').waitFor()
    await close()
  })

  it('that is created late does not close the dialog that is open by then', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const creation = await holdAnswers(page, '**/api/collections', (one) => one.method() === 'POST')
    await createAndClose(page, 'Late')
    await page.keyboard.press('a')
    const name = page.getByRole('textbox', { name: 'New collection' })
    await name.fill('Next')
    await creation.release()
    await page.getByText('Collection “Late” created').waitFor()
    expect(await name.inputValue()).toBe('Next')
    await close()
  })
})

describe('the comparison', () => {
  it('names the reason in the place of a picture that can not be shown', async () => {
    const { images } = await listed()
    const [gone, failing, shown] = images.map(({ id }) => id) as [string, string, string]
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const api = `${demo.product.url}/api`
    await page.request.delete(`${api}/images/${gone}`)
    onTestFinished(async () => {
      await page.request.post(`${api}/trash/restore`, { data: { image_ids: [gone] } })
    })
    await page.route(`**/api/images/${failing}`, (route) =>
      route.fulfill({ status: 500, json: { error: 'The disk is damaged.' } }),
    )
    await page.goto(`${demo.product.url}/?compare=${[gone, failing, shown].join()}`)
    const dialog = page.getByRole('dialog', { name: 'Compare 3 pictures' })
    await dialog.getByRole('alert').getByText('This picture is no longer in the gallery.').waitFor()
    await dialog.getByRole('alert').getByText('The disk is damaged.').waitFor()
    // The picture keeps the number of its place.
    await dialog.getByRole('article').getByText('3', { exact: true }).waitFor()
    await page.unroute(`**/api/images/${failing}`)
    await dialog.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(() => dialog.getByRole('article').count()).toBe(2)
    await close()
  })

  it('offers to try again if no picture can be loaded', async () => {
    const ids = (await listed()).images.map(({ id }) => id).slice(0, 2)
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const one = /\/api\/images\/[^/?]+$/
    await page.route(one, (route) => route.fulfill({ status: 500, json: { error: 'The disk is damaged.' } }))
    await page.goto(`${demo.product.url}/?compare=${ids.join()}`)
    const retry = page.getByRole('dialog').getByRole('button', { name: 'Try again' })
    await expect.poll(() => retry.count()).toBe(2)
    await page.unroute(one)
    await retry.first().click()
    await page.getByRole('dialog').getByRole('article').waitFor()
    await close()
  })
})

it('a range does not begin at a picture that was deleted', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const tileAt = (n: number) => page.locator('[data-path]').nth(n)
  await tileAt(2).click({ modifiers: ['Control'] })
  await page.getByText('1 selected').first().waitFor()
  await page.keyboard.press('Delete')
  await page.getByText('1 selected').first().waitFor({ state: 'detached' })
  await tileAt(8).click({ modifiers: ['Shift'] })
  await page.getByText('1 selected').first().waitFor()
  await page.getByRole('button', { name: 'Undo' }).first().click()
  await expect.poll(async () => (await listed()).total).toBe(WITH_COPY)
  await close()
})

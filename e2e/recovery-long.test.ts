import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { DESKTOP, filterByName, openPage, STATE_TIMEOUT_MS, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)
const ANY_STATUS = '**/api/index/status'
const STAR = 'star/star-01.png'
/** Longer than the longest pause between two requests for a picture. */
const PAUSE_MS = 40_000

/** Sends an event to the page as the server would. @param data JSON, for events with a message */
type Send = (name: string, data?: unknown) => Promise<void>

/** Opens a page without pictures, whose events come from the test. */
async function openWithEvents(prepare: (page: Page) => Promise<void>): Promise<{ page: Page; send: Send }> {
  const context = await demo.browser.newContext({ viewport: DESKTOP, serviceWorkers: 'block' })
  onTestFinished(() => context.close())
  context.setDefaultTimeout(STATE_TIMEOUT_MS)
  await context.addInitScript(() => {
    class Source extends EventTarget {
      constructor() {
        super()
        Object.assign(window, { source: this })
      }
      close() {}
    }
    Object.assign(window, { EventSource: Source })
  })
  const page = await context.newPage()
  await prepare(page)
  await page.goto(demo.product.url)
  await tile(page, STAR).waitFor()
  const send: Send = (name, data) =>
    page.evaluate(
      ([type, json]) => {
        const { source } = window as unknown as { source: EventTarget }
        source.dispatchEvent(json === undefined ? new Event(type) : new MessageEvent(type, { data: json }))
      },
      [name, data === undefined ? undefined : JSON.stringify(data)] as const,
    )
  return { page, send }
}

/** Changes the status of the server as the page receives it. */
async function withStatus(page: Page, changes: object): Promise<void> {
  await page.route(ANY_STATUS, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ json: { ...(await response.json()), ...changes } })
  })
}

it('a picture that could not be loaded does not mark its place, and is requested again when the server is back', async () => {
  let isAway = true
  const { page, send } = await openWithEvents(async (opened) => {
    await opened.clock.install()
    await opened.route(/\/thumbnail/, (route) => (isAway ? route.abort() : route.continue()))
  })
  await send('open')
  const first = page.locator('[data-index="0"]')
  const path = (await first.getAttribute('data-path'))!
  const name = path.split('/').at(-1)!
  const isGivenUp = async () => {
    await page.clock.runFor(PAUSE_MS)
    return first.getByText(name).isVisible()
  }
  await expect.poll(isGivenUp).toBe(true)
  await expect.poll(() => page.locator('[data-testid=grid] img').count()).toBe(0)
  isAway = false
  await filterByName(page, 'cup-02')
  const isShown = (wanted: string) => async () => {
    await page.clock.runFor(1_000)
    if ((await first.getAttribute('data-path')) !== wanted) return false
    const image = first.locator('img')
    return (
      (await image.count()) > 0 && image.evaluate((element: HTMLImageElement) => element.naturalWidth > 0)
    )
  }
  await expect.poll(isShown('cup/cup-02.jpg')).toBe(true)
  isAway = true
  await page.getByRole('button', { name: /^Clear .*cup-02/ }).click()
  await expect.poll(isGivenUp).toBe(true)

  isAway = false
  await send('error')
  await page.clock.runFor(PAUSE_MS)
  await send('open')
  await expect.poll(isShown(path)).toBe(true)
})

it('a picture that waits for its next request is requested at once when the server is back', async () => {
  let isAway = true
  const refused: string[] = []
  const { page, send } = await openWithEvents(async (opened) => {
    await opened.clock.install()
    await opened.route(/\/thumbnail/, (route) => {
      if (!isAway) return route.continue()
      refused.push(route.request().url())
      return route.abort()
    })
  })
  await send('open')
  const image = page.locator('[data-index="0"] img')
  const src = await image.evaluate((element: HTMLImageElement) => element.currentSrc || element.src)
  // The next pause takes half a minute.
  await expect
    .poll(async () => {
      await page.clock.runFor(500)
      return refused.filter((url) => url === src).length
    })
    .toBe(5)
  isAway = false
  await send('error')
  await page.clock.runFor(2_000)
  await send('open')
  await expect
    .poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth), { timeout: 20_000 })
    .toBeGreaterThan(0)
})

it('each of two notices can be dismissed for good', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await withStatus(page, {
    polling_reason: 'The folder is on a network drive.',
    read_only: ['.'],
    is_read_only: true,
  })
  await page.reload()
  const understood = page.getByRole('button', { name: 'Got it' })
  await page.getByText('This folder can’t be watched').waitFor()
  await understood.click()
  await page.getByText('The gallery is read-only').waitFor()
  await understood.click()
  await expect.poll(() => understood.count()).toBe(0)
  const status = page.waitForResponse(ANY_STATUS)
  await page.reload()
  await status
  await tile(page, STAR).waitFor()
  await page.getByRole('button', { name: /^Sort by/ }).click()
  expect(await understood.count()).toBe(0)
  await withStatus(page, { read_only: ['usb'], metadata_pending: 1200 })
  await page.reload()
  await page.getByText('captions of 1,200 pictures').waitFor()
  await understood.click()
  await page.getByText('usb').waitFor()
  await understood.waitFor()
  await close()
})

it('an admin is warned while no process watches, and of users who need not sign in', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await withStatus(page, { unwatched: true, ignored_users: 3 })
  await page.reload()
  await page.getByText('No process watches the gallery').waitFor()
  await withStatus(page, { ignored_users: 3 })
  await page.reload()
  await page.getByText('The database has 3 users, but sign-in is off').waitFor()
  await page.getByRole('button', { name: 'Got it' }).click()
  await expect.poll(() => page.getByText('sign-in is off').count()).toBe(0)
  await close()
})

it('the account of all files stays open when indexing ends', async () => {
  const { page, send } = await openWithEvents(async () => {})
  await send('open')
  const progress = { indexed: 3, failed: 0, rate_per_s: 1, eta_s: 3 }
  await send('IndexProgressEvent', { ...progress, pending: 3 })
  await page.getByText('Indexing 3 of 6').waitFor()
  await page.getByRole('button', { name: 'Files of the folder' }).click()
  const dialog = page.getByRole('dialog', { name: 'Files of the folder' })
  await dialog.waitFor()
  await send('IndexProgressEvent', { ...progress, indexed: 6, pending: 0 })
  await page.getByText('Indexing 3 of 6').waitFor({ state: 'detached' })
  expect(await dialog.isVisible()).toBe(true)
})

it('a selection that was too large is not reported in another list', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.route(/\/api\/images\?(?!.*name_contains)/, async (route) => {
    const response = await route.fetch()
    await route.fulfill({ json: { ...(await response.json()), total: 20_000 } })
  })
  await page.reload()
  await tile(page, STAR).focus()
  await page.keyboard.press('Control+a')
  const problem = page.getByText('pictures can be selected at once')
  await problem.waitFor()
  await filterByName(page, 'cup')
  await problem.waitFor({ state: 'detached' })
  await close()
})

it('the list of failures names the reason why it is empty', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await withStatus(page, { failed: 2 })
  await page.route('**/api/index/failures*', (route) =>
    route.fulfill({ status: 500, json: { error: 'The list is damaged.' } }),
  )
  await page.reload()
  await page.getByRole('button', { name: '2 files could not be read' }).click()
  await page.getByRole('dialog').getByText('The list is damaged.').waitFor()
  await close()
})

it('the question before the trash is emptied is prepared once', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const end = Promise.withResolvers<void>()
  await page.route(/\/api\/trash\?/, async (route) => {
    if (route.request().url().includes('with_bytes')) await end.promise
    await route.fulfill({ json: { images: [], total: 500, bytes: 9_000_000 } })
  })
  await page.goto(`${demo.product.url}/?show=trash`)
  const button = page.getByRole('button', { name: 'Empty the trash' })
  await button.click()
  await expect.poll(() => button.isDisabled()).toBe(true)
  end.resolve()
  await page.getByRole('dialog').getByText('500 files (9 MB)').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(() => button.isDisabled()).toBe(false)
  await close()
})

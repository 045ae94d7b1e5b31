import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it, vi } from 'vitest'
import { compareFirstTwo, count, DESKTOP, draw, openPage, PHONE, sheetPlace } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { anyInk, hasInkAt, levelLine } from './support/ink.ts'
import { deviceOf, fingers, type Point, stream } from './support/pointer.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)
const ALL = '24 pictures'
/** Movements of 50 ms during which two searches of a busy machine have ended. */
const MAX_MOVES = 400
const SKETCH_ADDRESS = /[?&]q=s[0-9a-f]+/

async function drawWithFinger(page: Page, y: number): Promise<void> {
  const at = await sheetPlace(page)
  await stream(await deviceOf(page, 'touch'), (share) => at([0.3 + 0.4 * share, y]), 60, 200)
}

/** Two fingers, of which the first one comes down earlier, as for a stroke. */
async function pinch(page: Page): Promise<void> {
  const at = await sheetPlace(page)
  const apart =
    (sign: number) =>
    (share: number): Point =>
      at([0.5 + sign * (0.1 + 0.1 * share), 0.6])
  await fingers(page, [apart(-1), apart(1)], { steps: 8, gapMs: 60 })
}

/** Draws a lasso around nothing, longer than the pause between two reports of the sheet. */
async function selectNothing(page: Page): Promise<void> {
  const at = await sheetPlace(page)
  await page.keyboard.press('v')
  await page.mouse.move(...at([0.3, 0.7]))
  await page.mouse.down()
  for (const [x, y] of [
    [0.6, 0.7],
    [0.6, 0.9],
    [0.3, 0.9],
  ] as const) {
    await page.mouse.move(...at([x, y]), { steps: 3 })
    await page.waitForTimeout(150)
  }
  await page.mouse.up()
}

describe('a drag that changes nothing', () => {
  it('by fingers that pinch keeps no sketch in the search that was removed since', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await drawWithFinger(page, 0.4)
    await page.waitForURL(SKETCH_ADDRESS)
    await pinch(page)
    await page.getByRole('button', { name: /Show the whole sheet/ }).waitFor()
    await page.goBack()
    await count(page, ALL)
    await close()
  })

  it('by a lasso keeps no sketch in the search that was removed since', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, [levelLine(0.4)])
    await page.waitForURL(SKETCH_ADDRESS)
    await selectNothing(page)
    await page.goBack()
    await count(page, ALL)
    await close()
  })
})

describe('a stroke under way', () => {
  it('is searched with after 24 pixels of ink, before the release', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    const times: number[] = []
    // By the clock of the browser: on a busy machine, events of requests reach the test late and together.
    const session = await page.context().newCDPSession(page)
    session.on('Network.requestWillBeSent', ({ request, timestamp }) => {
      if (request.url.endsWith('/api/images/search')) times.push(timestamp * 1000)
    })
    await session.send('Network.enable')
    const [x, y] = at([0.3, 0.3])
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 4, y, { steps: 4 })
    await page.waitForTimeout(600)
    expect(times).toHaveLength(0)
    for (let n = 0; n < 20; n++) {
      await page.mouse.move(...at([0.3 + n * 0.02, 0.3 + 0.1 * Math.sin(n)]), { steps: 2 })
      await page.waitForTimeout(50)
    }
    await expect.poll(() => times.length).toBeGreaterThanOrEqual(2)
    // Four a second, the first of which may have been late.
    expect(times.length).toBeLessThanOrEqual(2 + (times.at(-1)! - times[0]!) / 250)
    const during = times.length
    await page.mouse.up()
    await expect.poll(() => times.length).toBeGreaterThan(during)
    await session.detach()
    await close()
  })

  it('shows results although a search takes longer than the pause between two', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.route('**/api/images/search', async (route) => {
      await sleep(800)
      // A request that was aborted meanwhile can't be continued.
      await route.continue().catch(() => {})
    })
    const answered = vi.fn()
    page.on('requestfinished', (request) => {
      if (request.url().endsWith('/api/images/search')) answered()
    })
    const at = await sheetPlace(page)
    await page.mouse.move(...at([0.2, 0.5]))
    await page.mouse.down()
    for (let n = 0; answered.mock.calls.length < 2; n++) {
      expect(n).toBeLessThan(MAX_MOVES)
      await page.mouse.move(...at([0.2 + 0.6 * ((n / 40) % 1), 0.5 + 0.2 * Math.sin(n / 3)]))
      await page.waitForTimeout(50)
    }
    await page.getByTestId('count').getByText(/match/).waitFor()
    await page.mouse.up()
    await close()
  })

  it('is no part of the search any more when another layout of the page takes its sheet away', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await page.mouse.move(...at([0.2, 0.5]))
    await page.mouse.down()
    await page.mouse.move(...at([0.8, 0.5]), { steps: 8 })
    await page.getByTestId('count').getByText(/match/).waitFor()
    await page.setViewportSize(PHONE)
    await count(page, ALL)
    await page.mouse.up()
    await page.setViewportSize(DESKTOP)
    expect(await anyInk(page)).toBe(0)
    await close()
  })

  it('is not ended by a drawing that arrives, and replaces it', async () => {
    const { page, deliver, close } = await openWithLateDrawing(DESKTOP)
    const at = await sheetPlace(page)
    await page.mouse.move(...at([0.3, 0.7]))
    await page.mouse.down()
    await page.mouse.move(...at([0.5, 0.7]), { steps: 3 })
    await deliver()
    await page.mouse.move(...at([0.7, 0.7]), { steps: 3 })
    await page.mouse.up()
    await expect.poll(() => hasInkAt(page, 0.7)).toBe(true)
    expect(await hasInkAt(page, 0.4)).toBe(false)
    await close()
  })

  it('that becomes a pinch leaves the sheet to a drawing that has arrived meanwhile', async () => {
    const { page, deliver, close } = await openWithLateDrawing(PHONE)
    const at = await sheetPlace(page)
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: Point[]) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: points.map(([x, y], id) => ({ x, y, id })),
      })
    await touch('touchStart', [at([0.4, 0.7])])
    await deliver()
    expect(await anyInk(page)).toBeGreaterThan(0)
    await touch('touchStart', [at([0.4, 0.7]), at([0.6, 0.7])])
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    await touch('touchEnd', [])
    await session.detach()
    await close()
  })
})

/** Opens the page on a blank sheet, whose address names a drawing that is delivered later. */
async function openWithLateDrawing(viewport: typeof DESKTOP) {
  const { page, close } = await openPage(demo.browser, demo.product.url, viewport)
  await draw(page, [levelLine(0.4)])
  await page.waitForURL(SKETCH_ADDRESS)
  await page.goBack()
  await count(page, ALL)
  await expect.poll(() => anyInk(page)).toBe(0)
  const arrival = Promise.withResolvers<void>()
  const isRequested = Promise.withResolvers<void>()
  await page.route(/\/api\/queries\/[0-9a-f]+$/, async (route) => {
    isRequested.resolve()
    await arrival.promise
    await route.continue()
  })
  await page.goForward()
  await isRequested.promise
  const deliver = async () => {
    const answered = page.waitForResponse(/\/api\/queries\/[0-9a-f]+$/)
    arrival.resolve()
    await (await answered).finished()
    await twoFrames(page)
  }
  return { page, deliver, close }
}

describe('a drawing without an address', () => {
  it('gets none while pictures are compared, and is still there afterwards', async () => {
    const { page, arrival, close } = await drawWithLateAddress()
    const dialog = await compareFirstTwo(page)
    await arrival()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await page.waitForURL(SKETCH_ADDRESS)
    expect(await hasInkAt(page, 0.4)).toBe(true)
    await close()
  })

  it('gets none in front of the trash, and is still there after Back', async () => {
    const { page, arrival, close } = await drawWithLateAddress()
    await page.getByRole('button', { name: 'Show folders' }).click()
    await page.getByRole('button', { name: /^Trash/ }).click()
    await page.getByRole('region', { name: 'Trash' }).waitFor()
    await arrival()
    await page.goBack()
    await page.getByRole('region', { name: 'Trash' }).waitFor({ state: 'detached' })
    await page.waitForURL(SKETCH_ADDRESS)
    expect(await hasInkAt(page, 0.4)).toBe(true)
    await close()
  })
})

/** Draws a line that the server is saving until `arrival` is called. */
async function drawWithLateAddress() {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const saved = Promise.withResolvers<void>()
  const isSent = Promise.withResolvers<void>()
  const hasEnded = Promise.withResolvers<void>()
  for (const event of ['requestfinished', 'requestfailed'] as const)
    page.on(event as 'requestfinished', (request) => {
      if (request.url().endsWith('/api/queries')) hasEnded.resolve()
    })
  await page.route('**/api/queries', async (route) => {
    isSent.resolve()
    await saved.promise
    // A request that was aborted meanwhile can't be continued.
    await route.continue().catch(() => {})
  })
  await draw(page, [levelLine(0.4)])
  await isSent.promise
  /** Lets the answer come, unless the page has ended the request, and waits until it has been used. */
  const arrival = async () => {
    saved.resolve()
    await hasEnded.promise
    await twoFrames(page)
  }
  return { page, arrival, close }
}

function twoFrames(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )
}

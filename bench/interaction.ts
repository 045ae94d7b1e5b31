import type { Browser, Page } from 'playwright-core'
import { DESKTOP, draw, launchBrowser, openPage, PHONE, sheetPlace } from '../e2e/support/browser.ts'
import { compressedSize } from '../e2e/support/compressed-size.ts'
import { fillSheet, manyStrokes } from '../e2e/support/full-sheet.ts'
import { deviceOf, type Point, stream } from '../e2e/support/pointer.ts'
import { startProduct } from '../e2e/support/product.ts'
import { STAR } from '../e2e/support/shapes.ts'
import type { KnownGallery } from './known-gallery.ts'
import { median, ms, percentile, table } from './support.ts'

const STROKES = 30
const STROKE_MS = 900
const LONG_STROKE_MS = 10_000
const RATE = 240
const WHEEL_TURNS = 200
const JUMPS = 20
const FULL_SHEET = 5_000
/** Lighthouse's phone: a slow 4G network and a processor at a quarter of its speed. */
const SLOW_PHONE = { latency: 150, downloadThroughput: 204_800, uploadThroughput: 93_750, slowdown: 4 }
const FRAME_MS = 1000 / 60
/** Browsers report frames with a jitter of a few milliseconds. */
const LATE_MS = FRAME_MS + 4

/** Measures the page with very many pictures: results while drawing, frames of a long stroke and of scrolling, the first load. */
export async function benchInteraction({ gallery, data }: KnownGallery, count: number): Promise<string> {
  const product = await startProduct(gallery, data)
  const browser = await launchBrowser()
  try {
    await untilQuiet(product.url)
    const drawn = await whileDrawing(browser, product.url)
    const frames = await framesOf(browser, product.url)
    const full = await onFullSheet(browser, product.url)
    const loads = await firstLoads(browser, product.url)
    return [
      `## The page on ${count} pictures, in Chromium without a graphics card\n`,
      `${STROKES} strokes of ${STROKE_MS} ms with a mouse at 120 Hz:\n`,
      table(['', 'median', '95 %', 'most'], drawn.rows),
      `Searches while a stroke was drawn: ${drawn.searches}, one every ${ms(drawn.everyMs)}.\n`,
      table(['frames', 'number', 'median', '95 %', 'longest', 'over 16.7 ms'], frames.rows),
      table(
        ['', 'median', '95 %', 'most'],
        [['from a reading of the pen until its ink is in a frame', ...summary(frames.inks)]],
      ),
      `The longest task of the page's thread, on a sheet of ${FULL_SHEET.toLocaleString('en-US')} strokes:\n`,
      table(['', 'longest task', 'tasks over 50 ms'], full),
      table(['first load', 'scripts, gzip', 'largest contentful paint'], loads),
    ].join('\n')
  } finally {
    await browser.close()
    await product.stop()
  }
}

const summary = (values: number[]) => [median(values), percentile(values, 0.95), Math.max(...values)].map(ms)

/** Measurements that a page records. */
interface Records {
  /** Times at which searches were sent, and at which their responses had arrived. */
  searches: { start: number; end: number }[]
  frames: number[]
  tasks: number[]
  /** Milliseconds from each release until the answer to it was painted. */
  waits: number[]
  /** Milliseconds from a reading of the pointer until the end of the frame in which its ink is painted. */
  inks: number[]
}

async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const records: Records = { searches: [], frames: [], tasks: [], waits: [], inks: [] }
    Object.assign(window, { records })
    let released = Number.POSITIVE_INFINITY
    let isInkDue = false
    addEventListener('pointermove', ({ timeStamp, buttons }) => {
      if (buttons === 0 || isInkDue) return
      isInkDue = true
      // After the frame's callbacks, the sheet's among them.
      requestAnimationFrame(() =>
        queueMicrotask(() => {
          isInkDue = false
          records.inks.push(performance.now() - timeStamp)
        }),
      )
    })
    addEventListener('pointerup', ({ timeStamp }) => (released = timeStamp), { capture: true })
    new PerformanceObserver((list) => {
      for (const { name, startTime, duration } of list.getEntries()) {
        if (!name.endsWith('/api/images/search')) continue
        records.searches.push({ start: startTime, end: startTime + duration })
        if (startTime < released) continue
        const since = released
        released = Number.POSITIVE_INFINITY
        // The answer is rendered in one frame and is on the screen in the next.
        requestAnimationFrame(() =>
          requestAnimationFrame(() => records.waits.push(performance.now() - since)),
        )
      }
    }).observe({ type: 'resource' })
    new PerformanceObserver((list) =>
      records.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' })
    let last = performance.now()
    const frame = (now: number) => {
      records.frames.push(now - last)
      last = now
      requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
  })
}

/** @returns what was recorded since the last call */
function taken(page: Page): Promise<Records> {
  return page.evaluate(() => {
    const { records } = window as unknown as { records: Records }
    const copy = structuredClone(records)
    for (const list of Object.values(records)) list.length = 0
    // The first frame began before.
    copy.frames.shift()
    return copy
  })
}

async function whileDrawing(browser: Browser, url: string) {
  const { page, close } = await openPage(browser, url)
  await draw(page, STAR)
  await page.waitForTimeout(3_000)
  await record(page)
  const mouse = await deviceOf(page, 'mouse')
  const at = await sheetPlace(page)
  const [waits, answers]: number[][] = [[], []]
  let [searches, drawingMs] = [0, 0]
  for (let n = 0; n < STROKES; n++) {
    const y = 0.1 + (0.8 * n) / STROKES
    const start = performance.now()
    await stream(mouse, (share) => at([0.2 + 0.6 * share, y + 0.05 * Math.sin(9 * share)]), 120, STROKE_MS)
    drawingMs += performance.now() - start
    await page.waitForTimeout(1_500)
    const records = await taken(page)
    // The last search belongs to the release.
    searches += records.searches.length - 1
    waits!.push(...records.waits)
    answers!.push(...records.searches.slice(-1).map(({ start, end }) => end - start))
  }
  await close()
  return {
    rows: [
      ['from the release until its results are painted', ...summary(waits!)],
      ['of that, the request', ...summary(answers!)],
    ],
    searches,
    everyMs: drawingMs / searches,
  }
}

async function framesOf(browser: Browser, url: string) {
  const { page, close } = await openPage(browser, url)
  const rows: (string | number)[][] = []
  const row = async (name: string) => {
    const records = await taken(page)
    const { frames } = records
    const late = frames.filter((frame) => frame > LATE_MS).length
    rows.push([name, frames.length, ...summary(frames), late])
    return records
  }
  const at = await sheetPlace(page)
  const spiral = (share: number): Point =>
    at([0.5 + 0.4 * share * Math.cos(60 * share), 0.5 + 0.4 * share * Math.sin(60 * share)])
  await record(page)
  await page.waitForTimeout(2_000)
  await row('at rest, for comparison')
  await stream(await deviceOf(page, 'pen'), spiral, RATE, LONG_STROKE_MS)
  const { inks } = await row(`a stroke of ${LONG_STROKE_MS / 1000} s with a pen at ${RATE} Hz`)
  await page.getByRole('button', { name: 'Clear sheet' }).click()
  await page.waitForTimeout(2_000)
  const box = (await page.getByTestId('grid').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await taken(page)
  for (let n = 0; n < WHEEL_TURNS; n++) {
    await page.mouse.wheel(0, 600)
    await page.waitForTimeout(16)
  }
  await row(`scrolling ${WHEEL_TURNS} turns of a wheel`)
  for (let n = 0; n < JUMPS; n++) {
    await page.mouse.wheel(0, 100_000)
    await page.waitForTimeout(100)
  }
  await row(`${JUMPS} jumps over 100,000 pixels`)
  await close()
  return { rows, inks }
}

async function onFullSheet(browser: Browser, url: string) {
  const { page, close } = await openPage(browser, url)
  await fillSheet(page, manyStrokes(FULL_SHEET))
  await page.locator('[data-testid=grid] img').first().waitFor()
  await page.waitForTimeout(8_000)
  await record(page)
  const rows: (string | number)[][] = []
  const measure = async (name: string, act: () => Promise<void>) => {
    await act()
    await page.waitForTimeout(2_500)
    const { tasks } = await taken(page)
    rows.push([name, ms(Math.max(0, ...tasks)), tasks.length])
  }
  const across = (y: number): [number, number][] => [
    [0.1, y],
    [0.9, y + 0.03],
  ]
  await measure('a stroke over the others', () => draw(page, [across(0.5)]))
  await measure('a stroke beyond the others', () => draw(page, [across(0.02)]))
  await measure('undo', () => page.keyboard.press('Control+z'))
  await measure('erasing across', async () => {
    await page.keyboard.press('e')
    await draw(page, [across(0.4)])
    await page.keyboard.press('p')
  })
  await measure('zooming and moving', async () => {
    await page.keyboard.down('Control')
    for (let n = 0; n < 6; n++) await page.mouse.wheel(0, -60)
    await page.keyboard.up('Control')
    for (let n = 0; n < 20; n++) await page.mouse.wheel(20, 20)
  })
  await close()
  return rows
}

async function firstLoads(browser: Browser, url: string) {
  const load = async (name: string, viewport: { width: number; height: number }, isSlow: boolean) => {
    const { page, close } = await openPage(browser, url, viewport)
    await page.goto('about:blank')
    const session = await page.context().newCDPSession(page)
    await session.send('Network.enable')
    await session.send('Network.setCacheDisabled', { cacheDisabled: true })
    if (isSlow) {
      const { slowdown, ...network } = SLOW_PHONE
      await session.send('Network.emulateNetworkConditions', { offline: false, ...network })
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    }
    await page.goto(url)
    await page.locator('[data-testid=grid] img').first().waitFor()
    await page.waitForTimeout(2_000)
    const paint = await page.evaluate(
      () =>
        new Promise<number>((resolve) =>
          new PerformanceObserver((list) => resolve(list.getEntries().at(-1)!.startTime)).observe({
            type: 'largest-contentful-paint',
            buffered: true,
          }),
        ),
    )
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => name)
        .filter((name) => name.endsWith('.js')),
    )
    const bytes = (await Promise.all(scripts.map(compressedSize))).reduce((sum, size) => sum + size, 0)
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
    await session.detach()
    await close()
    return [name, `${Math.round(bytes / 1000)} kB`, ms(paint)]
  }
  return [
    await load('desktop', DESKTOP, false),
    await load('phone, slow 4G, processor at a quarter', PHONE, true),
  ]
}

/** Waits until the index is up to date and nothing is read in the background. */
async function untilQuiet(url: string): Promise<void> {
  for (;;) {
    const status = (await (await fetch(`${url}/api/index/status`)).json()) as Record<string, unknown>
    if (status.pending === 0 && status.metadata_pending === 0 && status.indexed !== 0) return
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}

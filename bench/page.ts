import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { draw, launchBrowser, openPage } from '../e2e/support/browser.ts'
import { startProduct } from '../e2e/support/product.ts'
import { STAR } from '../e2e/support/shapes.ts'
import { writeGallery } from './galleries.ts'
import { median, ms, percentile, table } from './support.ts'

const STROKES = 40
const WHEEL_TURNS = 150
const PAGE_TIMEOUT_MS = 30 * 60_000

/** Measures the time from pen-up to new results on the screen, and scrolling through the gallery. */
export async function benchPage(directory: string, files: number): Promise<string> {
  const gallery = join(directory, 'gallery')
  await writeGallery(gallery, files)
  const product = await startProduct(gallery, join(directory, 'data'))
  const browser = await launchBrowser()
  try {
    await untilIndexed(product.url, files)
    const { page } = await openPage(browser, product.url)
    const waits = await penUpToResults(page)
    await page.getByRole('button', { name: 'Clear sheet' }).click()
    const frames = await scroll(page)
    return [
      `## The page on a gallery of ${files} images, in Chromium without a GPU\n`,
      table(
        ['', 'median', '95 %', 'most'],
        [
          ['pen-up to new results shown', ...summary(waits)],
          [`frames while scrolling ${WHEEL_TURNS} wheel turns`, ...summary(frames)],
        ],
      ),
    ].join('\n')
  } finally {
    await browser.close()
    await product.stop()
  }
}

const summary = (values: number[]) => [median(values), percentile(values, 0.95), Math.max(...values)].map(ms)

/** @returns milliseconds, for each stroke, until the answer to it has been painted */
async function penUpToResults(page: Page): Promise<number[]> {
  await draw(page, STAR)
  await page.waitForTimeout(2000)
  const times: number[] = []
  for (let n = 0; n < STROKES; n++) {
    await page.evaluate(() => {
      const measured = new Promise<number>((resolve) => {
        addEventListener(
          'pointerup',
          ({ timeStamp }) => {
            new PerformanceObserver((list, observer) => {
              const isAnswer = list
                .getEntries()
                .some(({ name, startTime }) => name.endsWith('/api/images/search') && startTime > timeStamp)
              if (!isAnswer) return
              observer.disconnect()
              // The answer is rendered in one frame and is on the screen in the next.
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - timeStamp)))
            }).observe({ type: 'resource' })
          },
          { once: true, capture: true },
        )
      })
      Object.assign(window, { measured })
    })
    const y = 0.1 + (0.8 * n) / STROKES
    await draw(page, [
      [
        [0.3, y],
        [0.4, y],
      ],
    ])
    times.push(await page.evaluate(() => (window as unknown as { measured: Promise<number> }).measured))
    await page.waitForTimeout(1200)
  }
  return times
}

/** @returns milliseconds between frames */
async function scroll(page: Page): Promise<number[]> {
  await page.waitForTimeout(1500)
  const box = (await page.getByTestId('grid').boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.evaluate(() => {
    const frames: number[] = []
    Object.assign(window, { frames })
    let last = performance.now()
    const count = (now: number) => {
      frames.push(now - last)
      last = now
      requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
  })
  for (let n = 0; n < WHEEL_TURNS; n++) {
    await page.mouse.wheel(0, 600)
    await page.waitForTimeout(16)
  }
  const frames = await page.evaluate(() => (window as unknown as { frames: number[] }).frames)
  // The first is the one in which counting began.
  return frames.slice(1)
}

async function untilIndexed(url: string, files: number): Promise<void> {
  const deadline = performance.now() + PAGE_TIMEOUT_MS
  while (performance.now() < deadline) {
    const status = (await (await fetch(`${url}/api/index/status`)).json()) as {
      indexed: number
      pending: number
    }
    if (status.indexed >= files && status.pending === 0) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error(`${files} files were not indexed in time`)
}

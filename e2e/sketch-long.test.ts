import { describe, expect, it } from 'vitest'
import { DESKTOP, draw, firstResults, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { itFindsItsKind, shareIn } from './support/finding.ts'
import { BICYCLE, STAR } from './support/shapes.ts'

const demo = useDemo(12)

itFindsItsKind(demo, 'a bicycle', 'bicycle', BICYCLE, DESKTOP)
itFindsItsKind(demo, 'a star on a phone', 'star', STAR, PHONE)

describe('drawing', () => {
  it('erases', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    await draw(page, [
      [
        [0.05, 0.05],
        [0.3, 0.05],
        [0.05, 0.2],
      ],
    ])
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    await page.keyboard.press('e')
    for (let n = 0; n < 18; n++) await page.keyboard.press(']')
    await draw(page, [
      [
        [0.05, 0.05],
        [0.3, 0.05],
        [0.05, 0.2],
      ],
    ])
    await expect.poll(async () => shareIn('star', await firstResults(page, 8))).toBeGreaterThanOrEqual(0.75)
    await close()
  })

  it('keeps scrolled results in place until newer ones are requested', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    const grid = page.getByTestId('grid')
    await grid.evaluate((element) => element.scrollTo(0, 900))
    await page.locator('[data-index="0"]').waitFor({ state: 'detached' })
    const seen = () =>
      grid
        .locator('[data-path]')
        .evaluateAll((tiles) =>
          tiles.map((one) => [
            (one as HTMLElement).dataset.path,
            Math.round(one.getBoundingClientRect().top),
          ]),
        )
    const before = await seen()
    await draw(page, [
      [
        [0.1, 0.9],
        [0.9, 0.9],
      ],
    ])
    const showNew = page.getByRole('button', { name: 'Show new matches' })
    await showNew.waitFor()
    // Further tiles may have come below: the rest of the list.
    expect(await seen()).toEqual(expect.arrayContaining(before))
    await showNew.click()
    await page.locator('[data-index="0"]').waitFor()
    expect(await firstResults(page, 8)).not.toEqual(star)
    await expect.poll(() => showNew.count()).toBe(0)
    await close()
  })

  it('ignores an outdated response', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    let requests = 0
    const overtaken = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    await page.route('**/api/images/search', async (route) => {
      const isFirst = ++requests === 1
      // The first answer comes after the second.
      if (isFirst) await overtaken.promise
      // The page may have aborted the request.
      await route.continue().catch(() => {})
      if (isFirst) answered.resolve()
    })
    await draw(page, [
      [
        [0.1, 0.5],
        [0.9, 0.5],
      ],
    ])
    await expect.poll(() => requests).toBeGreaterThanOrEqual(1)
    const before = requests
    await page.getByRole('button', { name: 'Clear sheet' }).click()
    await draw(page, STAR)
    await expect.poll(() => requests).toBeGreaterThan(before)
    const star = await firstResults(page, 8)
    expect(shareIn('star', star)).toBeGreaterThanOrEqual(0.75)
    overtaken.resolve()
    await answered.promise
    await page.waitForTimeout(500)
    expect(await firstResults(page, 8)).toEqual(star)
    await close()
  })
})

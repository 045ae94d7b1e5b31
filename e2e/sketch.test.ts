import { describe, expect, it } from 'vitest'
import { DESKTOP, draw, firstResults, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { itFindsItsKind } from './support/finding.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(12)

describe('drawing', () => {
  itFindsItsKind(demo, 'a star', 'star', STAR, DESKTOP)

  it('follows undo, redo and clear', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const button = (name: RegExp) => page.getByRole('button', { name })
    expect(await button(/^Undo/).count()).toBe(0)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    await draw(page, [
      [
        [0.1, 0.9],
        [0.9, 0.9],
      ],
    ])
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    await page.keyboard.press('Control+z')
    await expect.poll(() => firstResults(page, 8)).toEqual(star)
    await button(/^Redo/).click()
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    const drawing = await page.locator('canvas').getAttribute('aria-label')
    await button(/^Clear sheet/).click()
    await page.getByText('Draw what you remember').waitFor()
    await page.getByTestId('count').getByText('144 pictures').waitFor()
    await button(/^Undo/).first().click()
    await firstResults(page, 8)
    await button(/^Clear sheet/).click()
    // An example does not take the place of the history.
    await page.getByRole('button', { name: 'Lighthouse' }).click()
    await page.getByText('Draw what you remember').waitFor({ state: 'detached' })
    for (let n = 0; n < 2; n++) await page.keyboard.press('Control+z')
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toBe(drawing)
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
})

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
    await page.getByRole('button', { name: 'House' }).click()
    await page.getByText('Draw what you remember').waitFor({ state: 'detached' })
    for (let n = 0; n < 2; n++) await page.keyboard.press('Control+z')
    await expect.poll(() => page.locator('canvas').getAttribute('aria-label')).toBe(drawing)
    await close()
  })
})

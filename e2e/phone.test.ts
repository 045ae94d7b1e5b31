import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chip, DESKTOP, draw, firstResults, openPage, openSaved, PHONE, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { stillness } from './support/layout.ts'
import { fingers } from './support/pointer.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2)

describe('on a phone', () => {
  it('a touch opens the fifth picture while the results have their lowest height', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const box = await boxOf(page, '[data-index="4"]')
    expect(box.y).toBeLessThan(PHONE.height)
    await page.touchscreen.tap(box.x + box.width / 2, (box.y + PHONE.height) / 2)
    await page.getByTestId('large-picture').waitFor()
    await close()
  })

  it.each([
    ['the list', 'List options', /list-menu-items/],
    ['the sheet', 'More tools', /sheet-menu-items/],
  ])('the menu of %s has room for its items, however late they come', async (_, name, code) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const arrival = Promise.withResolvers<void>()
    await page.route(code, async (route) => {
      await arrival.promise
      await route.continue()
    })
    await page.getByRole('button', { name, exact: true }).tap()
    const menu = page.getByRole('menu')
    await menu.waitFor()
    await stillness(page)
    arrival.resolve()
    await menu.getByRole('menuitem').first().waitFor()
    await stillness(page)
    const hidden = await menu.evaluate((element) => element.scrollHeight - element.clientHeight)
    expect(hidden).toBeLessThanOrEqual(0)
    await close()
  })

  it('a region of a picture that is a part of the search is chosen in place of the sheet', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const answer = await fetch(`${demo.product.url}/api/images?items_per_page=1`)
    const { images } = (await answer.json()) as { images: { id: string }[] }
    await page.goto(`${demo.product.url}/?q=i${images[0]!.id}`)
    await firstResults(page, 1)
    // At the greatest height, the results cover the pane.
    for (let n = 0; n < 2; n++) await page.getByRole('button', { name: 'Show more results' }).click()
    await chip(page, 'More like').tap()
    const region = page.getByRole('button', { name: 'Search by region' })
    await region.waitFor()
    // The options alone leave the results where they are.
    const picture = page.getByTestId('region-picture')
    expect(await picture.isVisible()).toBe(false)
    await region.tap()
    await picture.waitFor()
    const { x, y, width, height } = (await picture.boundingBox())!
    const [left, right] = [x + 0.2 * width, x + 0.8 * width]
    await fingers(page, [(share) => [left + share * (right - left), y + (0.2 + 0.6 * share) * height]], {
      steps: 6,
    })
    await chip(page, 'Region').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await chip(page, 'More like').waitFor()
    await close()
  })

  it('a region of a picture in the gallery on the whole screen is chosen on the sheet', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.getByRole('button', { name: 'Gallery' }).tap()
    await page.getByRole('button', { name: 'Show more results' }).waitFor({ state: 'detached' })
    await page.locator('[data-index="0"]').tap()
    await page.getByRole('dialog').getByRole('button', { name: 'Details' }).tap()
    await page.getByRole('button', { name: 'Search by region' }).tap()
    await page.getByTestId('region-picture').waitFor()
    await chip(page, 'More like').waitFor()
    await close()
  })

  it('the field for words leaves the parts of the search in view', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE, 'dark')
    await page.goto(`${demo.product.url}/?q=wdog`)
    await firstResults(page, 1)
    await page.getByRole('button', { name: 'Add to the search' }).tap()
    await page.getByRole('menuitem', { name: 'Add words' }).tap()
    const field = page.getByPlaceholder('Add words in English')
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
    // Playwright taps only what nothing covers.
    await chip(page, 'Words dog').tap({ trial: true })
    await field.fill('cat')
    await field.press('Enter')
    await chip(page, 'Words cat').tap({ trial: true })
    await close()
  })

  it('Ctrl Z belongs to the results after one of them was deleted', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.keyboard.press('Tab')
    const focused = page.locator(':focus')
    expect(await focused.textContent()).toBe('Go to results')
    await page.keyboard.press('Enter')
    expect(await focused.getAttribute('id')).toBe('results')
    await draw(page, STAR)
    const [path] = await firstResults(page, 1)
    const drawing = await page.locator('canvas').getAttribute('aria-label')
    await tile(page, path!).focus()
    await page.keyboard.press('Delete')
    await tile(page, path!).waitFor({ state: 'detached' })
    await page.keyboard.press('Control+z')
    await tile(page, path!).waitFor()
    expect(await page.locator('canvas').getAttribute('aria-label')).toBe(drawing)
    await close()
  })

  it('the gallery leads to the field for words', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.getByRole('button', { name: 'Gallery' }).tap()
    await page.getByRole('button', { name: 'Search', exact: true }).tap()
    const field = page.getByRole('combobox')
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
    await close()
  })
})

it('the saved sketches stay open when the window becomes as narrow as a phone', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await draw(page, STAR)
  await openSaved(page)
  await page.setViewportSize(PHONE)
  await page.getByRole('button', { name: 'More tools', includeHidden: true }).waitFor()
  const dialog = page.getByRole('dialog', { name: 'Saved sketches' })
  await dialog.getByRole('button', { name: 'Save sketch' }).click()
  await page.setViewportSize(DESKTOP)
  await dialog.getByRole('button', { name: 'Close' }).click()
  await dialog.waitFor({ state: 'detached' })
  await close()
})

async function boxOf(page: Page, selector: string) {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`${selector} is not shown`)
  return box
}

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { violationsIn } from './axe.ts'
import { chip, draw, firstResults, nameFilter, openPage, openSaved } from './browser.ts'
import type { Demo } from './demo.ts'
import { contradictions, misplaced, nextFrame, stillness } from './layout.ts'
import { STAR } from './shapes.ts'

const SETTLING_MS = 2_000

/** Ways from the gallery to all views. */
export const ALL_VIEWS: Record<string, (page: Page, url: string) => Promise<unknown>> = {
  'the gallery': async () => {},
  results: async (page) => {
    await draw(page, STAR)
    await firstResults(page, 1)
  },
  filters: nameFilter,
  'saved sketches': openSaved,
  settings: (page) => page.getByRole('button', { name: 'Settings' }).click(),
  'the large view': async (page) => {
    await page.locator('[data-path]').first().click()
    await page.getByTestId('large-picture').waitFor()
  },
  shortcuts: (page) => page.keyboard.press('?'),
  'a selection': async (page) => {
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('Space')
  },
  'a collection to add to': async (page) => {
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('a')
    await page.getByRole('dialog', { name: 'Add to collection' }).waitFor()
  },
  'an export': async (page) => {
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('Space')
    await page
      .getByRole('button', { name: /^Export/ })
      .first()
      .click()
    await page.getByRole('menuitem').first().waitFor()
  },
  'options of a part': async (page) => {
    await page.locator('[data-path]').first().focus()
    await page.keyboard.press('m')
    await firstResults(page, 1)
    await chip(page, 'More like').first().click()
    await page.getByRole('button', { name: 'Remove from search' }).waitFor()
  },
  'files of the folder': async (page) => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Files of the folder' }).click()
    await page.getByRole('dialog', { name: 'Files of the folder' }).waitFor()
  },
  'a part to be chosen': async (page) => {
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').press('r')
    await page
      .getByRole('img', { name: /\.(png|jpg)$/ })
      .first()
      .waitFor()
  },
  'selected strokes': async (page) => {
    await draw(page, STAR)
    await page.keyboard.press('Control+a')
    await page.getByText('1 stroke selected').first().waitFor()
  },
  'a comparison': async (page, url) => {
    const answer = await fetch(`${url}/api/images?items_per_page=2`)
    const { images } = (await answer.json()) as { images: { id: string }[] }
    await page.goto(`${url}/?compare=${images.map(({ id }) => id).join()}`)
    await page.getByRole('dialog').locator('img').first().waitFor()
  },
  'the trash': (page, url) => page.goto(`${url}/?show=trash`),
  'near-duplicates': (page, url) => page.goto(`${url}/?show=duplicates`),
  // Last, because a phone then shows the gallery instead of the sheet.
  'the library, and recent files': async (page, url) => {
    await page.goto(`${url}/?recent=true`)
    const [gallery, folders] = ['Gallery', 'Show folders'].map((name) =>
      page.getByRole('button', { name, exact: true }),
    )
    await gallery!.or(folders!).first().waitFor()
    if (await gallery!.isVisible()) await gallery!.click()
    await folders!.click()
    await page.getByRole('button', { name: /^Recently added \d/ }).waitFor()
  },
}

/** Tests views in both colour schemes. @param widths to which the window is changed while a view is open */
export function itIsAccessible(
  demo: Demo,
  views: readonly string[],
  size: { width: number; height: number },
  widths: readonly number[],
): void {
  it('has no axe violation, light or dark, and fits after its width changes', async () => {
    const { url } = demo.product
    const { page, close } = await openPage(demo.browser, url, size)
    const found: Record<string, string[]> = {}
    for (const view of views) {
      // A selection is kept over a reload.
      await page.evaluate(() => sessionStorage.removeItem('selection'))
      await page.goto(url)
      await page.locator('[data-testid=grid] img').first().waitFor()
      await ALL_VIEWS[view]!(page, url)
      const list = await problemsIn(page, size, widths)
      if (list.length > 0) found[view] = list
    }
    await close()
    expect(found).toEqual({})
  })
}

async function problemsIn(
  page: Page,
  size: { width: number; height: number },
  widths: readonly number[],
): Promise<string[]> {
  await page.getByRole('main').or(page.getByRole('dialog')).first().waitFor({ state: 'attached' })
  await stillness(page)
  const list = await lasting(page, () => violationsIn(page))
  for (const classes of await contradictions(page)) list.push(`two classes for the same: ${classes}`)
  await page.emulateMedia({ colorScheme: 'dark' })
  await stillness(page)
  // Checks that depend on colours; the document is the same.
  for (const violation of await violationsIn(page, ['color-contrast', 'link-in-text-block']))
    list.push(`dark: ${violation}`)
  await page.emulateMedia({ colorScheme: 'light' })
  for (const width of [size.width, ...widths]) {
    await page.setViewportSize({ width, height: size.height })
    await nextFrame(page)
    for (const place of await misplaced(page)) list.push(`${width} pixels: ${place}`)
  }
  await page.setViewportSize(size)
  return list
}

/** On a busy machine, a part may still be moving or missing: only what is found twice counts. */
async function lasting(page: Page, find: () => Promise<string[]>): Promise<string[]> {
  const found = await find()
  if (found.length === 0) return found
  await page.waitForTimeout(SETTLING_MS)
  await stillness(page)
  return find()
}

/** Tests that results fit into a window that has these widths from the beginning. */
export function itFits(demo: Demo, widths: readonly number[]): void {
  it.each(widths)('fits into a width of %i pixels from the beginning', async (width) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, { width, height: 900 })
    await draw(page, STAR)
    await firstResults(page, 1)
    await expect.poll(() => misplaced(page)).toEqual([])
    await close()
  })
}

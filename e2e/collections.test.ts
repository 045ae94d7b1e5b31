import { expect, it } from 'vitest'
import { count, DESKTOP, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

it('makes a collection of the selected pictures, adds to it by dragging, renames and deletes it', async () => {
  const { page, close, complaints } = await openPage(demo.browser, demo.product.url, DESKTOP)
  const tiles = page.locator('[data-path]')
  for (const n of [0, 1, 2]) {
    await tiles.nth(n).focus()
    await page.keyboard.press('Space')
  }
  await page.getByRole('button', { name: 'Add to collection' }).click()
  await page.getByRole('textbox', { name: 'New collection' }).fill('Favourites')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Show folders' }).click()
  const collection = page
    .getByRole('region', { name: 'Collections' })
    .getByRole('button', { name: /Favourites/ })
  await expect.poll(() => collection.textContent()).toBe('Favourites3')

  for (const [n, expected] of [
    [5, 'Favourites4'],
    [6, 'Favourites5'],
  ] as const) {
    await tiles.nth(n).dragTo(collection)
    await expect.poll(() => collection.textContent()).toBe(expected)
  }
  await collection.click()
  await count(page, '5 pictures')
  await page.reload()
  await count(page, '5 pictures')

  await page.getByRole('button', { name: 'Options of Favourites' }).click()
  await page.getByRole('menuitem', { name: 'Rename collection' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Trip')
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('button', { name: 'Options of Trip' }).click()
  await page.getByRole('menuitem', { name: 'Delete collection' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete collection' }).click()
  await count(page, '24 pictures')
  expect(complaints).toEqual([])
  await close()
})

it('compares the selected pictures', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  for (const n of [0, 1]) {
    await page.locator('[data-path]').nth(n).focus()
    await page.keyboard.press('Space')
  }
  await page.getByRole('button', { name: 'Compare' }).click()
  const dialog = page.getByRole('dialog', { name: 'Compare 2 pictures' })
  await dialog.waitFor()
  await expect.poll(() => dialog.getByRole('img').count()).toBe(2)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await close()
})

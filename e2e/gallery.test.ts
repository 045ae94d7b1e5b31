import { readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { chip, filterByName, firstResults, openPage, PHONE, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(20, CLASSICAL)

/** Pastes a picture as from the clipboard of another program. */
async function paste(page: Page, file: string): Promise<void> {
  const bytes = [...(await readFile(file))]
  await page.evaluate((content) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(content)], 'pasted.png', { type: 'image/png' }))
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }))
  }, bytes)
}

describe('searching with a picture', () => {
  it('that is pasted finds it and similar ones', async () => {
    const { page, close, complaints } = await openPage(demo.browser, demo.product.url)
    await paste(page, join(demo.gallery, 'umbrella/umbrella-03.jpg'))
    const results = await firstResults(page, 6)
    expect(results[0]).toBe('umbrella/umbrella-03.jpg')
    await chip(page, 'More like Your picture').waitFor()
    await page.getByRole('button', { name: 'Clear search' }).click()
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    expect(complaints).toEqual([])
    await close()
  })

  it('that is uploaded or dropped finds it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.getByTestId('query-file').setInputFiles(join(demo.gallery, 'car/car-05.jpg'))
    expect((await firstResults(page, 1))[0]).toBe('car/car-05.jpg')
    const bytes = [...(await readFile(join(demo.gallery, 'boat/boat-04.jpg')))]
    await page.evaluate((content) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([Uint8Array.from(content)], 'dropped.jpg', { type: 'image/jpeg' }))
      const target = document.querySelector('[data-testid=grid]')!
      for (const type of ['dragover', 'drop'])
        target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
    }, bytes)
    await expect.poll(async () => (await firstResults(page, 1))[0]).toBe('boat/boat-04.jpg')
    await close()
  })
})

describe('the large view', () => {
  it('shows an image, moves with the arrow keys, finds similar images and goes back', async () => {
    const { page, close, complaints } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await tile(page, 'bicycle/bicycle-01.png').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('heading', { name: 'bicycle-01.png' }).waitFor()
    await page.keyboard.press('ArrowRight')
    await dialog.getByRole('heading', { name: 'bicycle-02.jpg' }).waitFor()
    await dialog.getByText('480 × 360').waitFor()
    await dialog.getByRole('button', { name: 'Find similar' }).click()
    const results = await firstResults(page, 6)
    expect(results[0]).toBe('bicycle/bicycle-02.jpg')
    expect(results.filter((path) => path.startsWith('bicycle/')).length).toBeGreaterThanOrEqual(4)
    await chip(page, 'More like bicycle-02.jpg').waitFor()

    await page.reload()
    expect((await firstResults(page, 1))[0]).toBe('bicycle/bicycle-02.jpg')
    await page.goBack()
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await close()
  })
})

describe('the gallery', () => {
  it('keeps only visible tiles in the document, and scrolls to the end', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    const grid = page.getByTestId('grid')
    const tiles = grid.locator('[role=gridcell]')
    await expect.poll(() => tiles.count()).toBeLessThan(120)
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await tile(page, 'umbrella/umbrella-20.jpg').waitFor()
    await expect.poll(() => tiles.count()).toBeLessThan(120)
    await close()
  })

  it('filters by name and sorts', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await filterByName(page, 'lamp-1')
    await page.getByTestId('count').getByText('10 pictures').waitFor()
    await page.getByRole('button', { name: /^Sort by/ }).click()
    await page.getByRole('menuitemradio', { name: 'Name Z–A' }).click()
    await expect
      .poll(() => page.locator('[data-testid=grid] [data-path]').first().getAttribute('title'))
      .toBe('lamp/lamp-19.jpg')
    await expect.poll(() => new URL(page.url()).search).toContain('sort=name-down')
    await filterByName(page, 'nothing like this')
    await page.getByText('No pictures match these filters').waitFor()
    await close()
  })

  it('shows changes of the folder and failures without a reload', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    const file = join(demo.gallery, 'heart', 'new-heart.png')
    // No copy of another picture, which would be folded with it.
    await writeFile(file, await picture(90))
    await page.getByTestId('count').getByText('241 pictures').waitFor()
    await tile(page, 'heart/new-heart.png').waitFor()
    await rename(file, join(demo.gallery, 'heart', 'old-heart.png'))
    await tile(page, 'heart/old-heart.png').waitFor()
    await unlink(join(demo.gallery, 'heart', 'old-heart.png'))
    await page.getByTestId('count').getByText('240 pictures').waitFor()

    await writeFile(join(demo.gallery, 'broken.jpg'), 'this is no image')
    await page.getByRole('button', { name: '1 file could not be read' }).click()
    await page.getByText('broken.jpg').waitFor()
    // A second failure of the same file is not reported again; a repaired file is found without an event.
    await page.getByRole('button', { name: 'Try all again' }).click()
    await page.getByRole('button', { name: 'Try all again' }).waitFor()
    await page.getByText('broken.jpg').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await unlink(join(demo.gallery, 'broken.jpg'))
    await page.getByRole('button', { name: '1 file could not be read' }).waitFor({ state: 'detached' })
    await close()
  })

  it('follows the theme of the system until one is chosen', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE, 'light')
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    expect(await theme()).toBe('light')
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('radio', { name: 'Light' }).click()
    await page.reload()
    expect(await theme()).toBe('light')
    await page.emulateMedia({ colorScheme: 'light' })
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await theme()).toBe('light')
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow).toBe(0)
    await close()
  })
})

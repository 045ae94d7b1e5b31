import { mkdir, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { count, openFolders, openPage, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(20, CLASSICAL)

describe('a folder that is gone', () => {
  it('is reported, keeps its images, and is found again', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await rename(demo.gallery, `${demo.gallery}-away`)
    await page.getByText('The photo folder can’t be read').waitFor()
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    await rename(`${demo.gallery}-away`, demo.gallery)
    await page.getByText('The photo folder can’t be read').waitFor({ state: 'detached' })
    await close()
  })
})

describe('searching with a picture', () => {
  it('is rejected with a message if the file is no picture', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page
      .getByTestId('query-file')
      .setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('no') })
    await page
      .getByText(/can't be read/)
      .first()
      .waitFor()
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    await close()
  })
})

describe('closing the large view', () => {
  it('is a step back: Back then leads to the page before the list', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    const tree = await openFolders(page)
    await tree.getByRole('button', { name: 'bicycle 20' }).click()
    await count(page, '20 pictures')
    const dialog = page.getByRole('dialog')
    for (const close of ['Escape', 'Gallery']) {
      await tile(page, 'bicycle/bicycle-01.png').click()
      await dialog.getByRole('heading', { name: 'bicycle-01.png' }).waitFor()
      await page.keyboard.press('ArrowRight')
      await dialog.getByRole('heading', { name: 'bicycle-02.jpg' }).waitFor()
      if (close === 'Escape') await page.keyboard.press(close)
      else await dialog.getByRole('button', { name: close, exact: true }).click()
      await dialog.waitFor({ state: 'detached' })
      await count(page, '20 pictures')
    }
    await page.goBack()
    await count(page, '240 pictures')
    await close()
  })

  it('leads to the list if the address of an image was opened', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await tile(page, 'bicycle/bicycle-01.png').click()
    await page.waitForURL(/view=/)
    const other = await openPage(demo.browser, page.url())
    const dialog = other.page.getByRole('dialog')
    await dialog.getByRole('heading', { name: 'bicycle-01.png' }).waitFor()
    await other.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await count(other.page, '240 pictures')
    await expect.poll(() => new URL(other.page.url()).searchParams.get('view')).toBeNull()
    await other.close()
    await close()
  })
})

describe('many files that are gone', () => {
  it('can be removed in part after a confirmation', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const away = `${demo.gallery}-drive`
    await mkdir(away)
    for (const folder of (await readdir(demo.gallery)).filter((name) => name !== 'heart' && name !== 'star'))
      await rename(join(demo.gallery, folder), join(away, folder))
    await page.getByText('200 files are gone at once').waitFor()
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    await page.getByRole('button', { name: 'Remove from the index' }).click()
    await page.getByTestId('count').getByText('40 pictures').waitFor()
    for (const folder of await readdir(away)) await rename(join(away, folder), join(demo.gallery, folder))
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    await close()
  })
})

describe('pictures that change their place', () => {
  const MOVES = '[role=gridcell]'
  /** Reports for each movement of a tile its duration in milliseconds. */
  const watchMoves = (page: Page) =>
    page.evaluate((cells) => {
      const durations: unknown[] = []
      const { animate } = Element.prototype
      Element.prototype.animate = function (this: Element, ...args) {
        if (this.matches(cells)) durations.push((args[1] as KeyframeAnimationOptions).duration)
        return animate.apply(this, args)
      }
      Object.assign(window, { durations })
    }, MOVES)
  const moves = (page: Page) => page.evaluate(() => (window as unknown as { durations: number[] }).durations)

  it.each([
    ['glide there when they are sorted in another way', 'no-preference', 160],
    ['are there at once if the system asks for less motion', 'reduce', 0.01],
  ] as const)('%s', async (_, reducedMotion, duration) => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await page.emulateMedia({ reducedMotion })
    await (await openFolders(page)).getByRole('button', { name: 'bicycle 20' }).click()
    await count(page, '20 pictures')
    await watchMoves(page)
    await page.getByTestId('grid').evaluate((grid) => grid.scrollBy(0, 100))
    await page.setViewportSize({ width: 1200, height: 800 })
    await page.waitForTimeout(300)
    expect(await moves(page)).toEqual([])
    await page.getByRole('button', { name: /^Sort by/ }).click()
    await page.getByRole('menuitemradio', { name: 'Name Z–A' }).click()
    await expect.poll(async () => (await moves(page)).length).toBeGreaterThan(3)
    expect(new Set(await moves(page))).toEqual(new Set([duration]))
    await page.emulateMedia({ reducedMotion: null })
    await close()
  })
})

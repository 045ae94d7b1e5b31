import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage, PHONE, settled, sharedBrowser } from './support/browser.ts'
import { madeGallery } from './support/made-gallery.ts'
import { deviceOf, fingers, type Point } from './support/pointer.ts'

/** Pictures of seven months. */
const COUNT = 20_000

/** Above and below the track of the timeline. */
const TRACK_MARGINS_PX = 48

const product = madeGallery(COUNT)

/** The gallery on the whole screen of a phone. */
async function openGallery() {
  const opened = await openPage(await sharedBrowser(), product().url, PHONE)
  await opened.page.getByRole('button', { name: 'Gallery' }).tap()
  await opened.page.getByRole('button', { name: 'Draw' }).waitFor()
  await settled(opened.page)
  return { ...opened, grid: opened.page.getByTestId('grid') }
}

it('only the thumb of the timeline takes fingers, and moves with them', async () => {
  const { page, grid, close } = await openGallery()
  const scrubber = page.getByRole('slider', { name: 'Timeline' })
  const top = () => grid.evaluate((element) => element.scrollTop)
  const edge = PHONE.width - 15
  /** Scrolling shows it for a moment, in which it takes the focus; the focus keeps it. */
  const isFocused = async () => {
    await grid.evaluate((element) => element.scrollBy(0, 50))
    await scrubber.focus()
    await page.keyboard.press('Home')
    return scrubber.evaluate((element) => element.matches(':focus-visible'))
  }
  await expect.poll(isFocused).toBe(true)
  const before = await top()
  await fingers(page, [(share) => [edge, 700 - 200 * share]], { steps: 10 })
  await expect.poll(top).toBeGreaterThan(before + 100)
  expect(await top()).toBeLessThan(before + 3 * PHONE.height)

  await expect.poll(isFocused).toBe(true)
  const thumb = (await scrubber.locator('[data-thumb]').boundingBox())!
  const lower = thumb.y + thumb.height - 5
  await fingers(page, [(share) => [edge, lower + share * 300]], { steps: 5 })
  const track = (await scrubber.boundingBox())!.height - TRACK_MARGINS_PX
  const share = () =>
    grid.evaluate(({ scrollTop, scrollHeight, clientHeight }) => scrollTop / (scrollHeight - clientHeight))
  // Where in the thumb it was taken does not count.
  await expect.poll(share).toBeCloseTo(300 / track, 2)
  await close()
})

it('the order of the gallery is chosen among the filters', async () => {
  const { page, grid, close } = await openGallery()
  await page.getByRole('button', { name: 'Filters' }).tap()
  await page.getByLabel('Sort by').selectOption('name')
  await expect.poll(() => grid.locator('[data-index="0"]').getAttribute('data-path')).toBe('0/0.jpg')
  expect(new URL(page.url()).search).toBe('?sort=name')
  await close()
})

it('pictures are selected without a long press, and a press selects until the selection ends', async () => {
  const { page, grid, close } = await openGallery()
  await page.getByRole('button', { name: 'Select pictures' }).tap()
  const bar = page.getByRole('region', { name: 'Selected pictures' })
  await bar.getByText('0 selected').waitFor()
  await grid.locator('[data-index="0"]').tap()
  await grid.locator('[data-index="2"]').tap()
  await bar.getByText('2 selected').waitFor()
  expect(await grid.getByRole('button', { name: /^More like/ }).count()).toBe(0)
  await bar.getByRole('button', { name: 'Add to collection' }).waitFor()
  await grid.locator('[data-index="0"]').tap()
  await grid.locator('[data-index="2"]').tap()
  await bar.getByText('0 selected').waitFor()
  await bar.getByRole('button', { name: 'Clear selection' }).tap()
  await grid.locator('[data-index="0"]').tap()
  await page.getByRole('dialog').getByRole('button', { name: 'Gallery' }).first().waitFor()
  await close()
})

it('a finger that goes on after a long press selects a range, and scrolls at the edge of the list', async () => {
  const { page, grid, close } = await openGallery()
  const bar = page.getByRole('region', { name: 'Selected pictures' })
  const middleOf = async (index: number): Promise<Point> => {
    const { x, y, width, height } = (await grid.locator(`[data-index="${index}"]`).boundingBox())!
    return [x + width / 2, y + height / 2]
  }
  const finger = await deviceOf(page, 'touch')
  await finger.down(await middleOf(1))
  await bar.getByText('1 selected').waitFor()
  // Its code may still be loaded.
  await expect
    .poll(async () => {
      for (const index of [3, 5]) await finger.move(await middleOf(index))
      return bar.getByText('5 selected').count()
    })
    .toBe(1)
  expect(await grid.evaluate((element) => element.scrollTop)).toBe(0)
  await finger.move([PHONE.width / 2, PHONE.height - 30])
  await bar.getByText(/^(\d\d\d) selected/).waitFor()
  await finger.up([0, 0])
  const first = grid.locator('[data-index="0"]')
  await grid.evaluate((element) => element.scrollTo(0, 0))
  await first.waitFor()
  // The next finger scrolls as usual.
  await fingers(page, [(share) => [PHONE.width / 2, 600 - 300 * share]], { steps: 8, gapMs: 0 })
  await expect.poll(() => grid.evaluate((element) => element.scrollTop)).toBeGreaterThan(100)
  const topAfterAPause = () =>
    grid.evaluate(async (element) => {
      element.scrollTo(0, 0)
      await new Promise((resolve) => setTimeout(resolve, 300))
      return element.scrollTop
    })
  // The list goes on for a while after a quick finger.
  await expect.poll(topAfterAPause).toBe(0)
  await first.tap()
  await grid.getByRole('gridcell', { selected: true }).first().waitFor()
  expect(await first.evaluate((tile) => tile.closest('[role=gridcell]')?.ariaSelected)).toBe('true')
  await close()
})

it('the collections stand before the folders where they are asked for', async () => {
  const { page, close } = await openGallery()
  const dialog = page.getByRole('dialog', { name: 'Library' })
  const topOf = async (locator: Locator) => (await locator.boundingBox())!.y
  const distance = async (button: string) => {
    await page.getByRole('button', { name: button }).tap()
    const folders = await topOf(dialog.getByRole('button', { name: 'All pictures' }))
    const collections = await topOf(dialog.getByRole('region', { name: 'Collections' }))
    await dialog.getByRole('button', { name: 'Close' }).tap()
    await dialog.waitFor({ state: 'hidden' })
    return folders - collections
  }
  expect(await distance('Collections')).toBeGreaterThan(0)
  expect(await distance('Show folders')).toBeLessThan(0)
  await close()
})

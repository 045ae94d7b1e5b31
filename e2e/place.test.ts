import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openPage, sharedBrowser, tile } from './support/browser.ts'
import { madeGallery } from './support/made-gallery.ts'

const COUNT = 1_000_000

const product = madeGallery(COUNT)

/** Returns the first picture whose upper edge is in view, and the position of that edge. */
function placeIn(page: Page): Promise<{ path: string; top: number }> {
  return page.getByTestId('grid').evaluate((grid) => {
    const { top: edge } = grid.getBoundingClientRect()
    const tiles = [...grid.querySelectorAll<HTMLElement>('[data-path]')]
      .map((element) => ({ path: element.dataset.path!, box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.top >= edge)
      .sort((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
    return { path: tiles[0]?.path ?? '', top: Math.round((tiles[0]?.box.top ?? 0) - edge) }
  })
}

/** Returns the number of a generated picture, such as 1234 of `34/1234.jpg`. */
function numberOf({ path }: { path: string }): number {
  return Number(path.split(/[/.]/)[1])
}

/** Scrolls a little beyond the middle of the timeline, so that the positions of rows above and below are estimates. */
async function scrollFarDown(page: Page): Promise<{ path: string; top: number }> {
  const scrubber = page.getByRole('slider', { name: 'Timeline' })
  const box = (await scrubber.boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height * 0.6)
  await expect.poll(async () => numberOf(await placeIn(page))).toBeLessThan(0.6 * COUNT)
  const before = await placeIn(page)
  const grid = (await page.getByTestId('grid').boundingBox())!
  await page.mouse.move(grid.x + grid.width / 3, grid.y + grid.height / 2)
  await page.mouse.wheel(0, 1_234)
  await expect.poll(async () => (await placeIn(page)).path).not.toBe(before.path)
  return settledPlace(page)
}

/** The place once the list is loaded and the place is the same in two frames that are some time apart. */
async function settledPlace(page: Page): Promise<{ path: string; top: number }> {
  let last = { path: '', top: 0 }
  await expect
    .poll(
      async () => {
        const before = last
        await page.locator('[data-state=current]').waitFor()
        last = await placeIn(page)
        return last.path !== '' && last.path === before.path && last.top === before.top
      },
      { interval: 400 },
    )
    .toBe(true)
  return last
}

/** Scrolls just before the timer that aligns the scroll bar, which then comes before the event of the movement. */
function scrollBeforeAligning(page: Page, px: number): Promise<void> {
  return page.getByTestId('grid').evaluate(async (grid, by) => {
    const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))
    for (let step = 0; step < 10; step++) {
      const once = new Promise((done) => grid.addEventListener('scroll', done, { once: true }))
      grid.scrollTop += by / 20
      await once
      await pause(150)
      grid.scrollTop += by / 20
      for (const until = performance.now() + 20; performance.now() < until; );
      await pause(300)
    }
  }, px)
}

describe('the place in a gallery of a million pictures', () => {
  it('is kept by the large view, by reload and by Back', async () => {
    const browser = await sharedBrowser()
    const { url } = product()
    const { page, close } = await openPage(browser, url)
    await page.getByTestId('count').getByText('1,000,000 pictures').waitFor()
    const place = await scrollFarDown(page)

    await tile(page, place.path).click()
    await page
      .getByRole('dialog')
      .getByRole('heading', { name: place.path.split('/')[1]! })
      .waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await settledPlace(page)).toEqual(place)

    await page.reload()
    await expect.poll(() => settledPlace(page)).toEqual(place)

    await page.goto(`${url}/?dir=7`)
    await page.getByTestId('count').getByText('10,000 pictures').waitFor()
    await page.goBack()
    await expect.poll(() => settledPlace(page)).toEqual(place)
    await close()
  })

  it('comes back from a folder, whose own place is kept too', async () => {
    const browser = await sharedBrowser()
    const { page, close } = await openPage(browser, product().url)
    const place = await scrollFarDown(page)
    await page.getByRole('button', { name: 'Show folders' }).click()
    const narrower = await settledPlace(page)
    expect(Math.abs(numberOf(narrower) - numberOf(place))).toBeLessThan(20)
    await page.getByRole('button', { name: /^42 / }).click()
    await page.getByTestId('count').getByText('10,000 pictures').waitFor()
    const inFolder = await scrollFarDown(page)
    await page.goBack()
    await expect.poll(() => settledPlace(page)).toEqual(narrower)
    await page.goForward()
    await expect.poll(() => settledPlace(page)).toEqual(inFolder)
    await close()
  })

  it('loses no movement of a page that is busy', async () => {
    const browser = await sharedBrowser()
    const { page, close } = await openPage(browser, product().url)
    const place = await scrollFarDown(page)
    await scrollBeforeAligning(page, -600)
    await expect.poll(() => settledPlace(page)).not.toEqual(place)
    await scrollBeforeAligning(page, 600)
    await expect.poll(() => settledPlace(page)).toEqual(place)
    await close()
  })
})

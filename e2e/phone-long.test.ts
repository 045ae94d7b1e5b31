import { expect, it } from 'vitest'
import { openPage, PHONE, settled, sharedBrowser } from './support/browser.ts'
import { madeGallery } from './support/made-gallery.ts'
import { fingers } from './support/pointer.ts'

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

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { parseTerms } from '../web/src/state/query-terms.ts'
import { chip, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

/** Opens a picture of the search in the query pane. */
async function openPicture() {
  const answer = await fetch(`${demo.product.url}/api/images?items_per_page=1`)
  const { images } = (await answer.json()) as { images: { id: string }[] }
  const { page, close } = await openPage(demo.browser, `${demo.product.url}/?q=i${images[0]!.id}`)
  await chip(page, 'More like').click()
  await page.getByRole('button', { name: 'Search by region' }).click()
  const picture = page.getByTestId('region-picture')
  await expect.poll(async () => (await picture.boundingBox())!.height).toBeGreaterThan(100)
  return { page, box: (await picture.boundingBox())!, close }
}

const query = (page: Page) => new URL(page.url()).searchParams.get('q')

it('a region is chosen in the query pane, which opens if it is closed', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.getByRole('button', { name: 'Close sheet' }).click()
  await page.getByRole('button', { name: 'Close sheet' }).waitFor({ state: 'detached' })
  await page.locator('[data-index="0"]').click()
  await page.getByTestId('large-picture').waitFor()
  await page.keyboard.press('r')
  await page.getByTestId('region-picture').waitFor()
  await close()
})

it('a region that a held arrow key moves is kept when the focus leaves it', async () => {
  const { page, box, close } = await openPicture()
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 })
  await page.mouse.up()
  await expect.poll(() => query(page)).toContain('@')
  const before = query(page)
  await page.keyboard.down('ArrowRight')
  await page.keyboard.press('Tab')
  await page.keyboard.up('ArrowRight')
  await expect.poll(() => query(page)).not.toBe(before)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => query(page)).toBe(before)
  await close()
})

it('a region ends where the pointer is released, also right after its last movement', async () => {
  const { page, box, close } = await openPicture()
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5, { steps: 4 })
  await page.getByTestId('region-picture').evaluate((picture) => {
    const { left, top, width, height } = picture.getBoundingClientRect()
    const at = { clientX: left + width * 0.8, clientY: top + height * 0.8, pointerId: 1, bubbles: true }
    for (const type of ['pointermove', 'pointerup']) picture.dispatchEvent(new PointerEvent(type, at))
  })
  await expect.poll(() => query(page)).toContain('@')
  const [, , width, height] = parseTerms(query(page)!)[0]!.region!
  expect([width, height]).toEqual([expect.closeTo(0.6, 2), expect.closeTo(0.6, 2)])
  await page.mouse.up()
  await close()
})

it('a region that is being dragged leaves the search when another layout of the page takes its picture away', async () => {
  const { page, box, close } = await openPicture()
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2)
  await page.mouse.down()
  const isSearched = page.waitForRequest(
    (request) => request.url().endsWith('/api/images/search') && request.postData()!.includes('"region"'),
  )
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 })
  await isSearched
  const frame = page.locator('[data-grip=inside]')
  expect(await frame.count()).toBe(1)
  await page.setViewportSize(PHONE)
  await page.getByRole('button', { name: 'Show more results' }).waitFor()
  await page.getByTestId('region-picture').waitFor({ state: 'attached' })
  await expect.poll(() => frame.count()).toBe(0)
  await page.mouse.up()
  expect(query(page)).not.toContain('@')
  await close()
})

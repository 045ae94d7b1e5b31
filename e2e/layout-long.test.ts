import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { misplaced, stillness } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

/** The tools of the sheet and their places. */
const toolsOf = (page: Page) => page.getByRole('toolbar', { name: 'Drawing tools' })

it.each([
  ['a phone on its side', 844, 390, 'horizontal'],
  ['a window at 200 %', 720, 450, 'horizontal'],
  ['a low tablet', 960, 600, 'horizontal'],
  ['a tablet', 768, 1024, 'vertical'],
])('all tools of the sheet are within reach on %s', async (_, width, height, orientation) => {
  const { page, close } = await openPage(demo.browser, demo.product.url, { width, height })
  await expect.poll(() => toolsOf(page).getAttribute('aria-orientation')).toBe(orientation)
  await stillness(page)
  expect(await misplaced(page)).toEqual([])
  await close()
})

import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { inkIn, type Line } from './browser.ts'

/** A line below a drawing in the middle of the sheet. */
export const BELOW: Line[] = [
  [
    [0.1, 0.95],
    [0.9, 0.95],
  ],
]

/** Returns the visible share of the middle of that line. */
export const inkBelow = (page: Page): Promise<number> => inkIn(page, [0.45, 0.93, 0.1, 0.04])

/** Waits until the address of the drawing differs from `before`, and returns it. */
export async function addressOfDrawing(page: Page, before?: string): Promise<string> {
  let address = ''
  await expect
    .poll(() => {
      address = new URL(page.url()).searchParams.get('q') ?? ''
      return address !== '' && address !== before
    })
    .toBe(true)
  return address
}

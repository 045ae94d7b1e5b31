import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { openPage, sheetPlace } from './browser.ts'
import type { Demo } from './demo.ts'
import { type DeviceKind, deviceOf, type Point, stream } from './pointer.ts'

const TABLET = { width: 1100, height: 800 }

/** Tests that no end of a stroke is lost. @param cases a pointer, and how many events it sends in a second */
export function itEndsWhereThePointerIsLifted(demo: Demo, cases: [DeviceKind, rate: number][]): void {
  it.each(cases)('of a %s at %i Hz ends where the pointer was lifted', async (kind, rate) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, TABLET)
    const at = await sheetPlace(page)
    const [start, end] = [at([0.2, 0.4]), at([0.8, 0.4])]
    const path = (share: number): Point => [start[0] + share * (end[0] - start[0]), start[1]]
    await stream(await deviceOf(page, kind), path, rate, 250)
    const beyond = (await rightEnd(page, start[1])) - end[0]
    // The round end of the pen, whose width depends on pressure: 2 to 5 pixels here.
    expect(beyond).toBeGreaterThan(0.5)
    expect(beyond).toBeLessThan(7)
    await close()
  })
}

/** Rightmost ink on a line of the sheet, in pixels of the window. */
function rightEnd(page: Page, y: number): Promise<number> {
  return page
    .locator('canvas')
    .first()
    .evaluate(async (element, atY) => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const canvas = element as HTMLCanvasElement
      const { left, top } = canvas.getBoundingClientRect()
      const row = Math.round((atY - top) * devicePixelRatio)
      const { data } = canvas.getContext('2d')!.getImageData(0, row, canvas.width, 1)
      let right = -1
      for (let x = 0; x < canvas.width; x++) if (data[4 * x + 3]! > 128) right = x
      return left + (right + 1) / devicePixelRatio
    }, y)
}

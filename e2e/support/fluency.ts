import { expect, it } from 'vitest'
import { draw, firstResults, openPage, sheetPlace } from './browser.ts'
import type { Demo } from './demo.ts'
import { fillSheet, manyStrokes } from './full-sheet.ts'
import { anyInk, levelLine } from './ink.ts'

/** Drawing all of 5,000 strokes again at once takes 4 to 8 seconds; a task of 0.5 seconds becomes longer where other programs use the processor. */
const MAX_STALL_MS = 2_000

/** Tests that a full sheet can be worked on. @param ink the least share of the sheet that the strokes cover */
export function itStaysFluent(demo: Demo, count: number, ink: number): void {
  it('is drawn on, undone and zoomed without a stall', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await fillSheet(page, manyStrokes(count))
    const label = count.toLocaleString('en')
    await page.waitForFunction((text) => document.querySelector('canvas')?.ariaLabel?.includes(text), label)
    // The strokes are painted in parts.
    await expect.poll(() => anyInk(page)).toBeGreaterThan(ink)
    await page.evaluate(() => {
      const stalls: number[] = []
      Object.assign(window, { stalls })
      const note = (list: PerformanceObserverEntryList) =>
        stalls.push(...list.getEntries().map(({ duration }) => duration))
      new PerformanceObserver(note).observe({ type: 'longtask' })
    })
    // Beyond the others, so that the whole picture that is searched with becomes another one.
    await draw(page, [levelLine(0.02), levelLine(0.5)])
    await firstResults(page, 1)
    await page.keyboard.press('Control+z')
    await firstResults(page, 1)
    const at = await sheetPlace(page)
    await page.mouse.move(...at([0.5, 0.5]))
    await page.keyboard.down('Control')
    for (let n = 0; n < 5; n++) await page.mouse.wheel(0, -60)
    await page.keyboard.up('Control')
    await page.waitForTimeout(1_500)
    const stalls = await page.evaluate(() => (window as unknown as { stalls: number[] }).stalls)
    expect(Math.max(0, ...stalls)).toBeLessThan(MAX_STALL_MS)
    await close()
  })
}

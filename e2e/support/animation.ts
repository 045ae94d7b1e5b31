import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { firstResults, type Line, sheetPlace } from './browser.ts'
import { evenly } from './lines.ts'

/** In pixels of the result. */
const WIDTH = 1000
const [FRAME_MS, STROKE_MS, LAST_MS] = [90, 220, 2_600]
/** Readings of the pointer between two frames, and their distance as a share of the sheet. */
const MOVES = 4
const STEP = 0.015
/** Time for the page to answer before a frame is taken. */
const SETTLE_MS = 120

/** Draws a sketch while the page is photographed. @returns an animated WebP */
export async function animatedDrawing(page: Page, strokes: readonly Line[]): Promise<Buffer> {
  const frames: Buffer[] = []
  const delays: number[] = []
  const take = async (delay: number) => {
    frames.push(
      await sharp(await page.screenshot())
        .resize(WIDTH)
        .png()
        .toBuffer(),
    )
    delays.push(delay)
  }
  const at = await sheetPlace(page)
  await take(STROKE_MS)
  for (const stroke of strokes) {
    const path = evenly(stroke, STEP)
    await page.mouse.move(...at(path[0]!))
    await page.mouse.down()
    for (const [n, point] of path.entries()) {
      await page.mouse.move(...at(point))
      if (n % MOVES !== MOVES - 1) continue
      await page.waitForTimeout(SETTLE_MS)
      await take(FRAME_MS)
    }
    await page.mouse.up()
    await firstResults(page, 1)
    await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
    await take(STROKE_MS)
  }
  delays.splice(-1, 1, LAST_MS)
  return sharp(frames, { join: { animated: true } })
    .webp({ quality: 55, effort: 5, loop: 0, delay: delays })
    .toBuffer()
}

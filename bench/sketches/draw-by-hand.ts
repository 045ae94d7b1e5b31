import type { Page } from 'playwright-core'
import { type Line, sheetPlace } from '../../e2e/support/browser.ts'
import { evenly } from '../../e2e/support/lines.ts'
import { createRandom } from '../../scripts/demo/random.ts'

/** Readings of a mouse in a second, and the distance that a hand moves between two, as a share of the sheet. */
const RATE = 120
const STEP = 0.012
/** Deviation of a hand from the line, as a share of the sheet. */
const TREMOR = 0.004
const PAUSE_MS = 120

/** Draws with the mouse as a person does: at the speed of a hand, with a little tremor, and a pause before each stroke. */
export async function drawByHand(page: Page, strokes: readonly Line[], seed: number): Promise<void> {
  const random = createRandom(seed)
  const at = await sheetPlace(page)
  for (const stroke of strokes) {
    const path = evenly(stroke, STEP)
    let [driftX, driftY] = [0, 0]
    const place = ([x, y]: [number, number]) => {
      driftX = 0.9 * driftX + random.between(-TREMOR, TREMOR) / 2
      driftY = 0.9 * driftY + random.between(-TREMOR, TREMOR) / 2
      return at([x + driftX, y + driftY])
    }
    await page.mouse.move(...place(path[0]!))
    await page.waitForTimeout(PAUSE_MS)
    await page.mouse.down()
    for (const point of path.slice(1)) {
      await page.mouse.move(...place(point))
      await page.waitForTimeout(1000 / RATE)
    }
    await page.mouse.up()
  }
}

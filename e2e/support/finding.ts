import { expect, it } from 'vitest'
import { draw, firstResults, type Line, openPage } from './browser.ts'
import type { Demo } from './demo.ts'

/** Tests that most of the first results of a drawing are in the folder of its kind. */
export function itFindsItsKind(
  demo: Demo,
  name: string,
  folder: string,
  lines: Line[],
  viewport: { width: number; height: number },
): void {
  it(`${name} finds pictures of its kind`, async () => {
    const { page, close, complaints } = await openPage(demo.browser, demo.product.url, viewport)
    await draw(page, lines)
    const ofItsKind = async () =>
      (await firstResults(page, 8)).filter((path) => path.startsWith(`${folder}/`)).length
    // On a busy machine, the response to the last of many strokes is late.
    await expect.poll(ofItsKind).toBeGreaterThanOrEqual(6)
    expect(complaints).toEqual([])
    await close()
  })
}

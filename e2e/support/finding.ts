import { expect, it } from 'vitest'
import { draw, firstResults, type Line, openPage } from './browser.ts'
import type { Demo } from './demo.ts'

/** The share of images that are in a folder, 0…1. */
export function shareIn(folder: string, paths: readonly string[]): number {
  return paths.filter((path) => path.startsWith(`${folder}/`)).length / paths.length
}

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
    const ofItsKind = async () => shareIn(folder, await firstResults(page, 8))
    // On a busy machine, the response to the last of many strokes is late.
    await expect.poll(ofItsKind).toBeGreaterThanOrEqual(6 / 8)
    expect(complaints).toEqual([])
    await close()
  })
}

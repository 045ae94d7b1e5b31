import { describe, expect, it } from 'vitest'
import { DESKTOP, draw, firstResults, type Line, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'

const demo = useDemo()

const turn = (steps: number, at: (angle: number, step: number) => [number, number]): Line =>
  Array.from({ length: steps + 1 }, (_, step) => at((step / steps) * 2 * Math.PI, step))

const STAR: Line[] = [
  turn(10, (angle, step) => {
    const radius = step % 2 === 0 ? 0.36 : 0.15
    return [0.5 + radius * Math.sin(angle), 0.5 - radius * Math.cos(angle)]
  }),
]
const ring = (x: number, y: number, radius: number) =>
  turn(24, (angle) => [x + radius * Math.cos(angle), y + radius * Math.sin(angle)])
const BICYCLE: Line[] = [
  ring(0.25, 0.65, 0.17),
  ring(0.75, 0.65, 0.17),
  [
    [0.25, 0.65],
    [0.4, 0.38],
    [0.67, 0.38],
    [0.5, 0.65],
    [0.25, 0.65],
  ],
  [
    [0.5, 0.65],
    [0.37, 0.32],
  ],
  [
    [0.75, 0.65],
    [0.63, 0.3],
  ],
  [
    [0.3, 0.31],
    [0.44, 0.31],
  ],
  [
    [0.56, 0.29],
    [0.7, 0.29],
  ],
]

const share = (paths: string[], folder: string) =>
  paths.filter((path) => path.startsWith(`${folder}/`)).length / paths.length

describe('drawing', () => {
  it.each([
    ['a star', 'star', STAR, DESKTOP],
    ['a bicycle', 'bicycle', BICYCLE, DESKTOP],
    ['a star on a phone', 'star', STAR, PHONE],
  ] as const)('%s finds its kind', async (_, folder, lines, viewport) => {
    const { page, context, complaints } = await openPage(demo.browser, demo.product.url, viewport)
    await draw(page, lines as Line[])
    const results = await firstResults(page, 8)
    expect(share(results, folder), results.join(' ')).toBeGreaterThanOrEqual(0.75)
    expect(complaints).toEqual([])
    await context.close()
  })

  it('follows undo, redo and clear', async () => {
    const { page, context } = await openPage(demo.browser, demo.product.url)
    const button = (name: RegExp) => page.getByRole('button', { name })
    await expect.poll(() => button(/^Undo/).isDisabled()).toBe(true)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    await draw(page, [
      [
        [0.1, 0.9],
        [0.9, 0.9],
      ],
    ])
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    await page.keyboard.press('Control+z')
    await expect.poll(() => firstResults(page, 8)).toEqual(star)
    await button(/^Redo/).click()
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    await button(/^Clear$/).click()
    await page.getByText('Draw what you are looking for').waitFor()
    await page.getByTestId('count').getByText('240 images').waitFor()
    await button(/^Undo/).click()
    await firstResults(page, 8)
    await context.close()
  })

  it('erases', async () => {
    const { page, context } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    await draw(page, [
      [
        [0.05, 0.05],
        [0.3, 0.05],
        [0.05, 0.2],
      ],
    ])
    await expect.poll(() => firstResults(page, 8)).not.toEqual(star)
    await page.keyboard.press('e')
    await page.getByLabel('Pen width').fill('40')
    await draw(page, [
      [
        [0.05, 0.05],
        [0.3, 0.05],
        [0.05, 0.2],
      ],
    ])
    await expect.poll(async () => share(await firstResults(page, 8), 'star')).toBeGreaterThanOrEqual(0.75)
    await context.close()
  })

  it('drops an answer that has been overtaken', async () => {
    const { page, context } = await openPage(demo.browser, demo.product.url)
    let requests = 0
    await page.route('**/similarity-search', async (route) => {
      // The first answer comes long after the second.
      if (++requests === 1) await new Promise((resolve) => setTimeout(resolve, 2500))
      await route.continue().catch(() => {})
    })
    await draw(page, [
      [
        [0.1, 0.5],
        [0.9, 0.5],
      ],
    ])
    await expect.poll(() => requests).toBe(1)
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await draw(page, STAR)
    await expect.poll(() => requests).toBe(2)
    const star = await firstResults(page, 8)
    expect(share(star, 'star')).toBeGreaterThanOrEqual(0.75)
    await page.waitForTimeout(3000)
    expect(await firstResults(page, 8)).toEqual(star)
    await context.close()
  })
})

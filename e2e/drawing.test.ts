import { describe, expect, it } from 'vitest'
import { count, draw, firstResults, inkIn, openPage, PHONE, sheetPlace } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { anyInk, hasInkAt, levelLine } from './support/ink.ts'
import { deviceOf, stream } from './support/pointer.ts'
import { CLASSICAL } from './support/product.ts'
import { itEndsWhereThePointerIsLifted } from './support/stroke-end.ts'

const demo = useDemo(2, CLASSICAL)

describe('a stroke', () => {
  itEndsWhereThePointerIsLifted(demo, [
    ['mouse', 240],
    ['pen', 120],
    ['touch', 60],
  ])

  it('of a fast mouse keeps its corners', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, [
      [
        [0.3, 0.3],
        [0.7, 0.3],
        [0.7, 0.7],
      ],
    ])
    expect(await inkIn(page, [0.694, 0.294, 0.012, 0.012])).toBeGreaterThan(0.5)
    await close()
  })
})

describe('a reload', () => {
  it('keeps strokes that were drawn without a pause, and their history', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, [levelLine(0.3), levelLine(0.4), levelLine(0.5)])
    await page.reload()
    await expect.poll(() => hasInkAt(page, 0.5)).toBe(true)
    expect(await hasInkAt(page, 0.3)).toBe(true)
    await page.keyboard.press('Control+z')
    await expect.poll(() => hasInkAt(page, 0.5)).toBe(false)
    expect(await hasInkAt(page, 0.4)).toBe(true)
    await page.reload()
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => hasInkAt(page, 0.5)).toBe(true)
    await close()
  })
})

describe('fingers', () => {
  it('beside a pen move the sheet instead of drawing', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const at = await sheetPlace(page)
    await stream(await deviceOf(page, 'pen'), (share) => at([0.3 + 0.4 * share, 0.4]), 120, 200)
    const ink = await anyInk(page)
    expect(ink).toBeGreaterThan(0)
    // The palm, while the pen is near.
    await stream(await deviceOf(page, 'touch'), (share) => at([0.3 + 0.4 * share, 0.6]), 60, 150)
    expect(await hasInkAt(page, 0.6)).toBe(false)
    await page.waitForTimeout(700)
    await stream(await deviceOf(page, 'touch'), (share) => at([0.5, 0.6 + 0.1 * share]), 60, 150)
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(false)
    await page.getByRole('button', { name: /Show the whole sheet/ }).click()
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    expect(await anyInk(page)).toBeCloseTo(ink, 3)
    await close()
  })
})

describe('keys', () => {
  it('belong to the sheet after a press on it, wherever the focus was', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await page.getByRole('button', { name: 'Brush' }).click()
    await draw(page, [levelLine(0.4)])
    await page.keyboard.down(' ')
    await page.mouse.move(...at([0.5, 0.6]))
    await page.mouse.down()
    await page.mouse.move(...at([0.5, 0.7]), { steps: 3 })
    await page.mouse.up()
    await page.keyboard.up(' ')
    expect(await hasInkAt(page, 0.5)).toBe(true)
    await page.getByRole('button', { name: /Show the whole sheet/ }).click()
    await page.keyboard.press('v')
    await page.locator('[data-testid=grid] [data-path]').first().focus()
    await page.mouse.click(...at([0.5, 0.4]))
    await page.getByText('1 stroke selected').first().waitFor()
    await page.locator('[data-handle=inside]').waitFor()
    await page.keyboard.press('Delete')
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(false)
    expect(await page.getByText('moved to trash').count()).toBe(0)
    await close()
  })
})

describe('matching colours', () => {
  it('shows the gallery while nothing is drawn, and after the sheet was cleared', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const firstVisit = page.getByRole('heading', { name: 'Draw what you remember' })
    const expectGallery = async () => {
      await page.waitForURL(/q=csketch$/)
      await count(page, '24 pictures')
      await firstVisit.waitFor()
      await page.locator('[data-testid=grid] [data-path]').first().waitFor()
      expect(await page.getByText('The search only excludes pictures.').count()).toBe(0)
    }
    await page.locator('canvas').focus()
    await page.keyboard.press('c')
    await page.getByRole('radio', { name: 'Red' }).check()
    await page.getByRole('switch', { name: 'Match colours too' }).check()
    await page.keyboard.press('Escape')
    await expectGallery()
    await draw(page, [levelLine(0.4)])
    await firstResults(page, 1)
    await page.waitForURL(/q=.*s[0-9a-f]+/)
    await page.getByRole('button', { name: /^Clear sheet/ }).click()
    await expectGallery()
    await close()
  })
})

describe('the eraser', () => {
  it('cuts parts out, and takes whole strokes when it is held', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await draw(page, [levelLine(0.4), levelLine(0.6)])
    await page.keyboard.press('e')
    await page.mouse.click(...at([0.5, 0.4]))
    expect(await inkIn(page, [0.49, 0.39, 0.02, 0.02])).toBe(0)
    expect(await inkIn(page, [0.32, 0.39, 0.05, 0.02])).toBeGreaterThan(0.1)
    await page.mouse.move(...at([0.5, 0.6]))
    await page.mouse.down()
    await expect.poll(() => inkIn(page, [0.1, 0.55, 0.8, 0.1])).toBe(0)
    await page.mouse.up()
    expect(await inkIn(page, [0.1, 0.55, 0.8, 0.1])).toBe(0)
    await page.keyboard.press('Control+z')
    await expect.poll(() => hasInkAt(page, 0.6)).toBe(true)
    await close()
  })
})

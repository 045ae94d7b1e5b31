import { describe, expect, it } from 'vitest'
import { draw, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { itStaysFluent } from './support/fluency.ts'
import { anyInk, hasInkAt, levelLine } from './support/ink.ts'
import { CLASSICAL } from './support/product.ts'
import { itEndsWhereThePointerIsLifted } from './support/stroke-end.ts'

const demo = useDemo(2, CLASSICAL)

describe('a stroke', () => {
  itEndsWhereThePointerIsLifted(demo, [
    ['mouse', 60],
    ['mouse', 120],
    ['pen', 60],
    ['pen', 240],
    ['touch', 120],
    ['touch', 240],
  ])
})

describe('a reload', () => {
  it('keeps 500 steps to undo, and the sheet as it was before them', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const undoButton = page.getByRole('button', { name: 'Undo', exact: true })
    await draw(page, [levelLine(0.5)])
    await page.keyboard.press('Control+a')
    for (let n = 0; n < 500; n++) await page.keyboard.press(n % 2 === 0 ? 'ArrowRight' : 'ArrowLeft')
    await page.reload()
    await expect.poll(() => hasInkAt(page, 0.5)).toBe(true)
    for (let n = 1; n < 500; n++) await page.keyboard.press('Control+z')
    await expect.poll(() => undoButton.isEnabled()).toBe(true)
    await page.keyboard.press('Control+z')
    await expect.poll(() => undoButton.isDisabled()).toBe(true)
    // The stroke was drawn one step before.
    expect(await hasInkAt(page, 0.5)).toBe(true)
    await close()
  })

  it('keeps the tool settings, and another tab has a sheet of its own', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.keyboard.press('c')
    await page.getByRole('radio', { name: 'Teal' }).check()
    await page.keyboard.press('Escape')
    await draw(page, [levelLine(0.5)])
    await page.waitForTimeout(400)
    const other = await page.context().newPage()
    await other.goto(demo.product.url)
    await other.getByRole('button', { name: 'Colour: Teal' }).waitFor()
    expect(await anyInk(other)).toBe(0)
    await other.close()
    await close()
  })
})

describe('a sheet of 500 strokes', () => {
  itStaysFluent(demo, 500, 0.02)
})

describe('a sheet of 5,000 strokes', () => {
  itStaysFluent(demo, 5_000, 0.2)
})

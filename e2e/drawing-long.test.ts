import { describe, expect, it } from 'vitest'
import { draw, firstResults, inkIn, openPage, PHONE, sheetPlace } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { itStaysFluent } from './support/fluency.ts'
import { anyInk, hasInkAt, levelLine } from './support/ink.ts'
import { deviceOf, fingers, type Point, stream } from './support/pointer.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'
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

  it('becomes a circle when the pointer is held at its end, and is free again after Undo', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    // A loop with bumps, which the circle does not have.
    const onLoop = (n: number): Point => {
      const turn = (n / 48) * 2 * Math.PI
      const radius = 0.2 * (1 + 0.06 * Math.cos(3 * turn))
      return at([0.5 + radius * Math.cos(turn), 0.5 + radius * Math.sin(turn)])
    }
    await page.mouse.move(...(onLoop(0) as [number, number]))
    await page.mouse.down()
    for (let n = 1; n <= 48; n++) await page.mouse.move(...(onLoop(n) as [number, number]))
    const bump = () => inkIn(page, [0.71, 0.49, 0.01, 0.02])
    await expect.poll(bump).toBeLessThan(0.2)
    await page.mouse.up()
    expect(await bump()).toBeLessThan(0.2)
    await page.keyboard.press('Control+z')
    await expect.poll(bump).toBeGreaterThan(0.3)
    await page.keyboard.press('Control+z')
    await expect.poll(() => anyInk(page)).toBe(0)
    await close()
  })
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

describe('the view', () => {
  it('changes many times with few bitmaps', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, [levelLine(0.4)])
    await page.mouse.move(...(await sheetPlace(page))([0.5, 0.5]))
    const made = await page.evaluate(async () => {
      const create = document.createElement.bind(document)
      let count = 0
      document.createElement = ((name: string) => {
        if (name === 'canvas') count++
        return create(name)
      }) as typeof document.createElement
      const sheet = document.querySelector('canvas')!
      for (let n = 0; n < 60; n++) {
        const { left, top } = sheet.getBoundingClientRect()
        const at = { clientX: left + 100, clientY: top + 100, deltaY: n % 2 === 0 ? -20 : 15, ctrlKey: true }
        sheet.dispatchEvent(new WheelEvent('wheel', { ...at, bubbles: true, cancelable: true }))
        // Two events in a frame, as of two fingers.
        if (n % 2 === 1) await new Promise(requestAnimationFrame)
      }
      return count
    })
    expect(made).toBeLessThan(6)
    await page.getByRole('button', { name: /Show the whole sheet/ }).click()
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    await close()
  })
})

describe('fingers', () => {
  it('move the sheet after a pen was used, although the sheet was closed meanwhile', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await stream(await deviceOf(page, 'pen'), (share) => at([0.3 + 0.4 * share, 0.4]), 120, 200)
    await page.getByRole('button', { name: 'Close sheet' }).click()
    await page.getByRole('button', { name: 'Open the sheet' }).click()
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    await fingers(page, [(share) => at([0.3 + 0.4 * share, 0.6])], { steps: 8 })
    await page.getByRole('button', { name: /Show the whole sheet/ }).click()
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    expect(await hasInkAt(page, 0.6)).toBe(false)
    await close()
  })

  it('that tap undo with two and redo with three', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const at = await sheetPlace(page)
    await stream(await deviceOf(page, 'touch'), (share) => at([0.3 + 0.4 * share, 0.4]), 120, 200)
    expect(await hasInkAt(page, 0.4)).toBe(true)
    const tap = (count: number) =>
      fingers(
        page,
        Array.from({ length: count }, (_, n) => () => at([0.3 + 0.15 * n, 0.5])),
        { steps: 0 },
      )
    await tap(2)
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(false)
    await tap(3)
    await expect.poll(() => hasInkAt(page, 0.4)).toBe(true)
    await close()
  })

  it('that pinch enlarge the sheet and leave no line', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const at = await sheetPlace(page)
    const [x, y] = at([0.5, 0.4])
    const apart =
      (sign: number) =>
      (share: number): Point => [x + sign * (30 + 40 * share), y]
    await fingers(page, [apart(-1), apart(1)], { steps: 8, gapMs: 60 })
    const zoom = page.getByRole('button', { name: /Show the whole sheet/ })
    await zoom.waitFor()
    expect(await anyInk(page)).toBe(0)
    expect(Number.parseInt((await zoom.textContent())!, 10)).toBeGreaterThan(150)
    await zoom.click()
    await zoom.waitFor({ state: 'detached' })
    await close()
  })
})

describe('a drawing beside the middle', () => {
  it('is shown as a whole when it is opened in a smaller pane', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.keyboard.press('f')
    await page.getByRole('button', { name: 'Leave full screen' }).waitFor()
    await draw(page, [
      [
        [1.1, 0.4],
        [1.1, 0.6],
      ],
    ])
    await page.getByRole('button', { name: 'Save sketch' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Save sketch' }).click()
    await dialog.getByText('Sketch saved').waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+z')
    await page.keyboard.press('f')
    await draw(page, [levelLine(0.5)])
    const before = await anyInk(page)
    await page.getByRole('button', { name: 'Save sketch' }).click()
    await dialog.getByRole('button', { name: /^Open Sketch/ }).click()
    await expect.poll(() => anyInk(page)).not.toBe(before)
    expect(await anyInk(page)).toBeGreaterThan(0)
    await close()
  })
})

describe('undo', () => {
  it('during a stroke takes that stroke back, and redo returns it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await draw(page, [levelLine(0.3)])
    await page.mouse.move(...at([0.3, 0.5]))
    await page.mouse.down()
    await page.mouse.move(...at([0.7, 0.5]), { steps: 6 })
    await page.keyboard.press('Control+z')
    await page.mouse.move(...at([0.7, 0.7]), { steps: 6 })
    await page.mouse.up()
    expect([await hasInkAt(page, 0.3), await hasInkAt(page, 0.5)]).toEqual([true, false])
    await page.keyboard.press('Control+Shift+z')
    await expect.poll(() => hasInkAt(page, 0.5)).toBe(true)
    await close()
  })

  it('of a cleared sheet is offered until something else is drawn or the sheet is closed', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const offer = page.getByRole('status').getByRole('button', { name: 'Undo' })
    await draw(page, [levelLine(0.3)])
    await page.getByRole('button', { name: /^Clear sheet/ }).click()
    await offer.click()
    await expect.poll(() => hasInkAt(page, 0.3)).toBe(true)
    await page.getByRole('button', { name: /^Clear sheet/ }).click()
    await offer.waitFor()
    await draw(page, [levelLine(0.5)])
    await offer.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Clear sheet/ }).click()
    await offer.waitFor()
    await page.getByRole('button', { name: 'Close sheet' }).click()
    await offer.waitFor({ state: 'detached' })
    await close()
  })
})

describe('the selection', () => {
  it('is moved, mirrored, duplicated and deleted, and each is undone', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await draw(page, [levelLine(0.3)])
    const before = await firstResults(page, 8)
    await draw(page, STAR)
    await expect.poll(() => firstResults(page, 8)).not.toEqual(before)
    await page.keyboard.press('Control+z')
    await page.keyboard.press('v')
    await page.mouse.click(...at([0.5, 0.3]))
    await page.getByText('1 stroke selected').first().waitFor()
    await page.locator('[data-handle=inside]').waitFor()
    await page.mouse.move(...at([0.5, 0.3]))
    await page.mouse.down()
    await page.mouse.move(...at([0.5, 0.6]), { steps: 6 })
    await page.mouse.up()
    expect([await hasInkAt(page, 0.3), await hasInkAt(page, 0.6)]).toEqual([false, true])
    await page.keyboard.press('Control+d')
    await expect.poll(() => hasInkAt(page, 0.63)).toBe(true)
    await page.keyboard.press('Delete')
    await expect.poll(() => hasInkAt(page, 0.63)).toBe(false)
    expect(await hasInkAt(page, 0.6)).toBe(true)
    for (let n = 0; n < 3; n++) await page.keyboard.press('Control+z')
    await expect.poll(() => hasInkAt(page, 0.3)).toBe(true)
    expect(await hasInkAt(page, 0.6)).toBe(false)
    await close()
  })

  it('is taken by a lasso, and turned with Shift in steps', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await draw(page, [levelLine(0.4), levelLine(0.5)])
    await page.keyboard.press('v')
    await draw(page, [
      [
        [0.2, 0.34],
        [0.8, 0.34],
        [0.8, 0.55],
        [0.2, 0.55],
      ],
    ])
    await page.getByText('2 strokes selected').first().waitFor()
    await page.locator('[data-handle=inside]').waitFor()
    const grip = (await page.locator('[data-handle=turn]').boundingBox())!
    await page.mouse.move(grip.x + grip.width / 2, grip.y + grip.height / 2)
    await page.mouse.down()
    await page.keyboard.down('Shift')
    await page.mouse.move(...at([0.95, 0.46]), { steps: 8 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    // Two upright lines.
    expect(await inkIn(page, [0.25, 0.38, 0.12, 0.04])).toBe(0)
    expect(await inkIn(page, [0.43, 0.3, 0.14, 0.04])).toBeGreaterThan(0.05)
    await page.keyboard.press('Escape')
    await page.getByText('2 strokes selected').first().waitFor({ state: 'detached' })
    await close()
  })
})

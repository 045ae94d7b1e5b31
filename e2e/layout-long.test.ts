import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chip, DESKTOP, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { misplaced, stillness } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

/** The tools of the sheet and their places. */
const toolsOf = (page: Page) => page.getByRole('toolbar', { name: 'Drawing tools' })

it.each([
  ['a phone on its side', 844, 390, 'horizontal'],
  ['a window at 200 %', 720, 450, 'horizontal'],
  ['a low tablet', 960, 600, 'horizontal'],
  ['a tablet', 768, 1024, 'vertical'],
])('all tools of the sheet are within reach on %s', async (_, width, height, orientation) => {
  const { page, close } = await openPage(demo.browser, demo.product.url, { width, height })
  await expect.poll(() => toolsOf(page).getAttribute('aria-orientation')).toBe(orientation)
  await stillness(page)
  expect(await misplaced(page)).toEqual([])
  await close()
})

it('nothing lies under the notch or at the edge of a device', async () => {
  const page = await (
    await demo.browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true })
  ).newPage()
  const session = await page.context().newCDPSession(page)
  const insets = { top: 44, left: 20, right: 20, bottom: 34 }
  await session.send('Emulation.setSafeAreaInsetsOverride', { insets })
  await page.goto(demo.product.url)
  await page.getByRole('button', { name: 'Gallery', exact: true }).tap()
  /** Controls within the insets; rows of pictures end beyond the lower one. */
  const covered = () =>
    page.evaluate(({ top, left, right, bottom }) => {
      const isInset = (box: DOMRect) =>
        box.top < top ||
        box.left < left ||
        box.right > innerWidth - right ||
        box.bottom > innerHeight - bottom
      return [...document.querySelectorAll('button, a, input')]
        .filter(
          (element) =>
            element.closest('.sr-only, [inert], [data-testid=grid], nav[aria-label^=Pictures]') === null,
        )
        .filter((element) => element.checkVisibility() && isInset(element.getBoundingClientRect()))
        .map((element) => element.getAttribute('aria-label') ?? element.textContent)
    }, insets)
  await page.getByRole('button', { name: 'Draw' }).waitFor()
  await expect.poll(covered).toEqual([])
  await page.locator('[data-path]').first().tap()
  await page.getByTestId('large-picture').waitFor()
  expect(await covered()).toEqual([])
  const viewport = page.locator('meta[name=viewport]')
  expect(await viewport.getAttribute('content')).toContain('viewport-fit=cover')
  await page.context().close()
})

/** Where the pictures in view lie in the window. */
const places = (page: Page) =>
  page
    .locator('[data-testid=grid] [data-path]')
    .evaluateAll((tiles) =>
      tiles.map((one) => [(one as HTMLElement).dataset.path, Math.round(one.getBoundingClientRect().top)]),
    )

it.each([
  ['a desktop', { ...DESKTOP, height: 500 }],
  ['a phone', PHONE],
])('a scrolled list stays in its place while something above it appears or goes on %s', async (_, size) => {
  const { page, close } = await openPage(demo.browser, demo.product.url, size)
  await page.route('**/api/index/status', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ json: { ...(await response.json()), polling_reason: 'It is far away.' } })
  })
  await page.reload()
  const notice = page.getByRole('button', { name: 'Got it' })
  await notice.waitFor()
  const grid = page.getByTestId('grid')
  await grid.evaluate((element) => element.scrollTo(0, 300))
  await stillness(page)
  const before = await places(page)
  await notice.click()
  await notice.waitFor({ state: 'detached' })
  await stillness(page)
  expect(await places(page)).toEqual(expect.arrayContaining(before))
  // On a phone, the bar of a selection has no head whose place it takes.
  await page.locator('[data-index="6"]').evaluate((one: HTMLElement) => one.focus({ preventScroll: true }))
  await page.keyboard.press('Space')
  await page.getByText('1 selected').first().waitFor()
  await stillness(page)
  expect(await places(page)).toEqual(expect.arrayContaining(before))
  await close()
})

describe('the parts of the search', () => {
  const address = async (count: number) => {
    const answer = await fetch(`${demo.product.url}/api/images?items_per_page=${count}`)
    const { images } = (await answer.json()) as { images: { id: string }[] }
    return `${demo.product.url}/?q=${images.map(({ id }) => `i${id}`).join()}`
  }
  const fades = (page: Page) =>
    page.getByRole('toolbar', { name: 'Parts of the search' }).evaluate((row) => {
      const style = getComputedStyle(row)
      return ['--fade-left', '--fade-right'].map((name) => style.getPropertyValue(name))
    })

  it('fade at the edges over which they scroll', async () => {
    const { page, close } = await openPage(demo.browser, await address(6), PHONE)
    await expect.poll(() => fades(page)).toEqual(['2rem', ''])
    const row = page.getByRole('toolbar', { name: 'Parts of the search' })
    await row.evaluate((element) => element.scrollTo(40, 0))
    await expect.poll(() => fades(page)).toEqual(['2rem', '2rem'])
    await row.evaluate((element) => element.scrollTo(0, 0))
    await expect.poll(() => fades(page)).toEqual(['', '2rem'])
    await close()
  })

  it('have room in a window of 600 pixels', async () => {
    const { page, close } = await openPage(demo.browser, await address(1), { width: 600, height: 800 })
    // Playwright clicks only what nothing covers.
    await chip(page, 'More like').click({ trial: true })
    await page.getByRole('button', { name: 'Draw', exact: true }).click({ trial: true })
    await close()
  })
})

describe('the divider', () => {
  const size = { width: 1024, height: 700 }
  const dividerOf = (page: Page) => page.getByRole('separator')
  const placeOf = async (page: Page) => Math.round((await dividerOf(page).boundingBox())!.x)
  const drag = async (page: Page, to: number) => {
    await page.mouse.move((await placeOf(page)) + 0.5, 500)
    await page.mouse.down()
    await page.mouse.move(to, 500, { steps: 8 })
    await page.mouse.up()
  }

  it('moves at each press of an arrow key beside the folders, and after a drag to its end', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, size)
    await page.getByRole('button', { name: 'Show folders' }).click()
    await page.getByRole('navigation', { name: 'Library' }).waitFor()
    const least = await placeOf(page)
    // A pane of 420 pixels beside folders of 256.
    expect(least).toBe(676)
    await dividerOf(page).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => placeOf(page)).toBeGreaterThan(least + 10)
    await drag(page, 520)
    await expect.poll(() => placeOf(page)).toBe(least)
    expect(Number(await dividerOf(page).getAttribute('aria-valuenow'))).toBe(55)
    await dividerOf(page).focus()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => placeOf(page)).toBeGreaterThan(least + 10)
    await close()
  })

  it('keeps its place over a reload, returns on a double click, and closes the pane at its end', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, size)
    const usual = await placeOf(page)
    await drag(page, 600)
    const dragged = await placeOf(page)
    expect(Math.abs(dragged - 600)).toBeLessThanOrEqual(2)
    await page.reload()
    await dividerOf(page).waitFor()
    await expect.poll(() => placeOf(page)).toBe(dragged)
    await dividerOf(page).dblclick()
    await expect.poll(() => placeOf(page)).toBe(usual)
    // Narrower than 28 % of the window.
    await drag(page, 270)
    await page.getByRole('button', { name: 'Open the sheet' }).click()
    await dividerOf(page).waitFor()
    await close()
  })

  it('leaves the sheet a third of the height of an upright window', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, { width: 768, height: 1024 })
    await dividerOf(page).focus()
    for (let n = 0; n < 15; n++) await page.keyboard.press('ArrowUp')
    await expect.poll(() => dividerOf(page).getAttribute('aria-valuenow')).toBe('35')
    await expect.poll(() => toolsOf(page).getAttribute('aria-orientation')).toBe('horizontal')
    await stillness(page)
    expect(await misplaced(page)).toEqual([])
    await close()
  })
})

/** Names controls that a finger misses 21 pixels beside their middle. Pictures of a list and sliders are measured by themselves. */
const smallTargets = (page: Page) =>
  page.evaluate(() => {
    const dialog = document.querySelector('dialog[open]')
    const controls = [...(dialog ?? document).querySelectorAll<HTMLElement>('button, a[href], input')]
    const targetOf = (element: Element | null) => {
      const control = element?.closest('button, a, input, label') ?? null
      return control instanceof HTMLLabelElement ? control.control : control
    }
    return controls
      .filter((one) => one.closest('[role=grid], .sr-only, [inert], [type=range]') === null)
      .filter((one) => !one.matches(':disabled') && one.checkVisibility({ visibilityProperty: true }))
      .flatMap((one) => {
        const { left, top, width, height } = (one.closest('label') ?? one).getBoundingClientRect()
        const [x, y] = [left + width / 2, top + height / 2]
        // Parts out of view or below something else do not count.
        let outer = one.parentElement
        while (outer !== null && !/auto|scroll|hidden/.test(getComputedStyle(outer).overflowY))
          outer = outer.parentElement
        const view = outer?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight)
        const layer = one.closest('[role=dialog], dialog')
        const misses = ([dx, dy]: readonly [number, number]) => {
          const [px, py] = [x + dx, y + dy]
          if (px < view.left || px > view.right || py < view.top || py > view.bottom) return false
          const found = document.elementFromPoint(px, py)
          return targetOf(found) !== one && found?.closest('[role=dialog], dialog') === layer
        }
        if (targetOf(document.elementFromPoint(x, y)) !== one) return []
        const missed = (
          [
            [-21, 0],
            [21, 0],
            [0, -21],
            [0, 21],
          ] as const
        ).filter(misses)
        const label = one.getAttribute('aria-label') ?? one.textContent
        return missed.length === 0 ? [] : [`${label}: ${width} × ${height}, misses ${missed.join(' and ')}`]
      })
  })

it('controls are 44 pixels wide and high to a finger', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
  const found: Record<string, string[]> = {}
  const look = async (view: string) => {
    await stillness(page)
    const list = await smallTargets(page)
    if (list.length > 0) found[view] = list
  }
  await look('the sheet')
  await page.getByRole('button', { name: /^Colour/ }).tap()
  await page.getByRole('radio', { name: 'Red' }).waitFor()
  await look('the inks')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Filters/ }).tap()
  await page.getByRole('searchbox', { name: 'Name contains' }).waitFor()
  await look('the filters')
  await page.keyboard.press('Escape')
  await page.locator('[data-path]').first().tap()
  await page.getByTestId('large-picture').waitFor()
  await look('a picture')
  await page.getByRole('button', { name: 'Details' }).tap()
  await page.getByRole('button', { name: 'Show in folder' }).waitFor()
  await look('its details')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More like this' }).first().tap()
  await chip(page, 'More like').waitFor()
  await look('a search')
  await page.getByRole('button', { name: 'Gallery', exact: true }).tap()
  await page.getByRole('button', { name: 'Show folders' }).tap()
  await page.getByRole('dialog').getByRole('button', { name: /^star/ }).waitFor()
  await look('the folders')
  expect(found).toEqual({})
  await close()
})

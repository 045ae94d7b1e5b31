import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { chip, DESKTOP, draw, firstResults, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { misplaced, nextFrame, stillness } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(8, CLASSICAL)

/** Names the pane that has the focus by its content. */
const focusedPane = (page: Page) =>
  page.evaluate(() => {
    const pane = document.activeElement?.closest('[data-pane]')
    if (pane?.querySelector('[role=grid]')) return 'results'
    if (pane?.querySelector('[data-testid=sheet]')) return 'sheet'
    return pane?.tagName.toLowerCase()
  })

describe('the keyboard', () => {
  it('cycles through the panes with F6, forwards and backwards', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const seen: (string | undefined)[] = []
    for (const key of ['F6', 'F6', 'F6', 'F6', 'Shift+F6', 'Shift+F6']) {
      await page.keyboard.press(key)
      seen.push(await focusedPane(page))
    }
    expect(seen).toEqual(['header', 'sheet', 'results', 'header', 'results', 'sheet'])
    // The sheet has the keys of the pane that was used last.
    await page.keyboard.press('e')
    await expect
      .poll(() => page.getByRole('button', { name: 'Eraser' }).getAttribute('aria-pressed'))
      .toBe('true')
    await close()
  })
})

describe('a tooltip', () => {
  it('appears after a delay, the next one at once, and closes with Escape', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const tooltip = page.getByRole('tooltip')
    await page.getByRole('button', { name: 'Brush' }).hover()
    await tooltip.filter({ hasText: 'Brush' }).waitFor()
    await page.getByRole('button', { name: 'Eraser' }).hover()
    await tooltip.filter({ hasText: 'Eraser' }).waitFor()
    await expect.poll(() => tooltip.count()).toBe(1)
    await page.keyboard.press('Escape')
    await tooltip.waitFor({ state: 'detached' })
    // With keyboard focus, a tooltip appears at once, and a press hides it.
    await page.getByRole('button', { name: 'Brush' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Shift+Tab')
    await tooltip.filter({ hasText: 'Brush' }).waitFor()
    await page.getByRole('button', { name: 'Brush' }).click()
    await tooltip.waitFor({ state: 'detached' })
    await close()
  })
})

describe('the parts of the search', () => {
  it('are one tab stop, and arrow keys move between them', async () => {
    const { images } = (await (await fetch(`${demo.product.url}/api/images?items_per_page=3`)).json()) as {
      images: { id: string }[]
    }
    const address = `${demo.product.url}/?q=${images.map(({ id }) => `i${id}`).join()}`
    const { page, close } = await openPage(demo.browser, address)
    const chips = page.getByRole('toolbar', { name: 'Parts of the search' }).locator('[data-chip]')
    await expect.poll(() => chips.count()).toBe(3)
    const stops = () => chips.evaluateAll((all) => all.map((one) => (one as HTMLElement).tabIndex))
    expect(await stops()).toEqual([0, -1, -1])
    await chips.first().focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await stops()).toEqual([-1, -1, 0])
    await page.keyboard.press('Shift+Tab')
    expect(await chips.evaluateAll((all) => all.some((one) => one === document.activeElement))).toBe(false)
    await page.keyboard.press('Tab')
    expect(await chips.nth(2).evaluate((one) => one === document.activeElement)).toBe(true)
    await close()
  })
})

describe('the focus', () => {
  const focused = (locator: Locator) => locator.evaluate((element) => element === document.activeElement)
  const isFocused = (locator: Locator) => expect.poll(() => focused(locator)).toBe(true)
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).press('Enter')
  /** Searches with three pictures. @returns their chips */
  const openSearch = async (size: typeof DESKTOP) => {
    const { images } = (await (await fetch(`${demo.product.url}/api/images?items_per_page=3`)).json()) as {
      images: { id: string; user_visible_name: string }[]
    }
    const address = `${demo.product.url}/?q=${images.map(({ id }) => `i${id}`).join()}`
    const { page, close } = await openPage(demo.browser, address, size)
    const parts = images.map(({ user_visible_name: name }) => chip(page, `More like ${name}`))
    await parts[2]!.waitFor()
    return { page, close, parts }
  }
  const field = (page: Page) => page.getByRole('combobox')

  it('goes from a removed part of the search to the next one, whose options stay closed after Back', async () => {
    const { page, close, parts } = await openSearch(DESKTOP)
    const [first, second, third] = parts as [Locator, Locator, Locator]
    await second.press('Enter')
    await press(page, 'Remove from search')
    await second.waitFor({ state: 'detached' })
    await isFocused(third)
    expect(await third.getAttribute('tabindex')).toBe('0')
    await page.goBack()
    // Forward removes it, too.
    await second.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.goForward()
    await second.waitFor({ state: 'detached' })
    await page.goBack()
    await second.waitFor()
    await stillness(page)
    expect(await page.getByRole('dialog').count()).toBe(0)
    await third.press('Enter')
    await press(page, 'Remove from search')
    await third.waitFor({ state: 'detached' })
    await isFocused(second)
    expect(await second.getAttribute('tabindex')).toBe('0')
    for (const part of [second, first]) {
      await part.press('Enter')
      await press(page, 'Remove from search')
      await part.waitFor({ state: 'detached' })
    }
    await isFocused(field(page))
    await close()
  })

  it.each([DESKTOP, PHONE])('goes from “Clear search” to the field for words, %o', async (size) => {
    const { page, close, parts } = await openSearch(size)
    if (size === PHONE) {
      await press(page, 'Add to the search')
      await page.getByRole('menuitem', { name: 'Clear search' }).press('Enter')
    } else await press(page, 'Clear search')
    await parts[0]!.waitFor({ state: 'detached' })
    await stillness(page)
    await isFocused(field(page))
    await close()
  })

  it('stays on a filter that is cleared, and goes from a place that is left to the results', async () => {
    const address = `${demo.product.url}/?type=png&recent=true`
    const { page, close } = await openPage(demo.browser, address, { ...DESKTOP, width: 2400 })
    await press(page, 'Clear PNG')
    await isFocused(page.getByRole('button', { name: 'Type: Any type' }))
    await press(page, 'Clear Recently added')
    await page.getByRole('button', { name: 'Clear Recently added' }).waitFor({ state: 'detached' })
    await isFocused(page.locator('#results'))
    await close()
  })

  it('goes to the results from the bar of a selection that ends, and from what stands for no pictures', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.locator('[data-index="0"]').press('Space')
    await press(page, 'Clear selection')
    await page.getByRole('button', { name: 'Clear selection' }).waitFor({ state: 'detached' })
    await isFocused(page.locator('#results'))
    await page.goto(`${demo.product.url}/?name=none-of-them`)
    await press(page, 'Clear filters')
    await page.locator('[data-index="0"]').waitFor()
    await isFocused(page.locator('#results'))
    await close()
  })

  it('stays among the filters of a phone when all are cleared', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?type=png`, PHONE)
    await page.getByRole('button', { name: /^Filters/ }).click()
    await press(page, 'Clear filters')
    await page.getByRole('button', { name: 'Clear filters' }).waitFor({ state: 'detached' })
    await isFocused(page.getByRole('dialog', { name: 'Filters' }))
    await close()
  })

  it('goes to the button of a popover that a key has opened', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    await page.keyboard.press('c')
    const choices = page.getByRole('dialog', { name: 'Colour' })
    await choices.waitFor()
    await page.keyboard.press('Escape')
    await choices.waitFor({ state: 'detached' })
    await isFocused(page.getByRole('button', { name: /^Colour/ }))
    await close()
  })
})

describe('text of twice the size', () => {
  it.each([
    ['desktop', DESKTOP],
    ['phone', PHONE],
  ])('loses nothing on a %s', async (_, size) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, size)
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    await nextFrame(page)
    const found = { gallery: await misplaced(page), results: [] as string[], clipped: [] as string[] }
    await draw(page, STAR)
    await firstResults(page, 1)
    await stillness(page)
    found.results = await misplaced(page)
    // Text that is cut off without an ellipsis.
    found.clipped = await page.evaluate(() =>
      [...document.querySelectorAll('button, a, label, h1, h2, h3')].flatMap((element) => {
        const { overflowX, textOverflow } = getComputedStyle(element)
        const isCut = element.scrollWidth > element.clientWidth + 1 && overflowX === 'hidden'
        const isSeen = element.checkVisibility() && element.closest('.sr-only') === null
        return isCut && isSeen && textOverflow !== 'ellipsis' ? [element.textContent ?? ''] : []
      }),
    )
    expect(found).toEqual({ gallery: [], results: [], clipped: [] })
    await close()
  })
})

describe('the filters above the results', () => {
  it.each(['en-GB', 'de-DE'])('keep their words in a window of 1440 pixels, in %s', async (locale) => {
    const context = await demo.browser.newContext({ locale, viewport: DESKTOP })
    const page = await context.newPage()
    await page.goto(demo.product.url)
    await page.locator('[data-testid=grid] img').first().waitFor()
    const cut = await page
      .locator('#results button .truncate')
      .evaluateAll((words) =>
        words.filter((word) => word.scrollWidth > word.clientWidth).map((word) => word.textContent),
      )
    expect(cut).toEqual([])
    await page.getByRole('button', { name: /^(More filters|Mehr Filter)/ }).click()
    await page.getByRole('dialog').getByRole('radio').first().waitFor()
    const tooWide = await page
      .getByRole('dialog')
      .locator('fieldset')
      .evaluateAll((choices) =>
        choices
          .filter((choice) => choice.scrollWidth > choice.clientWidth)
          .map((choice) => choice.textContent),
      )
    expect(tooWide).toEqual([])
    await context.close()
  })
})

describe('forced colours', () => {
  it('mark chosen, selected and unwanted items by outlines', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.emulateMedia({ forcedColors: 'active' })
    await draw(page, STAR)
    await firstResults(page, 1)
    const tiles = page.locator('[data-testid=grid] [data-path]')
    await tiles.nth(1).focus()
    await page.keyboard.press('-')
    await chip(page, 'Less like').first().waitFor()
    await firstResults(page, 1)
    await tiles.nth(0).focus()
    await page.keyboard.press('Space')
    const styleOf = (selector: string, property: 'borderTopStyle' | 'borderTopWidth' | 'outlineStyle') =>
      page
        .locator(selector)
        .first()
        .evaluate((element, name) => getComputedStyle(element)[name], property)
    expect(await styleOf('[aria-selected=true] .border-3', 'borderTopStyle')).toBe('solid')
    expect(await styleOf('[aria-selected=true] .border-3', 'borderTopWidth')).toBe('4px')
    expect(await styleOf('[role=toolbar] .border-dashed', 'borderTopStyle')).toBe('dashed')
    expect(await styleOf('[aria-pressed=true][data-lit]', 'outlineStyle')).toBe('solid')
    await page.getByRole('button', { name: /^Colour/ }).click()
    const swatch = page.getByRole('dialog').getByRole('radio').nth(3)
    expect(await swatch.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      'rgb(217, 115, 13)',
    )
    expect(await violationsIn(page)).toEqual([])
    await page.emulateMedia({ forcedColors: 'none' })
    await close()
  })
})

describe('more contrast', () => {
  it.each(['light', 'dark'] as const)('makes lines stronger in the %s theme', async (colorScheme) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP, colorScheme)
    const border = () =>
      page.getByRole('search').evaluate((bar) => {
        const colour = getComputedStyle(bar).borderTopColor
        bar.style.color = 'var(--line-strong)'
        return [colour, getComputedStyle(bar).color]
      })
    const [usual, strong] = await border()
    expect(usual).not.toBe(strong)
    await page.emulateMedia({ contrast: 'more' })
    await expect.poll(async () => (await border())[0]).toBe(strong)
    await page.emulateMedia({ contrast: null })
    await close()
  })
})

describe('reduced motion', () => {
  it('disables all motion', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.reload()
    await page.locator('[data-testid=grid] img').first().waitFor()
    const longest = () =>
      page.evaluate(() =>
        Math.max(
          0,
          ...document.getAnimations().map(({ effect }) => Number(effect?.getComputedTiming().endTime ?? 0)),
        ),
      )
    // Otherwise, the example on the blank sheet is animated.
    expect(await longest()).toBeLessThan(20)
    await draw(page, STAR)
    await firstResults(page, 1)
    expect(await longest()).toBeLessThan(20)
    await page.locator('[data-testid=grid] [data-path]').first().click()
    await page.getByTestId('large-picture').waitFor()
    expect(await longest()).toBeLessThan(20)
    await page.emulateMedia({ reducedMotion: null })
    await close()
  })
})

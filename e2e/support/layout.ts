import type { Page } from 'playwright-core'

/** Finds controls that lie partly outside of the window or of what clips them, and the width by which the page can be scrolled sideways. */
export function misplaced(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const dialog = document.querySelector('dialog[open]')
    const within = dialog ?? document
    /** A row of buttons that scrolls sideways only has to fit as a whole. */
    const scrollingRow = (element: Element) => {
      const row = element.closest('nav, [role=toolbar]')
      const scrolls =
        row !== null && row.scrollHeight <= row.clientHeight && row.scrollWidth > row.clientWidth
      return scrolls && getComputedStyle(row).overflowX === 'auto' ? row : undefined
    }
    /** The element, or the outermost part around it that scrolls, where something clips that part above or below. */
    const clipped = (element: Element) => {
      let box = element.getBoundingClientRect()
      let { position } = getComputedStyle(element)
      for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
        // Only the window clips it.
        if (position === 'fixed') break
        const style = getComputedStyle(outer)
        const { top, bottom } = outer.getBoundingClientRect()
        if (/auto|scroll/.test(style.overflowY)) box = outer.getBoundingClientRect()
        else if (style.overflowY !== 'visible' && (box.top < top - 1 || box.bottom > bottom + 1)) return box
        position = style.position
      }
      // A sheet at the lower end of the window can be raised.
      if (element.closest('main')?.querySelector('[data-grabber]')) return undefined
      return box.bottom > innerHeight + 1 || box.top < -1 ? box : undefined
    }
    const found = [...within.querySelectorAll('button, a, input, select')].flatMap((element) => {
      const { left, right, width } = (scrollingRow(element) ?? element).getBoundingClientRect()
      const isSeen = width > 0 && element.closest('.sr-only, [hidden]') === null
      const label = element.getAttribute('aria-label') ?? element.textContent
      if (!isSeen) return []
      if (right > innerWidth + 1 || left < -1) return [`${label}: ${left}…${right}`]
      const box = element.checkVisibility({ visibilityProperty: true }) ? clipped(element) : undefined
      return box === undefined ? [] : [`${label}: ${box.top}…${box.bottom} from above`]
    })
    const scrolls = document.documentElement.scrollWidth - innerWidth
    return scrolls > 0 ? [...found, `scrolls sideways by ${scrolls}`] : found
  })
}

/** Waits until nothing moves or fades any more, so that colours and positions are final. */
export async function stillness(page: Page): Promise<void> {
  await nextFrame(page)
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'))
}

/** Waits until changes are laid out; code that reacts to the size of an element runs one frame later. */
export function nextFrame(page: Page): Promise<void> {
  return page.evaluate(
    () => new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))),
  )
}

/**
 * Finds elements with two classes for the same properties: which of them wins is a matter of the order in the style sheet, so that one is
 * without effect.
 */
export function contradictions(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    /** The properties that a class sets, without those of a state or a kind of device. */
    const properties = new Map<string, string>()
    const read = (rules: CSSRuleList) => {
      for (const rule of rules) {
        if (
          rule instanceof CSSStyleRule &&
          /^\.[^\s:>,[]+$/.test(rule.selectorText.replaceAll(/\\./g, 'x'))
        ) {
          const names = [...rule.style].filter((name) => rule.style.getPropertyPriority(name) === '')
          if (names.length > 0)
            properties.set(rule.selectorText.slice(1).replaceAll('\\', ''), names.toSorted().join())
        } else if (rule instanceof CSSLayerBlockRule) read(rule.cssRules)
      }
    }
    for (const sheet of document.styleSheets) read(sheet.cssRules)
    return [...document.querySelectorAll('[class]')].flatMap((element) => {
      const seen = new Map<string, string>()
      return [...new Set(element.classList)].flatMap((name) => {
        const own = properties.get(name)
        const other = own === undefined ? undefined : seen.get(own)
        if (own !== undefined) seen.set(own, name)
        return other === undefined
          ? []
          : [`${element.getAttribute('aria-label') ?? element.tagName}: ${other}, ${name}`]
      })
    })
  })
}

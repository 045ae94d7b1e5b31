import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Content that may be outside of landmarks: the default of axe, and menus, which belong to a button in one. */
const OUTSIDE_LANDMARKS = 'dialog, [role=dialog], [role=alertdialog], svg, [role=menu]'
const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Returns the problems that axe finds on the page, one per line. @param only some of its rules; default: all that apply */
export async function violationsIn(page: Page, only?: string[]): Promise<string[]> {
  await page.evaluate(source)
  const runOnly =
    only === undefined ? { type: 'tag' as const, values: RULES } : { type: 'rule' as const, values: only }
  return page.evaluate(
    async ({ runOnly, regionMatcher }) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      axe.configure({ checks: [{ id: 'region', options: { regionMatcher } }] })
      const { violations } = await axe.run(document, {
        runOnly,
        resultTypes: ['violations'],
        selectors: false,
        elementRef: true,
      })
      const menus = [...document.querySelectorAll('[role=menu]')].map((menu) => menu.getBoundingClientRect())
      /** An open menu is closed before anything below it is pressed. */
      const isBelowMenu = (element: Element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect()
        return menus.some(
          (menu) => menu.left < right && menu.right > left && menu.top < bottom && menu.bottom > top,
        )
      }
      return violations.flatMap(({ id, nodes }) =>
        nodes
          .filter(({ element }) => !(id === 'target-size' && element !== undefined && isBelowMenu(element)))
          .map(({ html }) => `${id}: ${html.slice(0, 160)}`),
      )
    },
    { runOnly, regionMatcher: OUTSIDE_LANDMARKS },
  )
}

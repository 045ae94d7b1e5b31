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
  const { violations } = await page.evaluate(
    ({ runOnly, regionMatcher }) => {
      const { axe } = window as unknown as { axe: typeof import('axe-core') }
      axe.configure({ checks: [{ id: 'region', options: { regionMatcher } }] })
      return axe.run(document, { runOnly, resultTypes: ['violations'], selectors: false })
    },
    { runOnly, regionMatcher: OUTSIDE_LANDMARKS },
  )
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
}

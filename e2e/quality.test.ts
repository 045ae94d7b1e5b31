import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { DESKTOP, draw, firstResults, nameFilter, openPage, openSaved, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { misplaced, nextFrame, stillness } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(8, CLASSICAL)
const VIEWS: [string, (page: Page) => Promise<unknown>][] = [
  ['the gallery', async () => {}],
  [
    'results',
    async (page) => {
      await draw(page, STAR)
      await firstResults(page, 1)
    },
  ],
  ['filters', nameFilter],
  ['saved sketches', openSaved],
  ['settings', (page) => page.getByRole('button', { name: 'Settings' }).click()],
  [
    'the large view',
    async (page) => {
      await page.locator('[data-path]').first().click()
      await page.getByTestId('large-picture').waitFor()
    },
  ],
  ['shortcuts', (page) => page.keyboard.press('?')],
  [
    'a selection',
    async (page) => {
      await page.locator('[data-path]').first().focus()
      await page.keyboard.press('Space')
    },
  ],
  [
    'a part to be chosen',
    async (page) => {
      await page.locator('[data-path]').first().click()
      await page.getByRole('dialog').press('r')
      await page
        .getByRole('img', { name: /\.(png|jpg)$/ })
        .first()
        .waitFor()
    },
  ],
  [
    'selected strokes',
    async (page) => {
      await draw(page, STAR)
      await page.keyboard.press('Control+a')
      await page.getByText('1 stroke selected').waitFor()
    },
  ],
  [
    'a comparison',
    async (page) => {
      const answer = await fetch(`${demo.product.url}/api/images?items_per_page=2`)
      const { images } = (await answer.json()) as { images: { id: string }[] }
      await page.goto(`${demo.product.url}/?compare=${images.map(({ id }) => id).join()}`)
      await page.getByRole('dialog').locator('img').first().waitFor()
    },
  ],
  ['the trash', (page) => page.goto(`${demo.product.url}/?show=trash`)],
  ['near-duplicates', (page) => page.goto(`${demo.product.url}/?show=duplicates`)],
  // Last, because a phone then shows the gallery instead of the sheet.
  [
    'the library, and recent files',
    async (page) => {
      await page.goto(`${demo.product.url}/?recent=true`)
      const [gallery, folders] = ['Gallery', 'Show folders'].map((name) =>
        page.getByRole('button', { name, exact: true }),
      )
      await gallery!.or(folders!).first().waitFor()
      if (await gallery!.isVisible()) await gallery!.click()
      await folders!.click()
      await page.getByRole('button', { name: /^Recently added \d/ }).waitFor()
    },
  ],
]

describe.each([
  ['desktop', DESKTOP, [768, 1024, 2560]],
  ['phone', PHONE, [320, 360, 480, 639]],
] as const)('every view on a %s', (_, size, widths) => {
  it('has no axe violation, light or dark, and fits after its width changes', async () => {
    const found: Record<string, string[]> = {}
    const { page, close } = await openPage(demo.browser, demo.product.url, size)
    for (const [name, open] of VIEWS) {
      // A selection is kept over a reload.
      await page.evaluate(() => sessionStorage.removeItem('selection'))
      await page.goto(demo.product.url)
      await page.locator('[data-testid=grid] img').first().waitFor()
      await open(page)
      await stillness(page)
      const list = await violationsIn(page)
      await page.emulateMedia({ colorScheme: 'dark' })
      await stillness(page)
      // Checks that depend on colours; the document is the same.
      for (const violation of await violationsIn(page, ['color-contrast', 'link-in-text-block']))
        list.push(`dark: ${violation}`)
      await page.emulateMedia({ colorScheme: 'light' })
      for (const width of [size.width, ...widths]) {
        await page.setViewportSize({ width, height: size.height })
        await nextFrame(page)
        for (const place of await misplaced(page)) list.push(`${width} pixels: ${place}`)
      }
      await page.setViewportSize(size)
      if (list.length > 0) found[name] = list
    }
    await close()
    expect(found).toEqual({})
  })
})

describe('the page', () => {
  it.each([768, 1024, 2560])('fits into a width of %i pixels from the beginning', async (width) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, { width, height: 900 })
    await draw(page, STAR)
    await firstResults(page, 1)
    expect(await misplaced(page)).toEqual([])
    await close()
  })

  it('contacts no other host, violates no policy, and does not shift while it loads', async () => {
    const context = await demo.browser.newContext({ viewport: DESKTOP })
    const page = await context.newPage()
    const { hosts, complaints } = recordOf(page)
    await page.addInitScript(() => {
      const shifts: number[] = []
      Object.assign(window, { shifts })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value)
      }).observe({ type: 'layout-shift', buffered: true })
    })
    const answer = await page.goto(demo.product.url)
    expect(answer!.headers()['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/)
    await page.locator('[data-testid=grid] img').first().waitFor()
    await page.waitForTimeout(800)
    await page.getByTestId('grid').evaluate((element) => element.scrollTo(0, 400))
    await page.waitForTimeout(400)
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts)
    expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.05)
    expect([...hosts]).toEqual([new URL(demo.product.url).host])
    expect(complaints).toEqual([])
    await context.close()
  })

  it.each(['/docs', '/api/docs'])(
    'shows the API at %s, contacts no other host and violates no policy',
    async (path) => {
      const context = await demo.browser.newContext({ viewport: DESKTOP })
      const page = await context.newPage()
      const { hosts, complaints } = recordOf(page)
      const answer = await page.goto(demo.product.url + path)
      expect(answer!.headers()['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/)
      await page.locator('.opblock').first().click()
      await page.locator('.opblock-body').first().waitFor()
      // Icons and fonts of its style sheet come with the file; the rest is of this server.
      expect([...hosts].filter((host) => host !== '')).toEqual([new URL(demo.product.url).host])
      expect(complaints).toEqual([])
      await context.close()
    },
  )
})

/** Records the hosts that a page contacts, and the messages of its console, such as violations of the policy. */
function recordOf(page: Page): { hosts: Set<string>; complaints: string[] } {
  const hosts = new Set<string>()
  const complaints: string[] = []
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  page.on('console', (message) => complaints.push(message.text()))
  return { hosts, complaints }
}

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { DESKTOP, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { itFits, itIsAccessible } from './support/views.ts'

const demo = useDemo(2, CLASSICAL)
/** The others are in the long set. */
const MAIN_VIEWS = ['results', 'the large view']

describe.each([
  ['desktop', DESKTOP, [768]],
  ['phone', PHONE, [320]],
] as const)('the views that are used most on a %s', (_, size, widths) => {
  itIsAccessible(demo, MAIN_VIEWS, size, widths)
})

describe('the page', () => {
  itFits(demo, [1024])

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

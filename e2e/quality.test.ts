import { describe, expect, it } from 'vitest'
import { DESKTOP, PHONE } from './support/browser.ts'
import { recordOf } from './support/contacts.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { itIsAccessible } from './support/views.ts'

const demo = useDemo(2, CLASSICAL)

describe.each([
  ['desktop', ['results', 'the large view'], DESKTOP, [768]],
  ['phone', ['results'], PHONE, [320]],
] as const)('the views that are used most on a %s', (_, views, size, widths) => {
  itIsAccessible(demo, views, size, widths)
})

describe('the page', () => {
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
})

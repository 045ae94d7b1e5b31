import { describe, expect, it } from 'vitest'
import { DESKTOP, openPage, PHONE } from './support/browser.ts'
import { compressedSize } from './support/compressed-size.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)
/** Compressed by gzip, which is all that browsers accept over HTTP without TLS. */
const MAX_SCRIPT_BYTES = 200_000
/** Loaded two seconds after the page, before it is needed. */
const PRELOADED = /upload-(panel|queue)/

describe('the first load', () => {
  it.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
  ])('on %s takes at most 200 kB of scripts', async (_, viewport) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, viewport)
    await page.reload()
    await page.locator('[data-testid=grid] img').first().waitFor()
    await page.waitForLoadState('networkidle')
    const scripts = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => (entry as PerformanceResourceTiming).name)
        .filter((name) => name.endsWith('.js')),
    )
    // On a busy machine the network is idle only after the first preloaded part.
    const preloaded = scripts.findIndex((name) => PRELOADED.test(name))
    const first = preloaded === -1 ? scripts : scripts.slice(0, preloaded)
    const sizes = await Promise.all(first.map(compressedSize))
    expect(first.length).toBeGreaterThan(1)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_SCRIPT_BYTES)
    await close()
  })
})

it('is complete in German: its words are loaded beside the rest', async () => {
  const context = await demo.browser.newContext({ locale: 'de-DE' })
  const page = await context.newPage()
  await page.goto(demo.product.url)
  await page.getByRole('button', { name: 'Zeichnen' }).first().waitFor()
  await context.close()
})

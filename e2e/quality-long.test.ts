import { describe, expect, it } from 'vitest'
import { DESKTOP, PHONE } from './support/browser.ts'
import { recordOf } from './support/contacts.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { ALL_VIEWS, itFits, itIsAccessible } from './support/views.ts'

const demo = useDemo(8, CLASSICAL)

describe.each([
  ['desktop', DESKTOP, [768, 1024, 2560]],
  ['phone', PHONE, [320, 360, 480, 639]],
] as const)('every view on a %s', (_, size, widths) => {
  itIsAccessible(demo, Object.keys(ALL_VIEWS), size, widths)
})

describe('the page', () => {
  itFits(demo, [768, 1024, 2560])

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

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { draw, STATE_TIMEOUT_MS } from '../support/browser.ts'
import { STAR } from '../support/shapes.ts'

/** State of a browser after work with the former page. */
export interface Visit {
  /** The address of a search with a drawing, without its origin. */
  search: string
  stored: [key: string, value: string][]
}

const NAME = 'Star'

/** Draws on the former page, and saves the drawing by name. */
export async function visitFormer(browser: Browser, url: string, cookies: string): Promise<Visit> {
  const context = await contextWith(browser, url, cookies)
  const page = await context.newPage()
  await open(page, url)
  await draw(page, STAR)
  await page.waitForURL(/[?&]q=/)
  await page.getByRole('button', { name: 'Save, open or export' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox').fill(NAME)
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await dialog.getByText(`Saved as “${NAME}”`).waitFor()
  const { pathname, search } = new URL(page.url())
  const stored = await page.evaluate(() => Object.entries(localStorage))
  await context.close()
  return { search: `${pathname}${search}`, stored }
}

/** Opens what the former page stored with the page of this version. @returns a sentence for each thing that is missing */
export async function visitAgain(
  browser: Browser,
  url: string,
  cookies: string,
  visit: Visit,
): Promise<string[]> {
  const context = await contextWith(browser, url, cookies)
  await context.addInitScript((entries) => {
    for (const [key, value] of entries) localStorage.setItem(key, value)
  }, visit.stored)
  const page = await context.newPage()
  const problems: string[] = []
  try {
    await open(page, new URL(visit.search, url).href)
    await page.getByTestId('count').getByText(/match/).waitFor()
    await page.getByRole('button', { name: 'Clear sheet' }).click()
    await page.getByRole('button', { name: 'Saved sketches' }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: `Open ${NAME}` })
      .click()
    await page.getByTestId('count').getByText(/match/).waitFor()
  } catch (error) {
    problems.push(`an address or a saved sketch of the former page does not open: ${error}`)
  }
  await context.close()
  return problems
}

async function contextWith(browser: Browser, url: string, cookies: string): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    serviceWorkers: 'block',
  })
  context.setDefaultTimeout(STATE_TIMEOUT_MS)
  await context.addCookies(
    cookies.split('; ').map((cookie) => {
      const at = cookie.indexOf('=')
      return { name: cookie.slice(0, at), value: cookie.slice(at + 1), url }
    }),
  )
  return context
}

async function open(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.locator('[data-testid=grid] img').first().waitFor()
}

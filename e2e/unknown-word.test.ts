import { describe, expect, it } from 'vitest'
import { chip, DESKTOP, firstResults, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'

const demo = useDemo(1)

describe('a word that the model does not have', () => {
  it.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
  ])('is named on %s, with similar words to search with', async (_, size) => {
    const { page, close } = await openPage(demo.browser, demo.product.url, size)
    await page.goto(`${demo.product.url}/?q=wdgo~4`)
    await page.getByRole('heading', { name: 'The model has no word "dgo"' }).waitFor()
    await expect.poll(() => page.getByText('No connection to the server').count()).toBe(0)
    await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0)
    await page.getByRole('button', { name: 'dog', exact: true }).click()
    await firstResults(page, 1)
    await chip(page, 'Words dog, influence Very strong').waitFor()
    await expect.poll(() => chip(page, 'Words dgo').count()).toBe(0)
    await close()
  })

  it('has its reason and similar words in German, too', async () => {
    const context = await demo.browser.newContext({ locale: 'de-DE' })
    const page = await context.newPage()
    await page.goto(`${demo.product.url}/?q=wFahrd`)
    await page.getByRole('heading', { name: 'Das Modell kennt dieses Wort nicht.' }).waitFor()
    await page.getByText('Ähnliche Wörter des Modells:').waitFor()
    await page.getByRole('status').getByRole('button').first().waitFor()
    await context.close()
  })
})

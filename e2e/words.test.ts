import { describe, expect, it } from 'vitest'
import { violationsIn } from './support/axe.ts'
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

  it('is replaced in its phrase only, whichever part of the search has it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.goto(`${demo.product.url}/?q=wa%2520dgo%2520on%2520sofa,wcat`)
    await page.getByRole('heading', { name: 'The model has no word "dgo" in "dgo on sofa"' }).waitFor()
    await page.getByRole('button', { name: 'dog', exact: true }).click()
    await chip(page, 'Words a dog on sofa').waitFor()
    await chip(page, 'Words cat').waitFor()
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

describe('the words field', () => {
  it('completes each word of a phrase by keyboard, with the focus in the field', async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.product.url)
    const field = page.getByRole('combobox', { name: 'Describe it in English' })
    await field.fill('a cat and a guit')
    const list = page.getByRole('listbox', { name: 'Words of the model' })
    await list.getByRole('option', { name: 'guitar', exact: true }).waitFor()
    expect(await field.getAttribute('aria-expanded')).toBe('true')
    await field.press('ArrowDown')
    const chosen = list.getByRole('option', { selected: true })
    expect(await field.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'))
    expect(await violationsIn(page)).toEqual([])
    await field.press('Escape')
    await list.waitFor({ state: 'detached' })
    expect(await field.inputValue()).toBe('a cat and a guit')
    await field.press('ArrowDown')
    const word = await list.getByRole('option').first().textContent()
    await field.press('Enter')
    await chip(page, `Words a cat and a ${word}`).waitFor()
    await list.waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await close()
  })

  it('takes a pressed word on a phone', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.getByRole('combobox', { name: 'Describe it in English' }).fill('elepha')
    await page.getByRole('option', { name: 'elephant', exact: true }).tap()
    await chip(page, 'Words elephant').waitFor()
    await close()
  })

  it('searches with the text itself if no word is chosen', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const field = page.getByRole('combobox', { name: 'Describe it in English' })
    await field.fill('dog')
    await page.getByRole('listbox').waitFor()
    await field.press('Enter')
    await chip(page, 'Words dog, influence').waitFor()
    await close()
  })

  it('suggests German words first on a German page', async () => {
    const context = await demo.browser.newContext({ locale: 'de-DE' })
    const page = await context.newPage()
    await page.goto(demo.product.url)
    await page.getByRole('combobox').fill('ein Hun')
    await page.getByRole('listbox', { name: 'Wörter des Modells' }).waitFor()
    expect(await page.getByRole('option').first().textContent()).toBe('Hund')
    await context.close()
  })
})

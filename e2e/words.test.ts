import { describe, expect, it } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { chip, count, DESKTOP, firstResults, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

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
    const list = page.getByRole('listbox', { name: 'Suggestions' })
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
    await page.locator('html[lang=de]').waitFor({ state: 'attached' })
    await page.getByRole('combobox').fill('ein Hun')
    await page.getByRole('listbox', { name: 'Vorschläge' }).waitFor()
    expect(await page.getByRole('option').first().textContent()).toBe('Hund')
    await context.close()
  })

  it('searches while known words are typed, and makes a part of them when it is left', async () => {
    const { page, complaints, close } = await openPage(demo.browser, demo.product.url)
    const steps = await page.evaluate(() => history.length)
    const field = page.getByRole('combobox', { name: 'Describe it in English' })
    await field.pressSequentially('dog')
    await firstResults(page, 1)
    expect(await chip(page, 'Words dog').count()).toBe(0)
    expect(await page.evaluate(() => history.length)).toBe(steps)
    const found = () =>
      page
        .locator('[data-testid=grid] [data-path]')
        .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).dataset.path))
    const ofDog = await found()
    const answered = page.waitForResponse((response) => response.url().includes('prefix=dog+on+t&'))
    await field.pressSequentially(' on t')
    // Results stay while a word is not complete.
    await answered
    await page.waitForTimeout(600)
    expect(await found()).toEqual(ofDog)
    await field.fill('')
    await count(page, '12 pictures')
    await field.fill('cat')
    await firstResults(page, 1)
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await chip(page, 'Words cat').waitFor()
    // Its name asks for further words now.
    expect(await page.getByRole('combobox').inputValue()).toBe('')
    await firstResults(page, 1)
    expect(complaints).toEqual([])
    await close()
  })

  it('makes a part of known words that are left before they are searched with', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const field = page.getByRole('combobox', { name: 'Describe it in English' })
    const answered = page.waitForResponse((response) => response.url().includes('prefix=dog&'))
    await field.fill('dog')
    await answered
    await page.getByRole('option', { name: 'dog', exact: true }).waitFor()
    await field.evaluate((element: HTMLElement) => element.blur())
    await chip(page, 'Words dog').waitFor()
    await close()
  })

  it('looks for the text in names and captions, and so does the answer to unknown words', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const field = page.getByRole('combobox', { name: 'Describe it in English' })
    await field.fill('star-0')
    const option = page.getByRole('option', { name: '“star-0” in names and captions' })
    await option.waitFor()
    await field.press('ArrowUp')
    expect(await option.getAttribute('aria-selected')).toBe('true')
    await field.press('Enter')
    await count(page, '1 picture')
    expect(await field.inputValue()).toBe('')
    await page.waitForURL(/text=star-0/)
    await page.goBack()
    await count(page, '12 pictures')

    await page.goto(`${demo.product.url}/?q=wstar-0`)
    await page.getByRole('heading', { name: /^The model has no word/ }).waitFor()
    await page.getByRole('button', { name: '“star-0” in names and captions' }).click()
    await count(page, '1 picture')
    expect(await chip(page, 'Words').count()).toBe(0)
    await close()
  })
})

describe('a model that understands no words', () => {
  const classical = useDemo(1, CLASSICAL)

  it('is named in the field, which looks for names, and for a link with words', async () => {
    const { page, close } = await openPage(classical.browser, classical.product.url, DESKTOP)
    const field = page.getByRole('combobox', { name: 'Search names and captions' })
    await field.fill('star')
    await page.getByText('This model does not understand words.').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await field.press('Enter')
    await count(page, '1 picture')
    await page.goto(`${classical.product.url}/?q=wstar`)
    await page.getByRole('heading', { name: /^This model does not understand words/ }).waitFor()
    await page.getByRole('button', { name: '“star” in names and captions' }).click()
    await count(page, '1 picture')
    await close()
  })
})

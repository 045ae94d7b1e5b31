import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { draw, firstResults, STATE_TIMEOUT_MS, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(1)

/** Opens the page as over plain HTTP from another machine: browsers have no clipboard for it. */
async function openInsecure(): Promise<Page> {
  const context = await demo.browser.newContext()
  onTestFinished(() => context.close())
  context.setDefaultTimeout(STATE_TIMEOUT_MS)
  await context.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
  const page = await context.newPage()
  await page.goto(demo.product.url)
  await page.locator('[data-testid=grid] img').first().waitFor()
  return page
}

/** Reads the clipboard by pasting it. */
async function pasted(page: Page): Promise<string> {
  const field = page.getByRole('combobox')
  await field.fill('')
  await field.press('ControlOrMeta+v')
  const text = await field.inputValue()
  await field.fill('')
  return text
}

it('copies the path of a picture, and a link that opens it', async () => {
  const page = await openInsecure()
  await tile(page, 'star/star-01.png').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy path' }).click()
  await page.getByText('Path copied').waitFor()
  expect(await pasted(page)).toBe('star/star-01.png')
  await tile(page, 'star/star-01.png').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy link' }).click()
  await page.getByText('Link copied', { exact: true }).waitFor()
  await page.goto(await pasted(page))
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('heading', { name: 'star-01.png' }).waitFor()
  await dialog.getByRole('button', { name: 'Copy path' }).click()
  await page.getByText('Path copied').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await pasted(page)).toBe('star/star-01.png')
})

it('copies the link of a search, and for how long it works', async () => {
  const page = await openInsecure()
  await draw(page, STAR)
  await firstResults(page, 1)
  await page.waitForURL(/q=s/)
  await page.getByRole('button', { name: 'List options' }).click()
  await page.getByRole('menuitem', { name: 'Copy link' }).click()
  await page.getByText('Link copied. It works for 7 days.').waitFor()
  expect(await pasted(page)).toBe(page.url())
})

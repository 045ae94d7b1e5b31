import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import {
  chip,
  count,
  draw,
  firstResults,
  nameFilter,
  openFolders,
  openPage,
  PHONE,
  removeChip,
} from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { LINE, STAR } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

describe('the drawing sheet', () => {
  it('has an address that can be shared, and Back leads to the previous page', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    const star = await firstResults(page, 8)
    await page.waitForURL(/q=s/)
    const other = await openPage(demo.browser, page.url(), PHONE)
    expect(await firstResults(other.page, 8)).toEqual(star)
    // A shared sketch can be continued.
    await draw(other.page, LINE)
    await expect.poll(() => firstResults(other.page, 8)).not.toEqual(star)
    await other.close()

    await page.goBack()
    await count(page, '240 pictures')
    await page.getByText('Draw what you remember').waitFor()
    await page.goForward()
    expect(await firstResults(page, 8)).toEqual(star)
    await close()
  })

  it('can be restored after a search that replaced it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    // The address is that of the whole drawing.
    await page.waitForURL(/q=s/)
    const found = await firstResults(page, 5)
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Find similar' }).click()
    await chip(page, 'More like star').waitFor()
    await page.getByText('Draw what you remember').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Draw what you remember').waitFor({ state: 'detached' })
    await removeChip(page, 'More like star')
    expect(await firstResults(page, 5)).toEqual(found)
    await close()
  })
})

describe('the gallery', () => {
  it('is filtered without steps for Back', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const steps = () => page.evaluate(() => history.length)
    const before = await steps()
    const press = (role: 'switch' | 'radio', name: string) =>
      page.getByRole(role, { name, exact: true }).click()
    await nameFilter(page)
    await press('switch', 'Only starred pictures')
    await page.waitForURL(/starred=true/)
    await press('switch', 'Only starred pictures')
    await press('radio', 'Each burst')
    await page.waitForURL(/fold=bursts/)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'All folders' }).click()
    await press('switch', 'Include subfolders')
    await page.waitForURL(/flat=true/)
    expect(await steps()).toBe(before)
    await close()
  })

  it('shows folders with their numbers, one at a time, with the way back', async () => {
    const deep = join(demo.gallery, 'star/deep')
    onTestFinished(() => rm(deep, { recursive: true, force: true }))
    await mkdir(deep, { recursive: true })
    await writeFile(join(deep, 'one.png'), await picture(72))
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await count(page, '241 pictures')
    const tree = await openFolders(page)
    await tree.getByRole('button', { name: 'star 21' }).click()
    await count(page, '21 pictures')
    await page.getByRole('button', { name: /^(Folders:|Filters)/ }).click()
    await page.getByRole('switch', { name: 'Include subfolders' }).click()
    await count(page, '20 pictures')
    await page.getByRole('switch', { name: 'Include subfolders' }).click()
    await page.keyboard.press('Escape')
    await count(page, '21 pictures')
    await tree.getByRole('button', { name: 'Show folders in star' }).click()
    await tree.getByRole('button', { name: 'deep 1' }).click()
    await count(page, '1 picture')
    await tree.getByRole('button', { name: 'star 21' }).click()
    await count(page, '21 pictures')
    // A search stays in the folder.
    await draw(page, STAR)
    const found = await firstResults(page, 40)
    expect(found.filter((path) => !path.startsWith('star/'))).toEqual([])
    await page.waitForURL(/q=s/)
    await page.goBack()
    await page.getByRole('button', { name: 'Hide folders' }).click()
    await page.getByRole('button', { name: 'Clear star' }).click()
    await count(page, '241 pictures')
    await rm(deep, { recursive: true })
    await count(page, '240 pictures')
    await close()
  })
})

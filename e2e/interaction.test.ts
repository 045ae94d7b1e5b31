import { existsSync } from 'node:fs'
import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { draw, openPage, tile } from './support/browser.ts'
import { indexedCount, untilIndexed, useDemo } from './support/demo.ts'
import { addressOfDrawing, BELOW, inkBelow } from './support/line-below.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

describe('a drawing', () => {
  it('keeps its last stroke when an image is opened right after it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    const star = await addressOfDrawing(page)
    await draw(page, BELOW)
    await page.locator('[data-testid=grid] [data-path]').first().click()
    await page.getByRole('dialog').waitFor()
    // Longer than a drawing takes to get an address.
    await page.waitForTimeout(1500)
    await page.goBack()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await addressOfDrawing(page, star)
    expect(await inkBelow(page)).toBeGreaterThan(0.1)
    await close()
  })
})

describe('a tile', () => {
  it('opens on a click that moves a few pixels', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    const box = (await tile(page, 'bicycle/bicycle-01.png').boundingBox())!
    await page.mouse.move(box.x + 50, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + 58, box.y + 64, { steps: 4 })
    await page.mouse.up()
    await page.getByRole('dialog').getByRole('heading', { name: 'bicycle-01.png' }).waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toBeNull()
    await close()
  })

  it('that is deleted by key passes the focus to the next one, once for a held key', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    const grid = page.getByTestId('grid')
    await grid.evaluate((element) => element.scrollTo(0, 900))
    await expect.poll(() => grid.locator('[data-index="30"]').count()).toBe(1)
    const tiles = grid.locator('[data-index="30"]')
    const [path, following] = [
      await tiles.getAttribute('data-path'),
      await grid.locator('[data-index="31"]').getAttribute('data-path'),
    ]
    await tiles.click({ modifiers: ['Control'] })
    await tiles.focus()
    await page.keyboard.press('Escape')
    await page.keyboard.down('Delete')
    await page.keyboard.down('Delete')
    await page.keyboard.up('Delete')
    await page.getByText('1 picture moved to trash').waitFor()
    await expect.poll(() => tile(page, path!).count()).toBe(0)
    await expect.poll(() => page.locator(':focus').getAttribute('data-path')).toBe(following)
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await tile(page, path!).waitFor()
    await close()
  })
})

describe('duplicates', () => {
  it('are reviewed by keyboard: keep, apply, next', async () => {
    const copies = ['cup/copy-1.png', 'cup/copy-2.png', 'star/copy-1.png']
    onTestFinished(async () => {
      for (const copy of copies) await rm(join(demo.gallery, copy), { force: true })
    })
    await copyFile(join(demo.gallery, 'cup/cup-01.png'), join(demo.gallery, copies[0]!))
    await copyFile(join(demo.gallery, 'cup/cup-01.png'), join(demo.gallery, copies[1]!))
    await copyFile(join(demo.gallery, 'star/star-01.png'), join(demo.gallery, copies[2]!))
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await untilIndexed(demo.product.url, 243)
    await page.goto(`${demo.product.url}/?show=duplicates`)
    const apply = page.getByRole('button', { name: /^Keep \d+, move \d+ to trash$/ })
    await expect.poll(() => apply.innerText()).toMatch(/^Keep 1, move [12] to trash/)
    const before = await apply.innerText()
    await page.keyboard.press('2')
    await expect.poll(() => apply.innerText()).not.toBe(before)
    await page.keyboard.press('2')
    const path = await page.locator('[data-path]').last().getAttribute('data-path')
    await page.keyboard.press('Enter')
    await page.getByText(/pictures? moved to trash/).waitFor()
    await tile(page, path!).waitFor({ state: 'detached' })
    await expect.poll(() => existsSync(join(demo.gallery, path!))).toBe(false)
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await expect.poll(() => copies.every((copy) => existsSync(join(demo.gallery, copy)))).toBe(true)
    for (const copy of copies) await rm(join(demo.gallery, copy))
    await expect.poll(() => indexedCount(demo.product.url)).toBe(240)
    await close()
  })
})

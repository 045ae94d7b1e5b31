import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { count, draw, firstResults, openFolders, openPage, PHONE, tile } from './support/browser.ts'
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

  it('is shown when the sheet is hidden and a window becomes large', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, { width: 900, height: 700 })
    await page.getByRole('button', { name: 'Close sheet' }).click()
    await page.getByRole('button', { name: 'Open the sheet' }).click()
    await page.locator('canvas').click()
    await page.keyboard.press('f')
    await page.locator('canvas').waitFor()
    expect((await page.locator('canvas').boundingBox())!.width).toBeGreaterThan(400)
    await page.keyboard.press('f')
    await close()
  })

  it('that is opened replaces another one only after a confirmation', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    await page.getByRole('button', { name: 'Save sketch' }).click()
    const dialog = page.getByRole('dialog')
    const save = dialog.getByRole('button', { name: 'Save sketch' })
    for (const name of ['Sketch', 'Sketch 2']) {
      await save.click()
      await dialog.getByText(`Sketch saved as “${name}”`).waitFor()
    }
    await dialog.getByLabel('Name of the sketch').fill('Sketch 2')
    await dialog.getByRole('button', { name: 'Replace' }).click()
    await dialog.getByText('Sketch saved as “Sketch 2”').waitFor()
    await dialog.getByRole('button', { name: 'Delete Sketch 2' }).click()
    await dialog.getByText('“Sketch 2” was deleted.').waitFor()
    await dialog.getByRole('button', { name: 'Undo' }).click()
    await dialog.getByRole('button', { name: 'Open Sketch 2' }).waitFor()
    await expect.poll(() => dialog.getByRole('button', { name: /^Open Sketch/ }).count()).toBe(2)
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

  it('is deleted alone by key while invisible ones are selected', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name&dir=cup`)
    await tile(page, 'cup/cup-02.jpg').hover()
    await page.getByRole('button', { name: 'Select cup-02.jpg' }).click()
    const tree = await openFolders(page)
    await tree.getByRole('button', { name: 'bicycle 20' }).click()
    await tile(page, 'bicycle/bicycle-02.jpg').focus()
    await page.keyboard.press('Delete')
    await page.getByText('1 picture moved to trash').waitFor()
    await expect.poll(() => tile(page, 'bicycle/bicycle-02.jpg').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await page.getByText('1 selected').first().waitFor()
    await tile(page, 'bicycle/bicycle-02.jpg').waitFor()
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
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await expect.poll(() => copies.every((copy) => existsSync(join(demo.gallery, copy)))).toBe(true)
    for (const copy of copies) await rm(join(demo.gallery, copy))
    await expect.poll(() => indexedCount(demo.product.url)).toBe(240)
    await close()
  })
})

describe('many examples', () => {
  it('leave room for the results', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`, PHONE)
    const { images } = (await (await fetch(`${demo.product.url}/api/images?items_per_page=14`)).json()) as {
      images: { id: string }[]
    }
    await page.goto(`${demo.product.url}/?q=${images.map(({ id }) => `i${id}`).join(',')}`)
    await firstResults(page, 1)
    expect(
      await page.getByRole('toolbar', { name: 'Parts of the search' }).locator('[data-chip]').count(),
    ).toBe(14)
    expect((await page.getByTestId('grid').boundingBox())!.height).toBeGreaterThan(100)
    await page.getByRole('button', { name: 'Add to the search' }).click()
    await page.getByRole('menuitem', { name: 'Clear search' }).click()
    await count(page, '240 pictures')
    await close()
  })
})

describe('uploading', () => {
  it('continues after a file that can no longer be read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sketch-search-e2e-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const names = ['a.png', 'b.png', 'c.png', 'lost.png', 'e.png']
    for (const [n, name] of names.entries()) await writeFile(join(folder, name), await picture(40 + n))
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const lost = Promise.withResolvers<void>()
    await page.route('**/api/images', async (route) => {
      await lost.promise
      await route.continue()
    })
    await page.getByTestId('upload-files').setInputFiles(names.map((name) => join(folder, name)))
    await rm(join(folder, 'lost.png'))
    lost.resolve()
    await page.getByText('1 of 5 files could not be added').waitFor()
    await page.getByText('The browser can’t read this file.').waitFor()
    for (const name of names) await rm(join(demo.gallery, name), { force: true })
    await count(page, '240 pictures')
    await close()
  })
})

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import {
  chip,
  count,
  draw,
  firstResults,
  inkIn,
  openFolders,
  openPage,
  PHONE,
  settled,
  tile,
} from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { addressOfDrawing, BELOW, inkBelow } from './support/line-below.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

describe('a drawing', () => {
  it('is restored by Undo if Back was pressed before it was saved', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    await addressOfDrawing(page)
    // The server is away for drawings from now on.
    await page.route('**/api/queries', (route) => route.abort())
    await draw(page, BELOW)
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Find similar' }).click()
    await page.getByText('Draw what you remember').waitFor()
    const name = chip(page, 'More like ')
    while ((await name.count()) > 0) {
      const address = page.url()
      await page.goBack()
      await page.waitForURL((url) => url.href !== address)
      await settled(page)
    }
    // The image that was opened is before the drawing in the history.
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    // The sheet has the star, but not the line.
    await page.getByText('Draw what you remember').waitFor({ state: 'detached' })
    expect(await inkBelow(page)).toBe(0)
    const undo = page.getByRole('button', { name: 'Undo' })
    for (let n = 0; n < 9 && (await inkBelow(page)) === 0; n++) await undo.click()
    expect(await inkBelow(page)).toBeGreaterThan(0.1)
    await close()
  })

  it('stays when Back leaves the full screen; the next step back leaves the search', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const sheet = page.locator('canvas').first()
    const widthOf = async () => Math.round((await sheet.boundingBox())!.width)
    const width = await widthOf()
    const back = () => page.evaluate(() => history.back())
    await page.getByRole('button', { name: 'Full screen' }).click()
    await expect.poll(widthOf).toBeGreaterThan(width + 100)
    await draw(page, STAR)
    const address = await addressOfDrawing(page)
    await back()
    await expect.poll(widthOf).toBe(width)
    expect(new URL(page.url()).searchParams.get('q')).toBe(address)
    expect(await inkIn(page, [0, 0, 1, 1])).toBeGreaterThan(0)
    await back()
    await expect.poll(() => inkIn(page, [0, 0, 1, 1])).toBe(0)
    expect(new URL(page.url()).search).toBe('')
    await close()
  })

  it('gives way to a search for similar images, also before it has an address', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.route('**/api/queries', (route) =>
      setTimeout(() => void route.continue().catch(() => {}), 3000),
    )
    await draw(page, STAR)
    await firstResults(page, 1)
    await page.locator('[data-testid=grid] [data-path]').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Find similar' }).click()
    await chip(page, 'More like star').waitFor()
    await page.waitForTimeout(1500)
    expect(await page.getByText('Your sketch').count()).toBe(0)
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

describe('an upload that was cut off', () => {
  it('is not taken for another file of its name', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup`)
    let requests = 0
    await page.route('**/api/images', async (route) => {
      if (requests++ === 0) await route.abort('connectionreset')
      else await route.continue()
    })
    const other = await picture(50)
    const [name] = (await readdir(join(demo.gallery, 'cup'))).filter((file) => file.endsWith('.png'))
    await page
      .getByTestId('upload-files')
      .setInputFiles([{ name: name!, mimeType: 'image/png', buffer: other }])
    // The server finds other bytes under its name, not those of the first try.
    await page.getByRole('button', { name: 'Keep both' }).click()
    await page.getByText('1 file added').waitFor()
    expect(requests).toBe(3)
    await rm(join(demo.gallery, 'cup', name!.replace('.png', ' (2).png')))
    await count(page, '20 pictures')
    await close()
  })

  it('counts as done if the server has the file', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup`)
    let requests = 0
    await page.route('**/api/images', async (route) => {
      if (requests++ > 0) return route.continue()
      await route.fetch()
      await route.abort('connectionreset')
    })
    await page
      .getByTestId('upload-files')
      .setInputFiles([{ name: 'arrived.png', mimeType: 'image/png', buffer: await picture(51) }])
    await page.getByText('1 file added').waitFor()
    expect(requests).toBe(2)
    await rm(join(demo.gallery, 'cup/arrived.png'))
    await close()
  })

  it('causes a question when the page is closed meanwhile', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const sent = Promise.withResolvers<void>()
    await page.route('**/api/images', async (route) => {
      await sent.promise
      await route.abort()
    })
    // Browsers only ask a user who has interacted with the page.
    await page.getByRole('button', { name: 'Draw' }).click()
    await page
      .getByTestId('upload-files')
      .setInputFiles([{ name: 'left.png', mimeType: 'image/png', buffer: await picture(52) }])
    const asked = page.waitForEvent('dialog')
    const leaving = page.reload().catch(() => {})
    const dialog = await asked
    expect(dialog.type()).toBe('beforeunload')
    await dialog.accept()
    sent.resolve()
    await leaving
    await page.getByTestId('count').waitFor()
    expect(await readdir(demo.gallery)).not.toContain('left.png')
    await close()
  })
})

describe('a very long list', () => {
  it('is scrolled row by row, and reaches both ends', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    // The server has fewer: what is beyond them stays empty.
    await page.route('**/api/images?*', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), total: 3_000_000 } })
    })
    await page.goto(`${demo.product.url}/?sort=name`)
    await count(page, '3,000,000 pictures')
    const grid = page.getByTestId('grid')
    const top = () => grid.evaluate((element) => element.getBoundingClientRect().top)
    /** Returns the number of the first visible picture. */
    const firstSeen = async () => {
      const least = await top()
      return grid
        .locator('[role=row]')
        .evaluateAll(
          (rows, least) =>
            Math.min(
              ...rows
                .filter((row) => row.getBoundingClientRect().bottom > least)
                .map((row) => Number(row.getAttribute('aria-rowindex'))),
            ),
          least,
        )
    }
    const rows = Number(await grid.getByRole('grid').getAttribute('aria-rowcount'))
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight / 2))
    await expect.poll(async () => Math.abs((await firstSeen()) / rows - 0.5)).toBeLessThan(0.02)
    const before = await firstSeen()
    await grid.hover()
    for (let notch = 0; notch < 10; notch++) {
      await page.mouse.wheel(0, 100)
      await page.waitForTimeout(60)
    }
    // A thousand pixels are about six rows, not the hundreds for which the scroll bar stands.
    await expect.poll(async () => (await firstSeen()) - before).toBeGreaterThan(3)
    await page.waitForTimeout(500)
    expect((await firstSeen()) - before).toBeLessThan(12)
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
    await expect.poll(firstSeen).toBeGreaterThan(rows - 20)
    await grid.evaluate((element) => element.scrollTo(0, 0))
    await page.locator('[data-index="0"]').waitFor()
    await close()
  })
})

describe('a dialog', () => {
  it('stays open when the window becomes as narrow as a phone', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Files of the folder' }).click()
    const dialog = page.getByRole('dialog', { name: 'Files of the folder' })
    await dialog.waitFor()
    await page.setViewportSize(PHONE)
    await page.getByRole('button', { name: 'Show more results' }).waitFor({ state: 'attached' })
    expect(await dialog.isVisible()).toBe(true)
    await close()
  })
})

describe('a tile', () => {
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

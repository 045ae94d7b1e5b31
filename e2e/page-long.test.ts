import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import {
  chip,
  count,
  draw,
  filterByName,
  firstResults,
  inkIn,
  nameFilter,
  openPage,
  PHONE,
  removeChip,
  sheetPlace,
  tile,
} from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { shareIn } from './support/finding.ts'
import { CLASSICAL } from './support/product.ts'
import { LINE, STAR } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

describe('the drawing sheet', () => {
  it('saves, opens, exports and deletes sketches', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    await page.getByRole('button', { name: 'Save sketch' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name of the sketch').fill('My star')
    await dialog.getByRole('button', { name: 'Save sketch' }).click()
    await dialog.getByText('Sketch saved as “My star”').waitFor()
    await dialog.getByRole('button', { name: 'Open My star' }).waitFor()
    for (const [button, name, beginning] of [
      ['Export as PNG', 'My star.png', '\x89PNG'],
      ['Export as SVG', 'My star.svg', '<svg'],
    ] as const) {
      const downloading = page.waitForEvent('download')
      await dialog.getByRole('button', { name: button }).click()
      const download = await downloading
      expect(download.suggestedFilename()).toBe(name)
      expect((await readFile(await download.path())).toString('latin1').startsWith(beginning)).toBe(true)
    }
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clear sheet' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Saved sketches' }).click()
    await dialog.getByRole('button', { name: 'Open My star' }).click()
    expect(shareIn('star', await firstResults(page, 8))).toBeGreaterThanOrEqual(0.75)
    await page.getByRole('button', { name: 'Save sketch' }).click()
    await dialog.getByRole('button', { name: 'Delete My star' }).click()
    await dialog.getByText('No saved sketches yet.').waitFor()
    await close()
  })

  it('fills a phone, and lies over a picture to trace', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    const choose = async (name: string) => {
      await page.getByRole('button', { name: 'More tools' }).click()
      await page.getByRole('menuitem', { name, exact: true }).click()
    }
    const results = page.getByRole('main', { name: 'Results' })
    const resultsShare = async () => (await results.boundingBox())!.height / PHONE.height
    // The sheet is large from the beginning.
    await choose('Leave full screen')
    await expect.poll(resultsShare).toBeGreaterThan(0.4)
    await choose('Full screen')
    await expect.poll(resultsShare).toBeLessThan(0.25)
    await expect
      .poll(async () => (await page.locator('canvas').boundingBox())!.width)
      .toBeGreaterThan(PHONE.width - 40)
    await page.getByTestId('underlay').setInputFiles(join(demo.gallery, 'star/star-01.png'))
    await page.getByTestId('trace').waitFor()
    // It stays while the device is turned.
    await page.setViewportSize({ width: 844, height: 640 })
    await page.getByRole('button', { name: 'Trace' }).waitFor()
    await page.getByTestId('trace').waitFor()
    await page.setViewportSize(PHONE)
    await page.getByRole('button', { name: 'More tools' }).waitFor()
    await page.getByTestId('trace').waitFor()
    await draw(page, STAR)
    await choose('Leave full screen')
    expect(shareIn('star', await firstResults(page, 8))).toBeGreaterThanOrEqual(0.75)
    await close()
  })

  it('ignores single keys if shortcuts are switched off', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const eraser = page.getByRole('button', { name: 'Eraser' })
    await page.keyboard.press('e')
    await expect.poll(() => eraser.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('switch', { name: /^Single-key shortcuts/ }).uncheck()
    await page.keyboard.press('Escape')
    await page.reload()
    await count(page, '240 pictures')
    await page.keyboard.press('e')
    await page.keyboard.press('?')
    expect(await eraser.getAttribute('aria-pressed')).toBe('false')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await close()
  })

  it('draws straight lines with Shift, erases whole strokes, and colours', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const at = await sheetPlace(page)
    await page.keyboard.down('Shift')
    await page.mouse.move(...at([0.1, 0.2]))
    await page.mouse.down()
    await page.mouse.move(...at([0.5, 0.9]), { steps: 5 })
    await page.mouse.move(...at([0.9, 0.22]), { steps: 5 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    expect(await inkIn(page, [0.4, 0.15, 0.2, 0.1])).toBeGreaterThan(0.05)
    expect(await inkIn(page, [0, 0.4, 1, 0.6])).toBe(0)
    await page.keyboard.press('c')
    await page.getByRole('radio', { name: 'Red' }).check()
    await page.keyboard.press('Escape')
    await draw(page, LINE)
    await page.keyboard.press('e')
    await page.keyboard.press('e')
    await page.mouse.click(...at([0.5, 0.2]))
    expect(await inkIn(page, [0, 0.1, 1, 0.2])).toBe(0)
    expect(await inkIn(page, [0.3, 0.45, 0.4, 0.1])).toBeGreaterThan(0.05)
    await page.keyboard.press('Control+z')
    expect(await inkIn(page, [0.4, 0.15, 0.2, 0.1])).toBeGreaterThan(0.05)
    await close()
  })
})

describe('queries', () => {
  it('are undone as a whole, drawing and images together', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await draw(page, STAR)
    await firstResults(page, 1)
    await page.waitForURL(/q=s/)
    await page.locator('[data-index="5"]').focus()
    await page.keyboard.press('+')
    await page
      .getByRole('toolbar', { name: 'Parts of the search' })
      .getByRole('button', { name: /^More like / })
      .waitFor()
    await page.getByRole('button', { name: 'Clear search' }).click()
    await count(page, '240 pictures')
    await page.waitForTimeout(1000)
    expect(new URL(page.url()).searchParams.get('q')).toBeNull()
    await page.getByText('Draw what you remember').waitFor()
    await close()
  })

  it('are refined by more and less like results', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await tile(page, 'star/star-05.png').or(page.locator('[data-path]').first()).first().waitFor()
    await filterByName(page, 'star-0')
    await count(page, '9 pictures')
    await tile(page, 'star/star-01.png').hover()
    await page.getByRole('button', { name: 'More like star-01.png' }).click()
    await filterByName(page, '')
    await chip(page, 'More like star-01.png').waitFor()
    // Until the name is cleared in the query too, nine are shown.
    await expect.poll(async () => (await firstResults(page, 40)).length).toBe(40)
    const before = await firstResults(page, 40)
    expect(before[0]).toBe('star/star-01.png')
    const unwanted = before.find((path) => !path.startsWith('star/'))!
    await tile(page, unwanted).scrollIntoViewIfNeeded()
    await tile(page, unwanted).focus()
    await page.keyboard.press('-')
    const name = unwanted.split('/')[1]!
    await chip(page, `Less like ${name}`).waitFor()
    const after = await firstResults(page, 40)
    expect(after).not.toContain(unwanted)
    // The keys continue with the new results, although the focused tile was removed.
    await expect.poll(() => page.locator(':focus').getAttribute('data-path')).toBe(after[0])
    await page.reload()
    expect(await firstResults(page, 40)).toEqual(after)
    await removeChip(page, `Less like ${name}`)
    expect(await firstResults(page, 40)).toEqual(before)
    await page.getByRole('button', { name: 'Clear search' }).click()
    await count(page, '240 pictures')
    await close()
  })

  it('search a region of a picture of the gallery, by pointer and by keyboard', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?name=star-0`)
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Search by region' }).click()
    const box = (await page.getByRole('img', { name: /^star-0/ }).boundingBox())!
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.2)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height * 0.8, { steps: 4 })
    await page.mouse.up()
    await chip(page, 'Region star-0').waitFor()
    const region = () => new URL(page.url()).searchParams.get('q')
    await expect.poll(region).toMatch(/^i[0-9a-f-]+@0\.(2|19)\d*_0\.(2|19)\d*_0\.\d+_0\.\d+$/)
    await firstResults(page, 1)
    const before = region()
    await page.keyboard.press('ArrowRight')
    await expect.poll(region).not.toBe(before)
    // The pane was used last: its history has the keys, and nothing of the sheet is undone.
    await page.keyboard.press('Control+z')
    await expect.poll(region).toBe(before)
    await page.getByRole('button', { name: 'Redo' }).click()
    await expect.poll(region).not.toBe(before)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(region).toBe(before)
    await close()
  })

  it('search a region of an uploaded picture', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByTestId('query-file').setInputFiles(join(demo.gallery, 'star/star-01.png'))
    await chip(page, 'More like Your picture').click()
    await page.getByRole('button', { name: 'Search by region' }).click()
    const picture = page.getByRole('img', { name: 'Your picture' })
    await expect.poll(async () => (await picture.boundingBox())!.height).toBeGreaterThan(100)
    const box = (await picture.boundingBox())!
    await page.mouse.move(box.x + box.width * 0.1, box.y + box.height * 0.1)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 })
    await page.mouse.up()
    await chip(page, 'Region Your picture').waitFor()
    await page.waitForURL(/q=p[0-9a-f]+(%40|@)0\.\d+_0\.\d+_0\.\d+_0\.\d+$/)
    await page.getByRole('button', { name: 'Whole picture' }).click()
    await chip(page, 'More like Your picture').waitFor()
    await firstResults(page, 1)
    await close()
  })

  it('that have expired show a message, and Back leaves them', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?name=umb`)
    await page.evaluate(() => {
      location.href = '/?q=s0123456789abcdef01234567'
    })
    await page.getByText('This sketch is no longer available.').waitFor()
    await page.goBack()
    await count(page, '20 pictures')
    await close()
  })

  it('mark a picture that has expired, and offer nothing to do with it', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.goto(`${demo.product.url}/?q=p0123456789abcdef01234567`)
    await chip(page, 'More like No longer available').click()
    await page.getByRole('button', { name: 'Remove from search' }).waitFor()
    expect(await page.getByRole('button', { name: 'Search by region' }).count()).toBe(0)
    await close()
  })

  it('survive an invalid address, and typing in the middle of a word', async () => {
    const { page, close } = await openPage(
      demo.browser,
      `${demo.product.url}/?from=2026-13-01&q=nonsense&min=-3`,
    )
    await count(page, '240 pictures')
    const field = await nameFilter(page)
    await field.pressSequentially('brella')
    await page.keyboard.press('Home')
    await page.keyboard.type('um')
    expect(await field.inputValue()).toBe('umbrella')
    await count(page, '20 pictures')
    await close()
  })
})

describe('the gallery', () => {
  it('shows changes between its first request and the first event', async () => {
    const file = join(demo.gallery, 'heart/in-between.png')
    onTestFinished(() => rm(file, { force: true }))
    const page = await (await demo.browser.newContext()).newPage()
    const indexed = Promise.withResolvers<void>()
    await page.route('**/api/fs/events', async (route) => {
      await indexed.promise
      await route.continue()
    })
    await page.goto(demo.product.url)
    await count(page, '240 pictures')
    await writeFile(file, await picture(71))
    await expect
      .poll(
        async () =>
          (await (await fetch(`${demo.product.url}/api/images?name_contains=in-between`)).json()).total,
      )
      .toBe(1)
    indexed.resolve()
    await count(page, '241 pictures')
    await rm(file)
    await count(page, '240 pictures')
    await page.context().close()
  })

  it('shows no image twice and keeps its position while its beginning changes', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const grid = page.getByTestId('grid')
    await grid.evaluate((element) => element.scrollTo(0, 900))
    await page.locator('[data-index="0"]').waitFor({ state: 'detached' })
    const files = [1, 2, 3].map((n) => join(demo.gallery, `heart/brand-new-${n}.png`))
    const remove = () => Promise.all(files.map((file) => rm(file, { force: true })))
    onTestFinished(async () => void (await remove()))
    for (const [n, file] of files.entries()) await writeFile(file, await picture(73 + n))
    await page.getByText('The folder has changed.').waitFor()
    for (const top of [1400, 300, 1800, 700]) {
      await grid.evaluate((element, y) => element.scrollTo(0, y), top)
      await page.waitForTimeout(300)
    }
    const places = await page.locator('[data-testid=grid] [role=gridcell]').evaluateAll((tiles) =>
      tiles.map((one) => {
        const { left, top } = one.getBoundingClientRect()
        return `${left} ${top}`
      }),
    )
    expect(new Set(places).size).toBe(places.length)
    await remove()
    await grid.evaluate((element) => element.scrollTo(0, 0))
    await count(page, '240 pictures')
    await close()
  })

  it('keeps the position while the folder changes, and announces it once', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const grid = page.getByTestId('grid')
    await grid.evaluate((element) => element.scrollTo(0, 900))
    await page.locator('[data-index="0"]').waitFor({ state: 'detached' })
    const first = page.locator('[data-path]').first()
    const place = async () => [await first.getAttribute('data-path'), (await first.boundingBox())!.y]
    const before = await place()
    const file = join(demo.gallery, 'heart/brand-new.png')
    onTestFinished(() => rm(file, { force: true }))
    await writeFile(file, await picture(71))
    await page.getByText('The folder has changed.').waitFor()
    await page.getByRole('button', { name: 'Show changes' }).waitFor()
    expect(await place()).toEqual(before)
    // On a slow computer a file is announced long before it is indexed.
    const listed = async () =>
      (await (await fetch(`${demo.product.url}/api/images?name_contains=brand-new`)).json()).total
    await expect.poll(listed).toBe(1)
    await page.getByRole('button', { name: 'Show changes' }).click()
    await count(page, '241 pictures')
    await rm(file)
    await grid.evaluate((element) => element.scrollTo(0, 0))
    await count(page, '240 pictures')
    await close()
  })

  it('accepts a day that is typed digit by digit', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByRole('button', { name: /^From, To:/ }).click()
    await page.getByLabel('From', { exact: true }).focus()
    await page.keyboard.type('03152026')
    await page.waitForURL(/from=2026-03-15/)
    await expect.poll(() => page.getByLabel('From', { exact: true }).inputValue()).toBe('2026-03-15')
    await close()
  })

  it('is filtered by days', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.goto(`${demo.product.url}/?from=2001-01-01&to=2001-12-31`)
    await page.getByText('No pictures match these filters').waitFor()
    await close()
  })

  it('selects ranges over images that were never visible', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await page.locator('[data-index="3"]').focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('End')
    await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset.index === '239')
    await page.keyboard.press('Shift+Space')
    await page.getByText('237 selected').first().waitFor()
    // The tile that has the focus leaves the document.
    await page.getByTestId('grid').evaluate((element) => element.scrollTo(0, 0))
    await page.locator('[data-index="239"]').waitFor({ state: 'detached' })
    await page.keyboard.press('Control+a')
    await page.getByText('240 selected').first().waitFor()
    await page.reload()
    await page.getByText('240 selected').first().waitFor()
    await page.locator('[data-index="0"]').focus()
    await page.keyboard.press('Escape')
    await page
      .getByText(/ selected$/)
      .first()
      .waitFor({ state: 'detached' })
    await close()
  })
})

describe('managing', () => {
  it('adds many files to the visible folder, and explains rejected ones', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup`)
    // The same picture in other bytes.
    const star = (compressionLevel: number) =>
      sharp(join(demo.gallery, 'star/star-01.png')).png({ compressionLevel }).toBuffer()
    await page.getByTestId('upload-files').setInputFiles([
      { name: 'added-1.png', mimeType: 'image/png', buffer: await star(1) },
      { name: 'added-2.png', mimeType: 'image/png', buffer: await star(2) },
      { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no') },
    ])
    await page.getByText('1 of 3 files could not be added').waitFor()
    await page.getByText(/can't be read/).waitFor()
    await tile(page, 'cup/added-1.png').waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    for (const name of ['added-1.png', 'added-2.png']) await rm(join(demo.gallery, 'cup', name))
    await close()
  })
})

import { rm, stat, writeFile } from 'node:fs/promises'
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
import { CLASSICAL } from './support/product.ts'
import { LINE } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

describe('the drawing sheet', () => {
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

  it('lists its shortcuts', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Help and shortcuts' }).getByText('Erase whole strokes').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
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
})

describe('queries', () => {
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

  it('accept an image that is dragged onto the sheet', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await tile(page, 'bicycle/bicycle-03.png')
      .or(tile(page, 'bicycle/bicycle-03.jpg'))
      .first()
      .dragTo(page.locator('canvas'))
    await chip(page, 'More like bicycle-03').waitFor()
    expect((await firstResults(page, 1))[0]).toMatch(/^bicycle\/bicycle-03/)
    await close()
  })

  it('search a region of a picture of the gallery, by pointer and by keyboard', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?name=star-0`)
    await page.locator('[data-path]').first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Search a region' }).click()
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
    await close()
  })

  it('search a region of an uploaded picture', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.getByTestId('query-file').setInputFiles(join(demo.gallery, 'star/star-01.png'))
    await chip(page, 'More like Your picture').click()
    await page.getByRole('button', { name: 'Search a region' }).click()
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

  it('is operated by the keyboard alone', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?sort=name`)
    await page.locator('[data-index="0"]').focus()
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.index)
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(focused).toBe('2')
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Space')
    await page.getByText('2 selected').first().waitFor()
    await page.keyboard.press('End')
    await expect.poll(focused).toBe('239')
    await page.keyboard.press('Home')
    await expect.poll(focused).toBe('0')
    await page.keyboard.press('Escape')
    await page.getByText('2 selected').first().waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    const zoom = () => dialog.getByTestId('zoom').innerText()
    await page.keyboard.press('1')
    await expect.poll(zoom).toBe('100 %')
    await page.keyboard.press('+')
    await expect.poll(zoom).toBe('150 %')
    await page.keyboard.press('0')
    await dialog.getByRole('button', { name: 'Fit', pressed: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    await dialog.getByRole('heading', { name: /bicycle-02/ }).waitFor()
    // The keys work wherever the focus is in the view, and when the focused element has been removed.
    await dialog.getByRole('button', { name: /^More like/ }).focus()
    await page.keyboard.press('ArrowRight')
    await dialog.getByRole('heading', { name: /bicycle-03/ }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await dialog.getByRole('heading', { name: /bicycle-02/ }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(focused).toBe('1')
    await page.keyboard.press('Enter')
    await dialog.waitFor()
    await page.goBack()
    await expect.poll(focused).toBe('1')
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

  it('enlarges a picture with two fingers', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?name=star-0`, PHONE)
    await page.locator('[data-path]').first().click()
    const dialog = page.getByRole('dialog')
    const box = (await dialog.getByTestId('large-picture').boundingBox())!
    const before = Number.parseInt(await dialog.getByTestId('zoom').innerText(), 10)
    const touch = await page.context().newCDPSession(page)
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const fingers = (apart: number) => [
      { x: x - apart, y, id: 1 },
      { x: x + apart, y, id: 2 },
    ]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(20) })
    for (const apart of [30, 40, 50, 60])
      await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) })
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await expect
      .poll(async () => Number.parseInt(await dialog.getByTestId('zoom').innerText(), 10) / before)
      .toBeCloseTo(3, 1)
    await close()
  })

  it('keeps the position while the folder changes, and announces it once', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    const grid = page.getByTestId('grid')
    await grid.evaluate((element) => element.scrollTo(0, 900))
    await page.locator('[data-index="0"]').waitFor({ state: 'detached' })
    const first = await page.locator('[data-path]').first().getAttribute('data-path')
    const file = join(demo.gallery, 'heart/brand-new.png')
    onTestFinished(() => rm(file, { force: true }))
    await writeFile(file, await picture(71))
    await page.getByText('The folder has changed.').waitFor()
    expect(await page.locator('[data-path]').first().getAttribute('data-path')).toBe(first)
    await page.getByRole('button', { name: 'Show changes' }).click()
    await count(page, '241 pictures')
    await rm(file)
    await grid.evaluate((element) => element.scrollTo(0, 0))
    await count(page, '240 pictures')
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
    await close()
  })

  it('moves pictures to the trash at once, and restores them by Undo, by Ctrl Z and from the trash', async () => {
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup&name=added`)
    await count(page, '2 pictures')
    const isThere = (name: string) =>
      stat(join(demo.gallery, 'cup', name)).then(
        () => true,
        () => false,
      )
    await tile(page, 'cup/added-1.png').hover()
    await page.getByRole('button', { name: 'Select added-1.png' }).click()
    await tile(page, 'cup/added-2.png').click()
    await page.getByText('2 selected').first().waitFor()
    await page.getByRole('button', { name: 'Move to trash' }).click()
    await page.getByText('2 pictures moved to trash').waitFor()
    await expect.poll(() => isThere('added-1.png')).toBe(false)
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await count(page, '2 pictures')
    await expect.poll(() => isThere('added-1.png')).toBe(true)
    await tile(page, 'cup/added-2.png').focus()
    await page.keyboard.press('Delete')
    await count(page, '1 picture')
    await expect.poll(() => isThere('added-2.png')).toBe(false)
    await page.keyboard.press('Control+z')
    await count(page, '2 pictures')
    await expect.poll(() => isThere('added-2.png')).toBe(true)
    await tile(page, 'cup/added-1.png').focus()
    await page.keyboard.press('Delete')
    await count(page, '1 picture')
    await page.getByRole('button', { name: 'Show folders' }).click()
    await page.getByRole('button', { name: /^Trash/ }).click()
    const trash = page.getByRole('region', { name: 'Trash', exact: true })
    await trash.getByText('30 days left').first().waitFor()
    await tile(page, 'cup/added-1.png').click()
    await trash.getByRole('button', { name: 'Restore' }).click()
    await trash.getByText('The trash is empty').waitFor()
    expect(await isThere('added-1.png')).toBe(true)
    await tile(page, 'cup/added-1.png').waitFor({ state: 'detached' })
    await trash.getByRole('button', { name: 'Back to gallery' }).click()
    await count(page, '2 pictures')
    await tile(page, 'cup/added-1.png').focus()
    await page.keyboard.press('Delete')
    await page.goto(`${demo.product.url}/?show=trash`)
    await trash.getByRole('button', { name: 'Empty the trash' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 file' }).click()
    await trash.getByText('The trash is empty').waitFor()
    expect(await isThere('added-1.png')).toBe(false)
    await page.goto(demo.product.url)
    await page.getByRole('button', { name: 'Hide folders' }).click()
    await close()
  })

  it('shows duplicates in groups, and moves all but the suggested one away', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.goto(`${demo.product.url}/?show=duplicates`)
    // One group is shown at a time.
    const pair = tile(page, 'cup/added-2.png')
    await page.locator('[data-path]').first().waitFor()
    const isShown = async () => {
      if (await pair.isVisible()) return true
      await page.keyboard.press('ArrowDown')
      return false
    }
    await expect.poll(isShown).toBe(true)
    await page.getByRole('button', { name: /^Keep 1, move \d+ to trash$/ }).waitFor()
    await page.goBack()
    await rm(join(demo.gallery, 'cup/added-2.png'))
    await close()
  })
})

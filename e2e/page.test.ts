import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chip, count, firstResults, openPage, PHONE, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(20, CLASSICAL)

describe('the drawing sheet', () => {
  it('lists its shortcuts', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Help and shortcuts' }).getByText('Erase whole strokes').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await close()
  })
})

describe('queries', () => {
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
})

describe('the gallery', () => {
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
    await expect.poll(zoom).toBe('100%')
    await page.keyboard.press('+')
    await expect.poll(zoom).toBe('150%')
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
})

/** Adds the picture of a star to the gallery until the test ends. @param bytes makes its bytes differ from those of others: 1…9 */
async function addStar(name: string, bytes: number): Promise<void> {
  const file = join(demo.gallery, 'cup', name)
  await sharp(join(demo.gallery, 'star/star-01.png')).png({ compressionLevel: bytes }).toFile(file)
  onTestFinished(() => rm(file, { force: true }))
}

describe('managing', () => {
  it('moves pictures to the trash at once, and restores them by Undo, by Ctrl Z and from the trash', async () => {
    await addStar('added-1.png', 1)
    await addStar('added-2.png', 2)
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
    const filter = trash.getByRole('searchbox', { name: 'Filter by name' })
    await filter.fill('other')
    await trash.getByText('No deleted picture has “other” in its name').waitFor()
    await filter.fill('ADDED')
    await tile(page, 'cup/added-1.png').click()
    await trash.getByRole('button', { name: 'Restore' }).click()
    await trash.getByRole('button', { name: 'Show all deleted pictures' }).click()
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
    await addStar('twin.png', 3)
    const { page, close } = await openPage(demo.browser, `${demo.product.url}/?name=twin`)
    await page.goto(`${demo.product.url}/?show=duplicates`)
    // One group is shown at a time.
    const pair = tile(page, 'cup/twin.png')
    await page.locator('[data-path]').first().waitFor()
    const isShown = async () => {
      if (await pair.isVisible()) return true
      await page.keyboard.press('ArrowDown')
      return false
    }
    await expect.poll(isShown).toBe(true)
    await page.getByRole('button', { name: /^Keep 1, move \d+ to trash$/ }).waitFor()
    await page.goBack()
    await close()
  })
})

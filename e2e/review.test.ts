import { copyFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { violationsIn } from './support/axe.ts'
import { chip, count, DESKTOP, draw, firstResults, openPage, PHONE, tile } from './support/browser.ts'
import { untilIndexed, useDemo } from './support/demo.ts'
import { misplaced } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2, CLASSICAL)
const ORIGINAL = 'star/star-01.png'
const SMALLER = 'star/star-smaller.png'
const COMPRESSED = 'star/star-compressed.jpg'

beforeAll(async () => {
  const original = sharp(join(demo.gallery, ORIGINAL))
  const { width } = await original.metadata()
  await original
    .clone()
    .resize(Math.round(width * 0.75))
    .toFile(join(demo.gallery, SMALLER))
  await original.clone().jpeg({ quality: 40 }).toFile(join(demo.gallery, COMPRESSED))
  await untilIndexed(demo.product.url, 26)
})

afterAll(async () => {
  for (const file of [SMALLER, COMPRESSED]) await rm(join(demo.gallery, file), { force: true })
})

/** Opens the review at the group of the star. */
async function openGroup(viewport = DESKTOP, scheme: 'light' | 'dark' = 'light') {
  const opened = await openPage(demo.browser, demo.product.url, viewport, scheme)
  await opened.page.goto(`${demo.product.url}/?show=duplicates`)
  await opened.page.getByRole('region', { name: /^Group 1 of/ }).waitFor()
  const isShown = async () => {
    if (await tile(opened.page, SMALLER).isVisible()) return true
    await opened.page.keyboard.press('ArrowDown')
    return false
  }
  await expect.poll(isShown).toBe(true)
  return opened
}

const suggested = (page: Page) => page.getByRole('article').first().getAttribute('data-path')

/** The number of groups to review. */
async function groupsOf(page: Page): Promise<number> {
  const title = page.getByRole('region', { name: /^Group \d+ of \d+$/ })
  if ((await title.count()) === 0) return 0
  return Number(/\d+$/.exec((await title.getAttribute('aria-label'))!)![0])
}

/** The number of pictures in the index. */
async function total(url: string): Promise<number> {
  const list = await fetch(`${url}/api/images?items_per_page=0`)
  return ((await list.json()) as { total: number }).total
}

describe('the review of duplicates', () => {
  it('suggests the best picture with its reasons, and calls the others by their kind', async () => {
    const { page, close } = await openGroup()
    expect(await suggested(page)).toBe(ORIGINAL)
    await page.getByText(/^Suggested: the largest/).waitFor()
    await tile(page, SMALLER).getByText('Smaller copy').waitFor()
    await tile(page, COMPRESSED).getByText('More compressed').waitFor()
    await page.getByRole('button', { name: /^Suggest: / }).click()
    await page.getByRole('menuitemradio', { name: 'The oldest' }).click()
    await page.getByRole('button', { name: 'Suggest: The oldest' }).waitFor()
    // The browser stores the choice.
    await page.reload()
    await page.getByRole('button', { name: 'Suggest: The oldest' }).waitFor()
    await close()
  })

  it.each(['light', 'dark'] as const)('has no problem that axe finds, in %s', async (scheme) => {
    const { page, close } = await openGroup(DESKTOP, scheme)
    expect(await violationsIn(page)).toEqual([])
    await close()
  })

  it('compares a group side by side, and returns to it', async () => {
    const { page, close } = await openGroup()
    await page.getByRole('button', { name: 'Compare side by side' }).click()
    await page.getByRole('dialog', { name: 'Compare 3 pictures' }).waitFor()
    await page.keyboard.press('Escape')
    await tile(page, SMALLER).waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Compare 3 pictures' }).waitFor()
    await page.keyboard.press('Escape')
    await tile(page, SMALLER).waitFor()
    await close()
  })

  it('takes a key that is held as one press', async () => {
    const { page, close } = await openGroup()
    await page.getByRole('button', { name: /^Keep 1, move 2 to trash/ }).waitFor()
    await page.keyboard.down('2')
    await page.keyboard.down('2')
    await page.keyboard.up('2')
    await page.getByRole('button', { name: /^Keep 2, move 1 to trash/ }).waitFor()
    await close()
  })

  it('does not show a group again that is called no duplicates, unless that is undone', async () => {
    const { page, close } = await openGroup()
    await page.getByRole('button', { name: 'Not duplicates' }).click()
    await tile(page, SMALLER).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await tile(page, SMALLER).waitFor()
    await page.getByRole('button', { name: 'Not duplicates' }).click()
    await tile(page, SMALLER).waitFor({ state: 'detached' })
    await page.reload()
    await page
      .getByText(/^(All duplicates reviewed|Group 1 of)/)
      .first()
      .waitFor()
    await expect.poll(() => tile(page, SMALLER).count()).toBe(0)
    await close()
  })

  it('keeps the groups that another tab has marked', async () => {
    const { page, close } = await openGroup()
    const stored = () => page.evaluate(() => localStorage.getItem('not-duplicates'))
    await page.evaluate(() => localStorage.setItem('not-duplicates', 'marked-in-another-tab'))
    await page.getByRole('button', { name: 'Not duplicates' }).click()
    await tile(page, SMALLER).waitFor({ state: 'detached' })
    expect(await stored()).toMatch(/^marked-in-another-tab\n/)
    await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
    await tile(page, SMALLER).waitFor()
    expect(await stored()).toBe('marked-in-another-tab')
    await close()
  })

  it('shows a group again whose pictures were restored', async () => {
    const { page, close } = await openGroup()
    const group = await groupsOf(page)
    await page.getByRole('button', { name: /^Keep 1, move 2 to trash/ }).click()
    await tile(page, SMALLER).waitFor({ state: 'detached' })
    await expect.poll(() => total(demo.product.url)).toBe(24)
    await page.keyboard.press('Control+z')
    await expect.poll(() => total(demo.product.url)).toBe(26)
    await expect.poll(() => groupsOf(page)).toBe(group)
    await close()
  })

  it('does not put another group in the place of one that someone else has ended', async () => {
    const other = join(demo.gallery, 'cup/cup-smaller.png')
    onTestFinished(async () => {
      await rm(other, { force: true })
      await expect.poll(() => total(demo.product.url)).toBe(26)
    })
    await sharp(join(demo.gallery, 'cup/cup-01.png')).resize(300).toFile(other)
    await expect.poll(() => total(demo.product.url)).toBe(27)
    const { page, close } = await openGroup()
    await expect.poll(() => groupsOf(page)).toBeGreaterThan(1)
    const list = await fetch(`${demo.product.url}/api/images?name_contains=star`)
    const { images } = (await list.json()) as { images: { id: string; path: string }[] }
    const ids = images.filter(({ path }) => [SMALLER, COMPRESSED].includes(path)).map(({ id }) => id)
    expect(ids).toHaveLength(2)
    for (const id of ids) await fetch(`${demo.product.url}/api/images/${id}`, { method: 'DELETE' })
    await page.getByText('This group no longer exists').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Show the next group' }).click()
    await page.getByText('This group no longer exists').waitFor({ state: 'detached' })
    await fetch(`${demo.product.url}/api/trash/restore`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ image_ids: ids }),
    })
    await expect.poll(() => total(demo.product.url)).toBe(27)
    await close()
  })

  it('has the whole width, and leaves it to the sheet', async () => {
    const { page, close } = await openGroup()
    const width = (await page.getByRole('region', { name: 'Duplicates' }).boundingBox())!.width
    expect(width).toBe(DESKTOP.width)
    await page.keyboard.press('d')
    await page.getByTestId('sheet').waitFor()
    await page.goBack()
    await tile(page, SMALLER).waitFor()
    await close()
  })

  it('leads to the choice of a region, also of a picture that is searched with', async () => {
    const list = await fetch(`${demo.product.url}/api/images?name=star-smaller`)
    const { images } = (await list.json()) as { images: { id: string; path: string }[] }
    const { id } = images.find(({ path }) => path === SMALLER)!
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await page.goto(`${demo.product.url}/?show=duplicates&q=i${id}&view=${id}`)
    await page.getByTestId('large-picture').waitFor()
    await page.getByRole('button', { name: 'Search by region' }).click()
    await page.getByTestId('region-picture').waitFor()
    await chip(page, 'More like').waitFor()
    await close()
  })

  it.each([DESKTOP.width, PHONE.width, 320])(
    'has room for its German words, %i pixels wide',
    async (width) => {
      const context = await demo.browser.newContext({ locale: 'de-DE', viewport: { width, height: 800 } })
      onTestFinished(() => context.close())
      const page = await context.newPage()
      await page.goto(`${demo.product.url}/?show=duplicates`)
      await page.getByRole('radio', { name: 'Papierkorb' }).first().waitFor()
      const tooWide = await page
        .locator('li[data-path] fieldset')
        .evaluateAll((choices) => choices.filter((choice) => choice.scrollWidth > choice.clientWidth).length)
      expect(tooWide).toBe(0)
    },
  )

  it('fits a phone', async () => {
    const { page, close } = await openGroup(PHONE)
    expect(await misplaced(page)).toEqual([])
    await page.getByRole('button', { name: /^Keep 1, move 2 to trash/ }).waitFor()
    await close()
  })
})

describe('the selection of the gallery', () => {
  it('is kept over a reload, and is not that of the trash', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await tile(page, ORIGINAL).focus()
    await page.keyboard.press('Space')
    await page.getByText('1 selected').first().waitFor()
    await page.goto(`${demo.product.url}/?show=trash`)
    const trash = page.getByRole('region', { name: 'Trash', exact: true })
    await trash.getByText('The trash is empty').waitFor()
    expect(await trash.getByText('1 selected').count()).toBe(0)
    await trash.getByRole('button', { name: 'Back to gallery' }).click()
    await page.getByText('1 selected').first().waitFor()
    await close()
  })
})

describe('exact copies', () => {
  /** Opens the page while one picture of the gallery has a copy. */
  async function openWithCopy() {
    const copy = join(demo.gallery, 'cup/cup-copy.png')
    onTestFinished(async () => {
      await rm(copy, { force: true })
      await expect.poll(() => total(demo.product.url)).toBe(26)
    })
    await copyFile(join(demo.gallery, 'cup/cup-01.png'), copy)
    await expect.poll(() => total(demo.product.url)).toBe(27)
    const opened = await openPage(demo.browser, demo.product.url)
    await count(opened.page, '26 pictures')
    return { ...opened, folded: opened.page.locator('[aria-label*=", 2 files"]') }
  }

  async function chooseFold(page: Page, name: string): Promise<void> {
    await page
      .getByRole('button', { name: /^(More filters|Filters)/ })
      .first()
      .click()
    await page.getByRole('radio', { name }).check()
    await page.keyboard.press('Escape')
  }

  it('are tiles of their own where the user chooses so, for a view or for all', async () => {
    const { page, close } = await openWithCopy()
    await chooseFold(page, 'Each file')
    await count(page, '27 pictures')
    await chooseFold(page, 'Each shot')
    await count(page, '26 pictures')
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('dialog').getByRole('radio', { name: 'Each file' }).check()
    await page.keyboard.press('Escape')
    await count(page, '27 pictures')
    await page.reload()
    await count(page, '27 pictures')
    await close()
  })

  it('go to the trash together or alone, as the user answers', async () => {
    const { page, folded, close } = await openWithCopy()
    const moveToTrash = async (answer: string) => {
      await folded.focus()
      await page.keyboard.press('Delete')
      const question = page.getByRole('dialog', { name: 'Move to trash' })
      await question.getByText('This tile stands for 2 files').waitFor()
      await question.getByRole('button', { name: answer }).click()
      await question.waitFor({ state: 'detached' })
    }
    await moveToTrash('All 2 files')
    await count(page, '25 pictures')
    await expect.poll(() => total(demo.product.url)).toBe(25)
    await page.keyboard.press('Control+z')
    await count(page, '26 pictures')
    await expect.poll(() => total(demo.product.url)).toBe(27)
    await moveToTrash('Only this one')
    // The other file is shown in its place.
    await expect.poll(() => total(demo.product.url)).toBe(26)
    await count(page, '26 pictures')
    await page.keyboard.press('Control+z')
    await expect.poll(() => total(demo.product.url)).toBe(27)
    await close()
  })

  it('are added to a collection together or alone, and counted in the selection', async () => {
    const { page, folded, close } = await openWithCopy()
    await folded.focus()
    await page.keyboard.press('Space')
    await page.getByRole('status').getByText('1 selected · 2 files').waitFor()
    await page.getByRole('button', { name: 'Add to collection' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'All 2 files' }).click()
    await page.getByRole('dialog').getByRole('textbox').fill('Both')
    await page.getByRole('button', { name: 'Create' }).click()
    const images = async () => {
      const list = await fetch(`${demo.product.url}/api/collections`)
      const { collections } = (await list.json()) as { collections: { name: string; image_count: number }[] }
      return collections.find(({ name }) => name === 'Both')?.image_count
    }
    await expect.poll(images).toBe(2)
    await close()
  })

  it('are one tile with the number of files, and a press shows them all', async () => {
    const { page, folded, close } = await openWithCopy()
    await page.getByRole('button', { name: 'Show all 2 files' }).click()
    await count(page, '2 pictures')
    await tile(page, 'cup/cup-copy.png').waitFor()
    await tile(page, 'cup/cup-01.png').waitFor()
    await page.getByRole('button', { name: 'Clear Files of one picture' }).click()
    await count(page, '26 pictures')
    await folded.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Show all 2 files' }).click()
    await count(page, '2 pictures')
    await page.goBack()
    await count(page, '26 pictures')
    // The same works on a touch screen.
    await folded.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Show all 2 files' }).click()
    await count(page, '2 pictures')
    await close()
  })
})

async function compareFirst(page: Page, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await page.locator('[data-path]').nth(n).focus()
    await page.keyboard.press('Space')
  }
  const action = page.getByRole('button', { name: 'Compare' })
  const more = page.getByRole('button', { name: 'More actions' })
  await action.or(more).first().waitFor()
  if (await action.isVisible()) await action.click()
  else {
    await more.click()
    await page.getByRole('menuitem', { name: 'Compare' }).click()
  }
  await page.getByRole('dialog', { name: `Compare ${count} pictures` }).waitFor()
}

describe('comparing', () => {
  it('zooms all pictures together, shows the place in the chosen one, and returns the focus', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await compareFirst(page, 2)
    const dialog = page.getByRole('dialog')
    await page.keyboard.press('+')
    await dialog.getByTestId('overview').waitFor()
    const sizes = () =>
      dialog
        .getByTestId('large-picture')
        .evaluateAll((pictures) => pictures.map((picture) => picture.getBoundingClientRect().width))
    const [first, second] = await sizes()
    await dialog.getByRole('article').nth(1).hover()
    await page.mouse.wheel(0, -200)
    await expect.poll(async () => (await sizes())[0]).toBeGreaterThan(first!)
    await expect.poll(async () => (await sizes())[1]).toBeGreaterThan(second!)
    expect(await violationsIn(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe('Compare')
    await close()
  })

  it('shows how far a score is from the best one', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await draw(page, STAR)
    await firstResults(page, 1)
    await chip(page, 'Sketch').waitFor()
    await page.locator('[data-index="0"]').focus()
    await page.keyboard.press('Space')
    await page.locator('[data-index="5"]').focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page
      .getByRole('dialog')
      .getByText(/^\d+%, \d+ points? below the best$/)
      .waitFor()
    await close()
  })

  it('shows one picture at a time on a phone; a press leads to the next', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url, PHONE)
    await page.getByRole('button', { name: 'Gallery' }).click()
    await compareFirst(page, 2)
    const dialog = page.getByRole('dialog')
    const shown = () => dialog.getByRole('article').getAttribute('data-path')
    const first = await shown()
    expect(await misplaced(page)).toEqual([])
    const box = (await dialog.getByTestId('large-picture').boundingBox())!
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
    await expect.poll(shown).not.toBe(first)
    await dialog.getByRole('radio', { name: '1' }).check()
    await expect.poll(shown).toBe(first)
    await close()
  })
})

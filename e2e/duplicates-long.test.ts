import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { openPage, tile } from './support/browser.ts'
import { indexedCount, untilIndexed, useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)
const ORIGINAL = 'star/star-01.png'
const SMALLER = 'star/star-smaller.png'
const ALL = 27

beforeAll(async () => {
  const file = (path: string) => join(demo.gallery, path)
  const { width } = await sharp(file(ORIGINAL)).metadata()
  await sharp(file(ORIGINAL))
    .resize(Math.round(width * 0.75))
    .toFile(file(SMALLER))
  await sharp(file(ORIGINAL)).jpeg({ quality: 40 }).toFile(file('star/star-compressed.jpg'))
  await copyFile(file('cup/cup-01.png'), file('cup/cup-copy.png'))
  await untilIndexed(demo.product.url, ALL)
})

/** Opens the review when all groups are found. @returns their number, and the requests that delete a picture */
async function openReview() {
  await expect.poll(foundGroups).toMatchObject({ progress: 1 })
  const { total } = await foundGroups()
  const opened = await openPage(demo.browser, demo.product.url)
  const deleted: string[] = []
  opened.page.on('request', (request) => request.method() === 'DELETE' && deleted.push(request.url()))
  await opened.page.goto(`${demo.product.url}/?show=duplicates`)
  await opened.page.getByText(`Group 1 of ${total}`).waitFor()
  return { ...opened, total, deleted }
}

async function foundGroups(): Promise<{ total: number; progress: number }> {
  const response = await fetch(`${demo.product.url}/api/images/duplicates?level=very_alike`)
  return (await response.json()) as { total: number; progress: number }
}

/** Goes to the group of the star. */
async function goToStar(page: Page): Promise<void> {
  const isShown = async () => {
    if (await tile(page, SMALLER).isVisible()) return true
    await page.keyboard.press('ArrowDown')
    return false
  }
  await expect.poll(isShown).toBe(true)
}

const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.ariaLabel ?? document.activeElement?.textContent)

/** The first group of those that are left. */
const firstOf = (page: Page, left: number) =>
  page.getByText(left === 0 ? 'All duplicates reviewed' : `Group 1 of ${left}`, { exact: true })

describe('the keys of the review', () => {
  it('skip two groups when Enter is pressed twice on “Skip”, and the focus stays', async () => {
    const { page, total, deleted, close } = await openReview()
    const skip = page.getByRole('button', { name: 'Skip' })
    await skip.focus()
    await page.keyboard.press('Enter')
    await firstOf(page, total - 1).waitFor()
    expect(await focused(page)).toBe('Skip')
    await page.keyboard.press('Enter')
    await firstOf(page, total - 2).waitFor()
    expect(deleted).toEqual([])
    await close()
  })

  it('press a button of the bar once while Enter is held', async () => {
    const { page, total, deleted, close } = await openReview()
    await page.getByRole('button', { name: 'Skip' }).focus()
    await page.keyboard.down('Enter')
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await firstOf(page, total - 1).waitFor()
    // Another key, pressed later, is handled after the held one.
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    await firstOf(page, total - 1).waitFor()
    expect(deleted).toEqual([])
    await close()
  })

  it('keep the focus near when the picture that has it leaves', async () => {
    const { page, total, close } = await openReview()
    await page.getByRole('article').first().getByRole('button').first().focus()
    await page.keyboard.press('ArrowDown')
    await page.getByText(`Group 2 of ${total}`).waitFor()
    expect(await focused(page)).toBe(`Group 2 of ${total}`)
    await close()
  })
})

describe('the decision about a group', () => {
  it('keeps the next suggested picture when the first one is moved to the trash, and never moves all', async () => {
    const { page, close } = await openReview()
    await goToStar(page)
    await page.keyboard.press('c')
    await page.getByRole('dialog', { name: 'Compare 3 pictures' }).getByRole('article').nth(2).waitFor()
    await page.keyboard.press('x')
    await page.getByRole('dialog', { name: 'Compare 2 pictures' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tile(page, ORIGINAL).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^Keep 1, move 1 to trash/ }).waitFor()
    await page.keyboard.press('1')
    const none = page.getByRole('button', { name: /^Keep 0, move 2 to trash/ })
    await none.waitFor()
    expect(await none.isDisabled()).toBe(true)
    await page.keyboard.press('Control+z')
    await tile(page, ORIGINAL).waitFor()
    await expect.poll(() => indexedCount(demo.product.url)).toBe(ALL)
    await close()
  })

  it('stays when another group comes in front', async () => {
    const { page, total, close } = await openReview()
    await goToStar(page)
    await page.getByRole('button', { name: /^Keep 1, move 2 to trash/ }).waitFor()
    await page.keyboard.press('2')
    await page.getByRole('button', { name: /^Keep 2, move 1 to trash/ }).waitFor()
    // Large ones: the group that frees most space is the first.
    const large = sharp(join(demo.gallery, 'tree/tree-01.png')).resize(3000)
    await large.clone().png({ compressionLevel: 0 }).toFile(join(demo.gallery, 'tree/large-1.png'))
    await large.clone().png({ compressionLevel: 1 }).toFile(join(demo.gallery, 'tree/large-2.png'))
    await untilIndexed(demo.product.url, ALL + 2)
    await expect.poll(foundGroups).toMatchObject({ progress: 1, total: total + 1 })
    // The page fetches its lists again when a file is added.
    await writeFile(join(demo.gallery, 'single.png'), await picture(31))
    const groups = page.getByRole('navigation', { name: 'Groups of duplicates' }).getByRole('button')
    await expect.poll(() => groups.count()).toBe(total + 1)
    expect(await groups.first().getAttribute('aria-current')).toBeNull()
    expect(await tile(page, SMALLER).isVisible()).toBe(true)
    await page.getByRole('button', { name: /^Keep 2, move 1 to trash/ }).waitFor()
    await close()
  })
})

it('names the reason when further groups can not be loaded, and asks again only when the user wants it', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  let requests = 0
  await page.route(/\/api\/images\/duplicates\?/, async (route) => {
    const { searchParams } = new URL(route.request().url())
    if (searchParams.get('page') === '2') {
      requests++
      return route.fulfill({ status: 500, json: { error: 'The index is damaged.' } })
    }
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...((await response.json()) as object), total: 60 } })
  })
  await page.goto(`${demo.product.url}/?show=duplicates`)
  const notice = page.getByRole('status').filter({ hasText: 'The index is damaged.' })
  await page.getByText('Group 1 of 60').waitFor()
  await page.keyboard.press('ArrowDown')
  await page.getByText('Group 2 of 60').waitFor()
  await notice.waitFor()
  await page.keyboard.press('ArrowUp')
  await page.getByText('Group 1 of 60').waitFor()
  expect(requests).toBe(1)
  await notice.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => requests).toBe(2)
  await page.unrouteAll({ behavior: 'wait' })
  await notice.getByRole('button', { name: 'Try again' }).click()
  await notice.waitFor({ state: 'detached' })
  await close()
})

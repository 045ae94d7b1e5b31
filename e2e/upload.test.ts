import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { violationsIn } from './support/axe.ts'
import { openPage, PHONE, tile } from './support/browser.ts'
import { untilIndexed, useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const MAX_BYTES = 2_000_000
const demo = useDemo(2, { ...CLASSICAL, SERVER__LIMITS__MAX_UPLOAD_BYTES: String(MAX_BYTES) })
const PICTURES = 24
/** More than the page asks for at once. */
const NAMESAKES = 101
const CUP = { address: '/?dir=cup', name: 'cup-01.png' }

const open = (viewport?: { width: number; height: number }) =>
  openPage(demo.browser, `${demo.product.url}${CUP.address}`, viewport)

function add(page: Page, files: Record<string, Buffer>): Promise<void> {
  return page
    .getByTestId('upload-files')
    .setInputFiles(Object.entries(files).map(([name, buffer]) => ({ name, mimeType: 'image/png', buffer })))
}

const inCup = (name: string) => join(demo.gallery, 'cup', name)
const question = (page: Page, name: string) => page.getByRole('region', { name: `Decide about ${name}` })
const button = (page: Page, name: string, text: string) =>
  question(page, name).getByRole('button', { name: text })

describe('a file whose name is taken', () => {
  it('is kept beside the other one', async () => {
    const { page, close, complaints } = await open()
    await add(page, { [CUP.name]: await picture(101) })
    await page.getByText('1 file needs a decision').waitFor()
    await question(page, CUP.name).getByAltText('The picture in the gallery').waitFor()
    await question(page, CUP.name).getByAltText('The file that is being added').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await button(page, CUP.name, 'Keep both').click()
    await page.getByText('1 file added').waitFor()
    expect(await readFile(inCup('cup-01 (2).png'))).toEqual(await picture(101))
    await rm(inCup('cup-01 (2).png'))
    expect(complaints.filter((text) => !text.includes('409'))).toEqual([])
    await close()
  })

  it('replaces the other one, which the trash keeps', async () => {
    const { page, close } = await open()
    const before = await readFile(inCup(CUP.name))
    await add(page, { [CUP.name]: await picture(102) })
    await button(page, CUP.name, 'Replace').click()
    await page.getByText('1 file added').waitFor()
    expect(await readFile(inCup(CUP.name))).toEqual(await picture(102))
    await page.goto(`${demo.product.url}/?show=trash`)
    await page.getByRole('button', { name: /^cup-01\.png/ }).click()
    await page.getByRole('button', { name: 'Restore' }).click()
    // Beside the one that has its name now.
    const restored = inCup('cup-01 (2).png')
    await expect.poll(() => readFile(restored).catch(() => undefined)).toEqual(before)
    await rm(restored)
    await close()
  })

  it('is not replaced before the page has found out whether there is a trash', async () => {
    const { page, close } = await open()
    const end = Promise.withResolvers<void>()
    await page.route('**/api/index/status', async (route) => {
      await end.promise
      await route.continue()
    })
    await page.reload()
    await add(page, { [CUP.name]: await picture(109) })
    const replace = button(page, CUP.name, 'Replace')
    await replace.waitFor()
    expect(await replace.isDisabled()).toBe(true)
    end.resolve()
    await question(page, CUP.name).getByText('moves the picture in the folder to the trash').waitFor()
    expect(await replace.isDisabled()).toBe(false)
    await button(page, CUP.name, 'Skip').click()
    await close()
  })

  it('is skipped together with all others in one press, and those that follow', async () => {
    const { page, close } = await open()
    const names = (await readdir(join(demo.gallery, 'cup'))).sort()
    const taken = names.filter((name) => name.startsWith('cup-')).slice(0, 2)
    const more = { 'free.png': await picture(103) }
    await add(page, { [taken[0]!]: await picture(104), [taken[1]!]: await picture(105), ...more })
    await page.getByText('2 files need a decision').waitFor()
    // Either file may be the first one with a question.
    const asked = page.getByRole('region', { name: /^Decide about / })
    await asked.getByRole('checkbox', { name: 'The same for all 2' }).check()
    await asked.getByRole('button', { name: 'Skip' }).click()
    await page.getByText('1 file added, 2 skipped').waitFor()
    await add(page, { [taken[1]!]: await picture(106) })
    await page.getByText('1 file added, 3 skipped').waitFor()
    await rm(inCup('free.png'))
    expect((await readdir(join(demo.gallery, 'cup'))).sort()).toEqual(names)
    await close()
  })
})

describe('an upload whose code is still being loaded', () => {
  it('is not sent after it was cancelled', async () => {
    const { page, close } = await open()
    const end = Promise.withResolvers<void>()
    await page.route(/\/assets\/upload-queue.*\.js$/, async (route) => {
      await end.promise
      await route.continue()
    })
    await page.reload()
    await tile(page, `cup/${CUP.name}`).waitFor()
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
    })
    await add(page, { 'cancelled.png': await picture(113) })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await add(page, { 'sent.png': await picture(114) })
    end.resolve()
    await page.getByText('1 file added').waitFor()
    expect(sent.sort()).toEqual(['/api/images', '/api/images/known'])
    await rm(inCup('sent.png'))
    await close()
  })
})

describe('the question in view', () => {
  it('stays when an earlier file gets one, and the focus stays with the buttons', async () => {
    const { page, close } = await open()
    const [first, second] = (await readdir(join(demo.gallery, 'cup'))).sort() as [string, string]
    const end = Promise.withResolvers<void>()
    let isFirst = true
    await page.route('**/api/images/known', async (route) => {
      const isHeld = isFirst
      isFirst = false
      if (isHeld) await end.promise
      await route.continue()
    })
    await add(page, { [first]: await picture(111) })
    await page.getByText('0 of 1 files added').waitFor()
    await expect.poll(() => isFirst).toBe(false)
    await add(page, { [second]: await picture(112) })
    await question(page, second).waitFor()
    end.resolve()
    await page.getByText('2 files need a decision').waitFor()
    const skip = button(page, second, 'Skip')
    await skip.focus()
    // A double click is one answer.
    await skip.dispatchEvent('click', { detail: 2 })
    await page.keyboard.press('Enter')
    await question(page, first).waitFor()
    await expect
      .poll(() => question(page, first).evaluate((element) => element.contains(document.activeElement)))
      .toBe(true)
    await page.keyboard.press('Enter')
    await page.getByText('0 files added, 2 skipped').waitFor()
    await close()
  })
})

describe('two files with the same bytes', () => {
  it('are added once, and the second one is offered as known', async () => {
    const { page, close } = await open()
    const bytes = await picture(108)
    const added = page.waitForResponse(
      (response) =>
        response.request().method() === 'POST' && new URL(response.url()).pathname === '/api/images',
    )
    // The second answer arrives after the first file was added.
    let answers = 0
    await page.route('**/api/images/known', async (route) => {
      const response = await route.fetch()
      if (++answers > 1) await added
      await route.fulfill({ response })
    })
    await add(page, { 'one.png': bytes, 'two.png': bytes })
    await page.getByText(/“(one|two)\.png” is in the gallery already: cup\/(one|two)\.png/).waitFor()
    await page
      .getByRole('region', { name: /^Decide about/ })
      .getByRole('button', { name: 'Skip' })
      .click()
    await page.getByText('1 file added, 1 skipped').waitFor()
    const names = (await readdir(join(demo.gallery, 'cup'))).filter((name) => /^(one|two)\.png$/.test(name))
    expect(names).toHaveLength(1)
    await rm(inCup(names[0]!))
    await close()
  })
})

describe('a file that the gallery has already', () => {
  it('is recognised before it is sent, and skipped or added once more', async () => {
    const { page, close } = await open(PHONE)
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
    })
    const star = await readFile(join(demo.gallery, 'star/star-01.png'))
    await add(page, { 'again.png': star })
    await page.getByText('“again.png” is in the gallery already: star/star-01.png').waitFor()
    expect(sent).toEqual(['/api/images/known'])
    await button(page, 'again.png', 'Skip').click()
    await page.getByText('0 files added, 1 skipped').waitFor()
    await add(page, { 'once-more.png': star })
    await button(page, 'once-more.png', 'Add anyway').click()
    await page.getByText('1 file added, 1 skipped').waitFor()
    expect(await readFile(inCup('once-more.png'))).toEqual(star)
    await rm(inCup('once-more.png'))
    await close()
  })

  it('in the same place is not asked about', async () => {
    const { page, close } = await open()
    await add(page, { [CUP.name]: await readFile(inCup(CUP.name)) })
    await page.getByText('It is in this folder already.').waitFor()
    await page.getByText('0 files added, 1 skipped').waitFor()
    await close()
  })
})

describe('a file whose name is part of many others', () => {
  it('is compared with the picture of exactly this name', async () => {
    const bytes = await readFile(inCup(CUP.name))
    for (let n = 0; n < NAMESAKES; n++) await writeSettled(inCup(`${n}-${CUP.name}`), bytes)
    await untilIndexed(demo.product.url, PICTURES + NAMESAKES)
    const { page, close } = await open()
    await add(page, { [CUP.name]: await picture(107) })
    await question(page, CUP.name).getByAltText('The picture in the gallery').waitFor()
    await button(page, CUP.name, 'Skip').click()
    await page.getByText('0 files added, 1 skipped').waitFor()
    await close()
  })
})

describe('a file above the limit of the server', () => {
  it('is refused with both sizes before it is sent, and the others are added', async () => {
    const { page, close, complaints } = await open()
    const sent: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') sent.push(new URL(request.url()).pathname)
    })
    await add(page, { 'large.png': Buffer.alloc(MAX_BYTES + 100_000), 'small.png': await picture(109) })
    await page
      .getByText('“large.png” is 2.1 MB. This server accepts files of up to 2 MB (limits.max_upload_bytes).')
      .waitFor()
    await page.getByText('1 of 2 files could not be added').waitFor()
    await page.getByText('added', { exact: true }).waitFor()
    expect(sent.filter((path) => path === '/api/images')).toHaveLength(1)
    expect(sent.filter((path) => path === '/api/images/known')).toHaveLength(1)
    expect(complaints).toEqual([])
    await rm(inCup('small.png'))
    await close()
  })
})

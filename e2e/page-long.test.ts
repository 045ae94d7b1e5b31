import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { count, draw, firstResults, openPage, PHONE } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(20, CLASSICAL)

const share = (paths: string[], folder: string) =>
  paths.filter((path) => path.startsWith(`${folder}/`)).length / paths.length

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
    expect(share(await firstResults(page, 8), 'star')).toBeGreaterThanOrEqual(0.75)
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
    await draw(page, STAR)
    await choose('Leave full screen')
    expect(share(await firstResults(page, 8), 'star')).toBeGreaterThanOrEqual(0.75)
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
})

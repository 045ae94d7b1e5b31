import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { DESKTOP, draw, firstResults, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2, CLASSICAL)
/** Number of close matches. */
const CLOSE = 5

it('saves the selected pictures as a file, and reports a failure', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, DESKTOP)
  for (const n of [0, 1]) {
    await page.locator('[data-path]').nth(n).focus()
    await page.keyboard.press('Space')
  }
  const names = await page
    .locator('[data-path]')
    .evaluateAll((tiles) => tiles.slice(0, 2).map((tile) => tile.getAttribute('data-path')!))
  const choose = async (format: RegExp) => {
    await page.getByRole('button', { name: 'Export' }).click()
    await page.getByRole('menuitem', { name: format }).click()
  }
  const download = page.waitForEvent('download')
  await choose(/List of paths/)
  const paths = await readFile(await (await download).path(), 'utf8')
  for (const name of names) expect(paths).toContain(name)
  const archive = page.waitForEvent('download')
  await choose(/^Originals(?!,)/)
  const bytes = await readFile(await (await archive).path())
  expect(bytes.subarray(0, 4)).toEqual(Buffer.from('PK\x03\x04'))
  for (const name of names) expect(bytes.includes(name.split('/').at(-1)!)).toBe(true)

  await page.route('**/api/export', (route) => route.fulfill({ status: 503, json: { error: 'no room' } }))
  await choose(/List of paths/)
  await page.getByText('no room').waitFor()
  await page.unroute('**/api/export')
  await page.route('**/api/export', (route) => route.fulfill({ status: 502, body: '<p>Bad gateway</p>' }))
  await choose(/List of paths/)
  await page.getByText('The export failed').waitFor()
  await close()
})

it('saves everything that a search or a folder shows', async () => {
  const { page, close } = await openPage(demo.browser, `${demo.product.url}/?dir=cup`, DESKTOP)
  const pathsOf = async () => {
    await page.getByRole('button', { name: 'List options' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: /List of paths/ }).click()
    return (await readFile(await (await download).path(), 'utf8')).trim().split('\n').sort()
  }
  expect(await pathsOf()).toEqual([
    expect.stringMatching(/cup\/cup-01\./),
    expect.stringMatching(/cup\/cup-02\./),
  ])
  await page.goto(demo.product.url)
  await draw(page, STAR)
  const shown = await firstResults(page, 3)
  await page.getByRole('button', { name: 'Save search' }).waitFor()
  const found = await pathsOf()
  for (const path of shown) expect(found.some((line) => line.endsWith(path))).toBe(true)
  expect(found.length).toBeGreaterThan(CLOSE)

  // This model does not say where close matches end.
  await page.route('**/api/images/search', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ json: { ...(await response.json()), close: { total: CLOSE } } })
  })
  await page.reload()
  await page.getByRole('button', { name: 'Hide further matches' }).click()
  await page.getByRole('button', { name: 'Show further matches' }).waitFor()
  expect(await pathsOf()).toHaveLength(CLOSE)
  await close()
})

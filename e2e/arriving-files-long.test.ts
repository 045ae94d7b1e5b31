import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { count, openPage } from './support/browser.ts'
import { indexedCount, useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(20, CLASSICAL)
const ALL = 240

/** Adds files, the newest of the gallery, until the test ends. */
async function addFiles(count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, n) => join(demo.gallery, `heart/newest-${n}.png`))
  onTestFinished(async () => {
    for (const file of files) await rm(file, { force: true })
    await expect.poll(() => indexedCount(demo.product.url)).toBe(ALL)
  })
  for (const [n, file] of files.entries()) await writeFile(file, await picture(200 + n))
}

const focusedPath = (page: Page) => page.evaluate(() => (document.activeElement as HTMLElement).dataset.path)

it('the focus stays at its picture', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.locator('[data-index="2"]').focus()
  const path = await focusedPath(page)
  await addFiles(2)
  await count(page, `${ALL + 2} pictures`)
  await expect.poll(() => focusedPath(page)).toBe(path)
  expect(await page.locator(':focus').getAttribute('data-index')).toBe('4')
  await close()
})

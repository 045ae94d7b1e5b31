import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { openPage, sharedBrowser } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { CLASSICAL, type Product, startProduct } from './support/product.ts'

let directory = ''
let product: Product

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sketch-search-account-'))
  const gallery = join(directory, 'gallery')
  await mkdir(join(gallery, '#recycle'), { recursive: true })
  for (const name of ['a.png', 'b', '#recycle/c.png'])
    await writeSettled(join(gallery, name), await picture(1))
  await writeSettled(join(gallery, 'damaged.png'), (await picture(2)).subarray(0, 60))
  await writeFile(join(gallery, 'notes.txt'), 'text')
  product = await startProduct(gallery, join(directory, 'data'), CLASSICAL)
  await untilIndexed(product.url, 2)
})
afterAll(async () => {
  await product?.stop()
  await rm(directory, { recursive: true, force: true })
})

async function expectAccount(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Files of the folder' })
  await dialog.waitFor()
  const text = () => dialog.innerText()
  await expect.poll(text).toMatch(/5 files found/)
  expect((await text()).replaceAll(/\s+/g, ' ')).toMatch(
    /Can be searched 2 Could not be read 1 Still to be read 0 Left out 2 Not a picture for example notes\.txt 1 Recycle bins.* for example #recycle\/c\.png 1/,
  )
}

describe('the account of all files', () => {
  it('opens from the status that names failures', async () => {
    const { page, complaints, close } = await openPage(await sharedBrowser(), product.url)
    await page.getByRole('button', { name: /could not be read/i }).click()
    await page.getByRole('dialog').getByText('damaged.png').waitFor()
    await page.getByRole('button', { name: 'Files of the folder' }).click()
    await expectAccount(page)
    expect(complaints).toEqual([])
    await close()
  })

  it('opens from the settings', async () => {
    const { page, close } = await openPage(await sharedBrowser(), product.url)
    await page.getByRole('button', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Files of the folder' }).click()
    await expectAccount(page)
    await close()
  })
})

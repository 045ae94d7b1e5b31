import { chmod, readFile, realpath, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../server/src/testing/temporary.ts'
import { openPage, sharedBrowser, tile } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { CLASSICAL, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

async function openMenu(environment: Record<string, string>) {
  const { gallery, data } = await smallGallery()
  const product = await startProduct(gallery, data, { ...CLASSICAL, ...environment })
  onTestFinished(async () => void (await product.stop()))
  await untilIndexed(product.url, 5)
  const { page, close } = await openPage(await sharedBrowser(), product.url)
  await tile(page, 'sub/0.png').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Copy path' }).waitFor()
  return { gallery, item: page.getByRole('menuitem', { name: 'Open in file manager' }), close }
}

it('opens the folder of a picture where that is switched on', async () => {
  const programs = await temporaryDirectory()
  const opened = join(programs, 'opened')
  await writeFile(join(programs, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > '${opened}'\n`)
  await chmod(join(programs, 'xdg-open'), 0o755)
  const { gallery, item, close } = await openMenu({
    SERVER__OPEN_IN_FILE_MANAGER: 'true',
    PATH: `${programs}${delimiter}${process.env.PATH}`,
  })
  await item.click()
  await expect.poll(() => readFile(opened, 'utf8').catch(() => '')).toBe(join(await realpath(gallery), 'sub'))
  await close()
})

it('offers no file manager by default', async () => {
  const { item, close } = await openMenu({})
  expect(await item.count()).toBe(0)
  await close()
})

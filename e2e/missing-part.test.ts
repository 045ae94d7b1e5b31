import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { picture } from '../server/src/testing/pictures.ts'
import { openPage, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

/** Addresses of scripts, as they are after an upgrade of the server: those of the open page are gone. */
const goneScripts = /\/assets\/.*\.js$/

it('a part whose code is gone offers to reload, and the rest of the page goes on', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.waitForLoadState('networkidle')
  await page.route(goneScripts, (route) => route.fulfill({ status: 404, body: 'not found' }))
  await page.keyboard.press('?')
  const notice = page.getByText('This part of the page could not be loaded.')
  await notice.waitFor()
  await page.getByRole('button', { name: /^Sort by/ }).click()
  await notice.waitFor()
  await tile(page, 'star/star-01.png').hover()
  await page.unroute(goneScripts)
  const loaded = page.waitForEvent('load')
  await page.getByRole('button', { name: 'Reload' }).click()
  await loaded
  await page.locator('[data-testid=grid] img').first().waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Help and shortcuts' }).waitFor()
  await close()
})

it('files whose upload can not begin are kept, and sent by another try', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const queue = /\/assets\/upload-queue.*\.js$/
  await page.route(queue, (route) => route.abort())
  // On a busy machine, the page may have loaded the queue already.
  await page.reload()
  await tile(page, 'star/star-01.png').waitFor()
  const file = { name: 'kept.png', mimeType: 'image/png', buffer: await picture(61) }
  await page.getByTestId('upload-files').setInputFiles([file])
  await page.getByText('This part of the page could not be loaded.').waitFor()
  await page.unroute(queue)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('1 file added').waitFor()
  await rm(join(demo.gallery, file.name))
  await close()
})

it('the list of uploads appears by itself when its code can be loaded again', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  const panel = /\/assets\/upload-panel.*\.js$/
  await page.route(panel, (route) => route.abort())
  await page.reload()
  await tile(page, 'star/star-01.png').waitFor()
  const file = { name: 'listed.png', mimeType: 'image/png', buffer: await picture(62) }
  await page.getByTestId('upload-files').setInputFiles([file])
  await page.getByText('This part of the page could not be loaded.').waitFor()
  await page.unroute(panel)
  await page.getByText('1 file added').waitFor()
  await rm(join(demo.gallery, file.name))
  await close()
})

it('a large view whose code is gone leaves the list as it was', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await page.waitForLoadState('networkidle')
  await page.route(goneScripts, (route) => route.abort())
  await tile(page, 'star/star-01.png').click()
  await page.getByText('This part of the page could not be loaded.').waitFor()
  await expect.poll(() => new URL(page.url()).searchParams.has('view')).toBe(false)
  await tile(page, 'star/star-01.png').hover()
  await page.unrouteAll()
  await close()
})

import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { chip, STATE_TIMEOUT_MS, sharedBrowser } from './support/browser.ts'
import { CLASSICAL, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

/** Opens the page in a window of its own, in which its service worker runs. */
async function openInstalled(url: string): Promise<Page> {
  const page = await (await (await sharedBrowser()).newContext()).newPage()
  page.setDefaultTimeout(STATE_TIMEOUT_MS)
  await page.goto(url)
  await page.evaluate(() => navigator.serviceWorker.ready)
  return page
}

describe('the installed page', () => {
  it('searches with a picture that is shared to it', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    const page = await openInstalled(product.url)
    // Android sends a form with the file to the target that the manifest names.
    const { share_target: target } = await (await fetch(`${product.url}/manifest.webmanifest`)).json()
    await page.evaluate(({ action, method, enctype, params }) => {
      const form = Object.assign(document.createElement('form'), {
        action: `/${action}`,
        method,
        enctype,
        id: 'share',
      })
      form.append(
        Object.assign(document.createElement('input'), { type: 'file', name: params.files[0].name }),
      )
      document.body.append(form)
    }, target)
    await page.locator('#share input').setInputFiles(join(gallery, 'sub/2.png'))
    await page.evaluate(() => (document.getElementById('share') as HTMLFormElement).submit())
    await chip(page, 'More like').waitFor()
    await page.locator('[data-path="sub/2.png"]').waitFor()
    expect(new URL(page.url()).searchParams.get('q')).toMatch(/^p/)
    // It is taken once.
    await page.goto(product.url)
    await page.locator('[data-testid=grid] img').first().waitFor()
    expect(await chip(page, 'More like').count()).toBe(0)
    await page.context().close()
    await product.stop()
  })

  it('opens without the server, and shows when it tries again', async () => {
    const { gallery, data } = await smallGallery()
    const product = await startProduct(gallery, data, CLASSICAL)
    const page = await openInstalled(product.url)
    // After a reload, the service worker has cached all files of the page.
    await page.reload()
    await page.locator('[data-testid=grid] img').first().waitFor()
    await product.stop()
    const tryNow = page.getByRole('button', { name: 'Try now' })
    await page.getByText('No connection to the server').first().waitFor()
    await page.getByText(/Trying again in \d+ s\. Your sketch is safe\./).waitFor()
    await tryNow.click()
    await page.reload()
    await page.getByRole('heading', { name: 'No connection to the server' }).waitFor()
    await tryNow.click()
    await page.getByRole('heading', { name: 'No connection to the server' }).waitFor()
    await page.context().close()
  })
})

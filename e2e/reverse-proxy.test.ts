import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, it, onTestFinished } from 'vitest'
import { picture, writeSettled } from '../server/src/testing/pictures.ts'
import { draw, firstResults, openPage, sharedBrowser, tile } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { createNginx } from './support/nginx.ts'
import { CLASSICAL, startProduct } from './support/product.ts'
import { smallGallery } from './support/small-gallery.ts'

async function start(environment: Record<string, string> = {}) {
  const folders = await smallGallery()
  const { gallery, data } = folders
  const product = await startProduct(gallery, data, { ...CLASSICAL, ...environment })
  onTestFinished(async () => void (await product.stop()))
  await untilIndexed(product.url, 5)
  return { ...folders, product, nginx: await createNginx() }
}

/** The configuration in the documentation. */
const proxied = (target: string, more = '') => `
  client_max_body_size 65m;
  ${more}
  location /photos/ {
    proxy_pass ${target};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_buffering off;
    proxy_read_timeout 1h;
  }`

async function upload(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByTestId('upload-files').setInputFiles([{ name, mimeType: 'image/png', buffer }])
}

/** Waits until the page has loaded what an upload needs, with everything that this imports. */
async function uploadLoaded(page: Page): Promise<void> {
  for (const part of ['upload-panel', 'upload-queue']) {
    const address = await page.waitForFunction(
      (name) => performance.getEntriesByType('resource').find((entry) => entry.name.includes(name))?.name,
      part,
    )
    // As text: Vitest would replace the import.
    await page.evaluate(`import('${await address.jsonValue()}')`)
  }
}

/** A picture of more than a megabyte. */
function largePicture(): Promise<Buffer> {
  const side = 700
  const data = Buffer.from(Array.from({ length: side * side * 3 }, (_, n) => (n * 7919 * (n % 1013)) >>> 3))
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
}

describe('the page below a path', () => {
  it.each([
    ['removes', '/', {}],
    ['passes on', '', { SERVER__BASE_PATH: '/photos' }],
  ])('behind a proxy that %s it', async (_, suffix, environment) => {
    const { product, nginx, gallery } = await start(environment)
    await nginx.serve(proxied(`${product.url}${suffix}`))
    const browser = await sharedBrowser()
    const { page, complaints, close } = await openPage(browser, `${nginx.url}/photos/`)
    const asked = new Set<string>()
    page.on('request', (request) => {
      if (request.url().startsWith(nginx.url)) asked.add(new URL(request.url()).pathname)
    })
    await page.reload()
    await tile(page, 'sub/0.png').waitFor()

    // Other files appear by themselves.
    await writeSettled(join(gallery, 'sub/new.png'), await picture(17))
    await tile(page, 'sub/new.png').waitFor()

    await tile(page, 'sub/0.png').dblclick()
    await page.getByRole('button', { name: 'Find similar' }).first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/photos/')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Draw' }).first().click()
    await draw(page, [
      [
        [0.3, 0.3],
        [0.7, 0.7],
      ],
    ])
    expect(await firstResults(page, 6)).toHaveLength(6)
    await page.goto(`${nginx.url}/photos/`)

    await upload(page, 'sent.png', await picture(18))
    await page.getByText('1 file added').waitFor()
    await tile(page, 'sent.png').waitFor()

    await tile(page, 'sent.png').focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Export' }).click()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'List of paths' }).click(),
    ])
    expect(await readFile(await saved.path(), 'utf8')).toContain('sent.png')

    await page.goto(`${nginx.url}/photos/some/where?name=sent`)
    await tile(page, 'sent.png').waitFor()
    expect(page.url()).toBe(`${nginx.url}/photos/?name=sent`)
    expect([...asked].filter((path) => !path.startsWith('/photos/'))).toEqual([])

    await page.goto(`${nginx.url}/photos/api/docs`)
    await page.locator('.opblock').first().waitFor()
    expect(complaints).toEqual([])
    await close()
  })
})

describe('a response behind a proxy', () => {
  it('to an upload that the server refuses arrives with its reason', async () => {
    const { product, nginx } = await start({ SERVER__LIMITS__MAX_UPLOAD_BYTES: '1048576' })
    await nginx.serve(proxied(`${product.url}/`).replace('65m', '200m'))
    const form = new FormData()
    form.append('image', new Blob([new Uint8Array(100 * 1024 * 1024)]), 'large.png')
    const response = await fetch(`${nginx.url}/photos/api/images`, { method: 'POST', body: form })
    expect(response.status).toBe(413)
    expect(await response.text()).toContain('limits.max_upload_bytes')
  })
})

describe('a response of a proxy', () => {
  it('that rejects a large file is reported as a failure, and the file can be sent again', async () => {
    const { product, nginx } = await start()
    await nginx.serve(proxied(`${product.url}/`).replace('65m', '1m'))
    const { page, close } = await openPage(await sharedBrowser(), `${nginx.url}/photos/`)
    await upload(page, 'large.png', await largePicture())
    await page.getByText(/^Uploading stopped: the proxy .* refuses files of 1\.\d+ MB\./).waitFor()
    await nginx.serve(proxied(`${product.url}/`))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1 file added').waitFor()
    await tile(page, 'large.png').waitFor()
    await close()
  })

  it('such as a sign-in page is reported as a failure of an upload and of a deletion', async () => {
    const { product, nginx } = await start()
    const signIn = `default_type text/html;
      if ($request_method ~ "POST|DELETE") { return 200 "<html><form>Sign in</form></html>"; }`
    await nginx.serve(proxied(`${product.url}/`, signIn))
    const { page, close } = await openPage(await sharedBrowser(), `${nginx.url}/photos/`)
    const sentence = /A proxy responded instead of the server, for example with a sign-in page/
    await upload(page, 'sent.png', await picture(18))
    await page.getByText('1 of 1 files could not be added').waitFor()
    await page.getByText(sentence).waitFor()
    await nginx.serve(proxied(`${product.url}/`))
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText('1 file added').waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()

    await nginx.serve(proxied(`${product.url}/`, signIn))
    await tile(page, 'sub/0.png').focus()
    await page.keyboard.press('Delete')
    await page.getByText(sentence).waitFor()
    await tile(page, 'sub/0.png').waitFor()
    await close()
  })

  it('without a server, and a lost connection, have their own messages, and the upload resumes by itself', async () => {
    const { product, nginx, gallery, data } = await start()
    await nginx.serve(proxied(`${product.url}/`))
    const { page, close } = await openPage(await sharedBrowser(), `${nginx.url}/photos/`)
    await uploadLoaded(page)
    await product.stop()
    await upload(page, 'sent.png', await picture(18))
    await page.getByText('A proxy responds, but the server behind it can’t be reached.').waitFor()
    await nginx.stop()
    await page.getByRole('listitem').getByText('The connection to the server was lost.').waitFor()
    const again = await startProduct(gallery, data, CLASSICAL)
    onTestFinished(async () => void (await again.stop()))
    await nginx.serve(proxied(`${again.url}/`))
    await page.getByText('1 file added').waitFor()
    await tile(page, 'sent.png').waitFor()
    await rm(join(gallery, 'sent.png'))
    await close()
  })
})

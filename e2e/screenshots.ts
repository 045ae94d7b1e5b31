/** `npm run screenshots`: takes the pictures of the documents on the demo gallery, so that they can be taken again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { copyDemoPhotos } from '../scripts/demo/copy-photos.ts'
import { animatedDrawing } from './support/animation.ts'
import { DESKTOP, draw, firstResults, launchBrowser, openPage, PHONE } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { startProduct } from './support/product.ts'
import { FLOWER } from './support/shapes.ts'

const ANIMATED = { width: 1280, height: 760 }
/** Number of photographs in the demo. */
const PHOTOS = 93
const target = fileURLToPath(new URL('../docs/images', import.meta.url))
const directory = await mkdtemp(join(tmpdir(), 'sketch-search-screenshots-'))
const gallery = join(directory, 'gallery')
await mkdir(target, { recursive: true })
await copyDemoPhotos(gallery)
const product = await startProduct(gallery, join(directory, 'data'))
const browser = await launchBrowser()
try {
  await untilIndexed(product.url, PHOTOS)
  for (const scheme of ['light', 'dark'] as const) {
    const desktop = await openPage(browser, product.url, DESKTOP, scheme)
    await untilPictured(desktop.page)
    await untilExampleIsDrawn(desktop.page)
    await desktop.page.screenshot({ path: join(target, `gallery-${scheme}.png`) })
    await draw(desktop.page, FLOWER)
    await firstResults(desktop.page, 1)
    await untilPictured(desktop.page)
    await desktop.page.locator('[data-testid=grid] [data-path]').first().click()
    await desktop.page.getByTestId('large-picture').waitFor()
    await desktop.page.waitForTimeout(300)
    await desktop.page.screenshot({ path: join(target, `large-view-${scheme}.png`) })
    await desktop.page.keyboard.press('Escape')
    await refine(desktop.page)
    await untilPictured(desktop.page)
    await desktop.page.screenshot({ path: join(target, `refined-${scheme}.png`) })
    await desktop.close()
    if (scheme === 'light') await writeAnimation()

    const phone = await openPage(browser, product.url, PHONE, scheme)
    await draw(phone.page, FLOWER)
    await firstResults(phone.page, 1)
    await untilPictured(phone.page)
    await phone.page.screenshot({ path: join(target, `phone-${scheme}.png`) })
    await phone.close()
  }
} finally {
  await browser.close()
  await product.stop()
  await rm(directory, { recursive: true, force: true })
}

/** A drawing with the results that follow it. */
async function writeAnimation(): Promise<void> {
  const { page, close } = await openPage(browser, product.url, ANIMATED)
  await writeFile(join(target, 'drawing.webp'), await animatedDrawing(page, FLOWER))
  await close()
}

/** Searches for more like one result and less like another, and selects two results. */
async function refine(page: Page): Promise<void> {
  const press = async (index: number, key: string) => {
    await page.locator(`[data-index="${index}"]`).focus()
    await page.keyboard.press(key)
  }
  await press(3, '+')
  await firstResults(page, 1)
  await press(20, '-')
  await firstResults(page, 1)
  await press(1, 'Space')
  await press(4, 'Space')
  await page.getByText('2 selected').first().waitFor()
}

/** Waits until the example on the blank sheet has drawn itself. */
async function untilExampleIsDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const pencil = document.querySelector('[data-pencil]')
    const paths = [...(pencil?.parentElement?.querySelectorAll('path') ?? [])]
    const isDrawn = paths.length > 0 && paths.every(({ style }) => style.visibility === 'visible')
    return isDrawn && pencil?.getAttribute('visibility') === 'hidden'
  })
}

/** Waits until every picture in the document has been decoded. */
async function untilPictured(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete && image.naturalWidth > 0),
  )
}

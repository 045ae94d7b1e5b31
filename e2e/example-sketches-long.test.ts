import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { copyDemoPhotos } from '../scripts/demo/copy-photos.ts'
import { openPage, sharedBrowser } from './support/browser.ts'
import { untilIndexed } from './support/demo.ts'
import { startProduct } from './support/product.ts'

const PHOTOS = 93

it('each example drawing has its thing as a close match among the photographs of the demo', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sketch-search-examples-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const gallery = join(directory, 'gallery')
  await copyDemoPhotos(gallery)
  const product = await startProduct(gallery, join(directory, 'data'))
  onTestFinished(async () => {
    await product.stop()
  })
  await untilIndexed(product.url, PHOTOS)
  for (const [name, wanted] of [
    ['House', 'buildings/abandoned-house.jpg'],
    ['Flower', 'plants/columbine-flower.jpg'],
    ['Fish', 'animals/yellow-perch-fish.jpg'],
  ] as const) {
    const { page, close } = await openPage(await sharedBrowser(), product.url)
    await page.getByRole('button', { name, exact: true }).click()
    await page.getByText('Close matches').first().waitFor()
    const tile = page.locator('[data-testid=grid] [data-path]').first()
    await expect.poll(() => tile.getAttribute('data-path')).toBe(wanted)
    await close()
  }
})

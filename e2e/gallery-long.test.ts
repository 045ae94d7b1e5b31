import { rename } from 'node:fs/promises'
import { describe, it } from 'vitest'
import { openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(20, CLASSICAL)

describe('a folder that is gone', () => {
  it('is reported, keeps its images, and is found again', async () => {
    const { page, close } = await openPage(demo.browser, demo.product.url)
    await rename(demo.gallery, `${demo.gallery}-away`)
    await page.getByText('The photo folder can’t be read at the moment').waitFor()
    await page.getByTestId('count').getByText('240 pictures').waitFor()
    await rename(`${demo.gallery}-away`, demo.gallery)
    await page.getByText('The photo folder can’t be read at the moment').waitFor({ state: 'detached' })
    await close()
  })
})

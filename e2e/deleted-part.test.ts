import { expect, it } from 'vitest'
import { chip, firstResults, openPage, settled, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { CLASSICAL } from './support/product.ts'

const demo = useDemo(2, CLASSICAL)

it('a deleted picture stays a part of the search, marked, until it is restored; nothing requests it', async () => {
  const { page, complaints, close } = await openPage(demo.browser, demo.product.url)
  const failed: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400) failed.push(`${response.status()} ${response.url()}`)
  })
  const [one, other] = (await firstPaths()) as [string, string]
  const [name, otherName] = [one, other].map((path) => path.split('/').at(-1)!)
  await tile(page, one).focus()
  await page.keyboard.press('m')
  await firstResults(page, 1)
  await tile(page, other).focus()
  await page.keyboard.press('m')
  await chip(page, `More like ${otherName}`).waitFor()
  await settled(page)
  const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE')
  await tile(page, one).focus()
  await page.keyboard.press('Delete')
  await deleted
  await chip(page, 'More like No longer available').waitFor()
  await settled(page)
  await page.keyboard.press('Control+z')
  await chip(page, `More like ${name}`).waitFor()
  await tile(page, one).waitFor()
  await settled(page)
  expect(failed).toEqual([])
  expect(complaints).toEqual([])
  await close()

  async function firstPaths(): Promise<string[]> {
    const answer = await fetch(`${demo.product.url}/api/images?items_per_page=2`)
    const { images } = (await answer.json()) as { images: { path: string }[] }
    return images.map(({ path }) => path)
  }
})

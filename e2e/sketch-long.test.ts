import { expect, it } from 'vitest'
import { draw, firstResults, openPage } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { BICYCLE } from './support/shapes.ts'

const demo = useDemo(12)

it('a bicycle finds pictures of its kind', async () => {
  const { page, close, complaints } = await openPage(demo.browser, demo.product.url)
  await draw(page, BICYCLE)
  const ofItsKind = async () =>
    (await firstResults(page, 8)).filter((path) => path.startsWith('bicycle/')).length
  // On a busy machine, the response to the last of many strokes is late.
  await expect.poll(ofItsKind).toBeGreaterThanOrEqual(6)
  expect(complaints).toEqual([])
  await close()
})

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { count, draw, firstResults, openPage, settled, tile } from './support/browser.ts'
import { useDemo } from './support/demo.ts'
import { levelLine } from './support/ink.ts'
import { stillness } from './support/layout.ts'
import { CLASSICAL } from './support/product.ts'
import { STAR } from './support/shapes.ts'

const demo = useDemo(2, CLASSICAL)
/** Room for fewer results than there are. */
const LOW_WINDOW = { width: 1440, height: 500 }
const [FIRST, ALL] = [4, 16]
const LAST = `[data-index="${ALL - 1}"][data-path]`
/** Results of a search of the page with all of its results. */
const TOP_K = 500

/** An answer to a search, as the test sees it. */
interface Answer {
  isWhole: boolean
  paths: string[]
}

interface Observed {
  answers: Answer[]
  release: () => void
}

/**
 * Makes the page ask for a few results of each search, so that a small gallery is a long list, and holds the answers with all of them
 * back until `release`.
 */
async function shortenSearches(page: Page) {
  await page.evaluate(
    ({ first, all, topK }) => {
      const send = window.fetch
      const rest = Promise.withResolvers<void>()
      const answers: Answer[] = []
      Object.assign(window, { observed: { answers, release: rest.resolve } satisfies Observed })
      window.fetch = async (input, init) => {
        const body = init?.body
        if (!(body instanceof FormData) || !String(input).endsWith('/api/images/search'))
          return send(input, init)
        const request = JSON.parse(String(body.get('search_json')))
        const isWhole = request.query.items_per_page === topK
        request.top_k = all
        request.query.items_per_page = isWhole ? all : first
        body.set('search_json', JSON.stringify(request))
        const response = await send(input, init)
        if (isWhole) await rest.promise
        init?.signal?.throwIfAborted()
        const { images } = (await response.clone().json()) as { images: { path: string }[] }
        answers.push({ isWhole, paths: images.map(({ path }) => path) })
        return response
      }
    },
    { first: FIRST, all: ALL, topK: TOP_K },
  )
  const observed = <T>(read: (from: Observed) => T) =>
    page.evaluate(`(${read})(window.observed)`) as Promise<T>
  return {
    answers: () => observed(({ answers }) => answers),
    release: () => observed(({ release }) => release()),
  }
}

/**
 * Searches with a star, scrolls the results, and draws more, so that the results of the star are held back.
 * @param areComplete whether all of them have arrived before
 */
async function holdResults(areComplete: boolean) {
  const { page, close } = await openPage(demo.browser, demo.product.url, LOW_WINDOW)
  const searches = await shortenSearches(page)
  await draw(page, STAR)
  await firstResults(page, 1)
  const ofStar = (await searches.answers()).at(-1)!.paths
  await page.getByTestId('grid').evaluate((grid) => grid.scrollTo(0, grid.scrollHeight))
  if (areComplete) {
    await searches.release()
    await page.locator(LAST).waitFor()
  }
  await draw(page, [levelLine(0.2)])
  await page.getByRole('button', { name: 'Show new matches' }).waitFor()
  return { page, close, ofStar, ...searches }
}

/** Paths of the pictures that this tab has selected. */
function selectedPaths(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem('selection') ?? '[]') as { path: string }[]
    return kept.map(({ path }) => path)
  })
}

describe('results that are held back', () => {
  it('get the rest of their own search, also to be selected', async () => {
    const { page, ofStar, answers, release, close } = await holdResults(false)
    await page.getByTestId('grid').focus()
    await page.keyboard.press('Control+a')
    await release()
    await page.locator(LAST).waitFor()
    await expect.poll(() => selectedPaths(page)).toHaveLength(ALL)
    const known = await answers()
    expect(known.findLast(({ isWhole }) => !isWhole)!.paths).not.toEqual(ofStar)
    const whole = known.filter(({ isWhole }) => isWhole)
    expect(whole).toHaveLength(1)
    expect(whole[0]!.paths.slice(0, FIRST)).toEqual(ofStar)
    expect((await selectedPaths(page)).sort()).toEqual([...whole[0]!.paths].sort())
    await close()
  })

  it('lose pictures that are deleted', async () => {
    const { page, answers, close } = await holdResults(true)
    const whole = (await answers()).find(({ isWhole }) => isWhole)!
    const path = whole.paths.at(-1)!
    const isDeleted = page.waitForResponse((response) => response.request().method() === 'DELETE')
    await tile(page, path).focus()
    await page.keyboard.press('Delete')
    await isDeleted
    // Another one has taken its place.
    await count(page, `${ALL} matches`)
    expect(await tile(page, path).count()).toBe(0)
    await close()
  })
})

it('results that could not be requested again are announced as they are shown', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url)
  await draw(page, STAR)
  const [first] = await firstResults(page, 1)
  const body = { error: 'This did not work.', code: 'internal_error', detail: [] }
  await page.route('**/api/images/search', (route) => route.fulfill({ status: 500, json: body }))
  await tile(page, first!).focus()
  await page.keyboard.press('Delete')
  await page.getByText('This list may be out of date.').waitFor()
  await count(page, 'match')
  await settled(page)
  await close()
})

it('close matches of further strokes replace the text that there are none, wherever the list was before', async () => {
  const { page, close } = await openPage(demo.browser, demo.product.url, LOW_WINDOW)
  let closeCount = 0
  await page.route('**/api/images/search', async (route) => {
    const response = await route.fetch()
    const json = { ...(await response.json()), close: { score: 0.5, total: closeCount } }
    // A request that was aborted meanwhile takes no answer.
    await route.fulfill({ json }).catch(() => {})
  })
  await page.evaluate(() => localStorage.setItem('further', 'false'))
  await page.reload()
  await page.locator('[data-index="0"][data-path]').waitFor()
  const grid = page.getByTestId('grid')
  await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight))
  await expect.poll(() => grid.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0)
  await stillness(page)
  await draw(page, [levelLine(0.4)])
  await page.getByRole('heading', { name: 'Nothing close yet' }).waitFor()
  await count(page, '0 close matches')
  closeCount = 3
  await draw(page, [levelLine(0.6)])
  await count(page, '3 close matches')
  await expect.poll(() => page.locator('[data-testid=grid] [data-path]').count()).toBe(3)
  await close()
})

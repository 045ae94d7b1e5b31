import type { Page, Request } from 'playwright-core'

/** Holds the answers of the server to some requests, which it handles at once. */
export async function holdAnswers(page: Page, url: string | RegExp, isMeant: (request: Request) => boolean) {
  const arrival = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const answers: Promise<void>[] = []
  await page.route(url, async (route) => {
    if (!isMeant(route.request())) return route.fallback()
    const response = await route.fetch()
    const answer = end.promise.then(() => route.fulfill({ response }))
    answers.push(answer)
    arrival.resolve()
    await answer
  })
  return {
    /** Ends when the first request has arrived. */
    arrived: arrival.promise,
    /** Lets the answers through. @returns when the page has handled them */
    async release() {
      end.resolve()
      await Promise.all(answers)
      await page.evaluate(async () => {
        await fetch('/health')
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      })
    },
  }
}

import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { createErrorLog, respondWithError } from '../errors.ts'
import { LOAD_LIMITS, limitLoad } from './load-limits.ts'

/** An application whose searches wait until they are released. */
function openApp() {
  const waiting: (() => void)[] = []
  const app = new Hono()
  const lines: string[] = []
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`)
  app.use(
    limitLoad([
      { matches: /^POST \/search/, max: 2, retryAfterS: 3 },
      { matches: /^/, max: 1, retryAfterS: 1 },
    ]),
  )
  app.post('/search', async (context) => {
    await new Promise<void>((resolve) => waiting.push(resolve))
    return context.text('found')
  })
  app.get('/broken', () => {
    throw new Error('broken')
  })
  app.get('/list', (context) => context.text('listed'))
  const logError = createErrorLog({
    debug: write('debug'),
    warn: write('warn'),
    error: (_, message) => write('error')(message),
  })
  app.onError((error, context) =>
    respondWithError(error, context, (cause) => logError(cause, context.req.path)),
  )
  return { app, waiting, lines }
}

describe('limits of the load', () => {
  it('reject what exceeds them at once, and accept requests again when others have ended', async () => {
    const { app, waiting } = openApp()
    const search = async () => app.request('/search', { method: 'POST' })
    const accepted = [search(), search()]
    await expect.poll(() => waiting.length).toBe(2)
    const rejected = await search()
    expect(rejected.status).toBe(503)
    expect(rejected.headers.get('retry-after')).toBe('3')
    expect(await rejected.json()).toMatchObject({ code: 'unavailable' })
    // Other requests have a limit of their own.
    expect((await app.request('/list')).status).toBe(200)
    waiting.shift()!()
    expect((await Promise.race(accepted)).status).toBe(200)
    const again = search()
    await expect.poll(() => waiting.length).toBe(2)
    for (const release of waiting) release()
    expect((await Promise.all([...accepted, again])).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('log the rejections of a minute as one warning', async () => {
    const { app, waiting, lines } = openApp()
    const search = async () => app.request('/search', { method: 'POST' })
    const accepted = [search(), search()]
    await expect.poll(() => waiting.length).toBe(2)
    for (let n = 0; n < 3; n++) expect((await search()).status).toBe(503)
    expect((await app.request('/broken')).status).toBe(500)
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['warn', 'debug', 'debug', 'error'])
    for (const release of waiting) release()
    await Promise.all(accepted)
  })

  it('do not count a request that failed', async () => {
    const { app } = openApp()
    for (let n = 0; n < 3; n++) expect((await app.request('/broken')).status).toBe(500)
    expect((await app.request('/list')).status).toBe(200)
  })

  it('count each route among its kind', () => {
    const kindOf = (request: string) => LOAD_LIMITS.findIndex(({ matches }) => matches.test(request))
    expect(kindOf('POST /api/images/similarity-search')).toBe(0)
    expect(kindOf('POST /api/images/search')).toBe(0)
    expect(kindOf('POST /api/images/7/match')).toBe(1)
    expect(kindOf('POST /api/images')).toBe(2)
    expect(kindOf('POST /api/queries')).toBe(2)
    expect(kindOf('GET /api/images/7/thumbnail')).toBe(3)
    expect(kindOf('POST /api/auth/otp/verify')).toBe(4)
    expect(kindOf('GET /api/session')).toBe(4)
    expect(kindOf('GET /api/images')).toBe(5)
    expect(kindOf('DELETE /api/images/7')).toBe(5)
  })
})

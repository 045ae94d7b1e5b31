import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../http/listen.ts'
import { configFor, startApp } from '../testing/app.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const TIMED = 200
/** Four standard deviations of the statistic for this number of samples, if both distributions are equal. */
const TOLERANCE = 4 * Math.sqrt((2 * TIMED + 1) / (12 * TIMED * TIMED))

/** The Mann-Whitney statistic: how often one of `a` is slower than one of `b`; a half if they are alike. */
function shareOfSlower(a: readonly number[], b: readonly number[]): number {
  let slower = 0
  for (const x of a) for (const y of b) slower += x > y ? 1 : x === y ? 0.5 : 0
  return slower / (a.length * b.length)
}

describe('an unknown address', () => {
  it('cannot be detected by timing: requesting and trying a code take equally long for both', async () => {
    const mailServer = await startMailServer()
    const app = await startApp(
      await configFor(await temporaryDirectory(), {
        ...signInBy(mailServer),
        trusted_proxies: ['127.0.0.1'],
      }),
    )
    const known: string[] = []
    for (let n = 0; n < TIMED; n++) {
      known.push(`known-${n}@example.org`)
      await app.auth!.users.add(known[n]!, 'user')
    }
    const server = await listen(app.http, '127.0.0.1', 0)
    onTestFinished(() => server.close())
    let client = 0
    const post = async (path: string, body: object, cookie = '') => {
      // Each from another client, so that no limit is met.
      const forwarded = `10.1.${++client >> 8}.${client & 255}`
      const start = performance.now()
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwarded, cookie },
        body: JSON.stringify(body),
      })
      await response.arrayBuffer()
      return {
        ms: performance.now() - start,
        status: response.status,
        cookie: response.headers.getSetCookie()[0]?.split(';')[0],
      }
    }
    const times: Record<'known' | 'unknown', [start: number[], verify: number[]]> = {
      known: [[], []],
      unknown: [[], []],
    }
    const cookies: ['known' | 'unknown', string | undefined][] = []
    for (let n = 0; n < TIMED; n++) {
      // Alternates the order, so that neither kind always comes first.
      for (const kind of n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
        const email = kind === 'known' ? known[n]! : `unknown-${n}@example.org`
        const started = await post('/api/auth/otp/start', { email })
        times[kind][0].push(started.ms)
        cookies.push([kind, started.cookie])
      }
    }
    await expect.poll(() => mailServer.mails.length).toBe(TIMED)
    for (const [kind, cookie] of cookies) {
      const verified = await post('/api/auth/otp/verify', { code: 'AAAAAAAA' }, cookie)
      expect(verified.status).toBe(401)
      times[kind][1].push(verified.ms)
    }
    for (const step of [0, 1] as const) {
      const share = shareOfSlower(times.known[step], times.unknown[step])
      expect(share).toBeGreaterThan(0.5 - TOLERANCE)
      expect(share).toBeLessThan(0.5 + TOLERANCE)
    }
  })
})

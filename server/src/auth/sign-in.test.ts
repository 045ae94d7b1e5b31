import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { type Browser, openBrowser } from '../testing/browser.ts'
import { startTeam } from '../testing/team.ts'

const stateOf = async (browser: Browser) => (await browser.get('/api/session')).json()

describe('signing in', () => {
  it('creates a session by a mailed code, and ends it by signing out', async () => {
    const { app, mail } = await startTeam()
    const browser = openBrowser(app.http)
    expect(await stateOf(browser)).toEqual({ state: 'anonymous' })
    expect((await browser.get('/api/images')).status).toBe(401)

    const started = await browser.post('/api/auth/otp/start', { email: 'Admin@Example.org' })
    expect(await started.json()).toEqual({ state: 'challenge_issued' })
    expect(await stateOf(browser)).toEqual({ state: 'challenge_issued' })
    const code = await mail.codeFor('admin@example.org')
    expect(await stateOf(browser)).toEqual({ state: 'challenge_issued' })
    expect(code).toMatch(/^[A-Z2-9]{8}$/)
    const source = mail.mails[0]!.source
    expect(source).toMatch(/^From: "Sketch-Search" <pictures@example\.org>/m)
    expect(source).toContain('text/plain')
    expect(source).toContain('text/html')
    expect(source).not.toMatch(/https?:\/\//)

    const verified = await browser.post('/api/auth/otp/verify', {
      code: ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}`,
    })
    expect(verified.status).toBe(200)
    expect(await verified.json()).toEqual({ state: 'authenticated', role: 'admin' })
    const [cookie] = verified.headers.getSetCookie().filter((one) => one.includes('session_token'))
    expect(cookie).toMatch(/; HttpOnly/i)
    expect(cookie).toMatch(/; SameSite=Lax/i)
    expect(cookie).not.toMatch(/; Secure/i)
    expect(await stateOf(browser)).toEqual({ state: 'authenticated', role: 'admin' })
    expect((await browser.get('/api/images')).status).toBe(200)
    const account = await (await browser.get('/api/account')).json()
    expect(account).toEqual({ email: 'admin@example.org', role: 'admin' })

    const stolen = openBrowser(app.http)
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value)
    const left = await browser.post('/api/session/logout')
    expect(await left.json()).toEqual({ state: 'anonymous' })
    expect(left.headers.get('clear-site-data')).toBe('"cache"')
    expect((await browser.get('/api/images')).status).toBe(401)
    // Revoked on the server, not only forgotten by the browser.
    expect((await stolen.get('/api/images')).status).toBe(401)
  })

  it('accepts a code once, in the browser that requested it, and only the latest one', async () => {
    const { app, mail } = await startTeam()
    const [one, other] = [openBrowser(app.http), openBrowser(app.http)]
    const email = 'admin@example.org'
    await one.post('/api/auth/otp/start', { email })
    const code = await mail.codeFor(email)
    await other.post('/api/auth/otp/start', { email })
    const otherCode = await mail.codeFor(email)
    expect((await other.post('/api/auth/otp/verify', { code })).status).toBe(401)
    expect((await openBrowser(app.http).post('/api/auth/otp/verify', { code })).status).toBe(403)
    expect((await one.post('/api/auth/otp/verify', { code })).status).toBe(200)
    expect((await one.post('/api/auth/otp/verify', { code })).status).toBe(403)
    expect((await other.post('/api/auth/otp/verify', { code: otherCode })).status).toBe(200)

    const again = openBrowser(app.http)
    await again.post('/api/auth/otp/start', { email })
    const first = await mail.codeFor(email)
    await again.post('/api/auth/otp/start', { email })
    const second = await mail.codeFor(email)
    expect((await again.post('/api/auth/otp/verify', { code: first })).status).toBe(401)
    expect((await again.post('/api/auth/otp/verify', { code: second })).status).toBe(200)
  })

  it('names an expired code as such for an hour, and a token that it can’t read as unknown', async () => {
    const team = await startTeam({ 'auth.expires_in_s': 30 })
    const browser = openBrowser(team.app.http)
    const started = await browser.post('/api/auth/otp/start', { email: 'admin@example.org' })
    expect(started.headers.getSetCookie()).toEqual([expect.stringContaining('; Max-Age=3630;')])
    const code = await team.mail.codeFor('admin@example.org')
    const { database, close } = await openSqliteAccounts(team.dataDirectory)
    onTestFinished(close)
    await database
      .updateTable('challenges')
      .set({ expires_at: new Date(Date.now() - 1000).toISOString() })
      .execute()
    expect(await stateOf(browser)).toEqual({ state: 'anonymous' })
    const refusal = async () => {
      const response = await browser.post('/api/auth/otp/verify', { code })
      return [response.status, ((await response.json()) as { error: string }).error]
    }
    expect(await refusal()).toEqual([403, 'OTP code expired'])
    browser.cookies.set('challenge_token', '0123456789abcdef')
    expect(await refusal()).toEqual([403, 'OTP code not found'])
  })

  it('fails after the allowed number of guesses', async () => {
    const team = await startTeam({ 'auth.max_attempts': 3, 'auth.expires_in_s': 30 })
    const email = 'admin@example.org'
    const browser = openBrowser(team.app.http)
    await browser.post('/api/auth/otp/start', { email })
    const code = await team.mail.codeFor(email)
    const statuses: number[] = []
    for (let n = 0; n < 5; n++)
      statuses.push((await browser.post('/api/auth/otp/verify', { code: 'AAAAAAAA' })).status)
    expect(statuses).toEqual([401, 401, 401, 403, 403])
    expect((await browser.post('/api/auth/otp/verify', { code })).status).toBe(403)
    expect(await stateOf(browser)).toEqual({ state: 'anonymous' })
  })

  it('stores codes and sessions as hashes, and keeps its key private', async () => {
    const team = await startTeam()
    const browser = openBrowser(team.app.http)
    await browser.post('/api/auth/otp/start', { email: 'admin@example.org' })
    const code = await team.mail.codeFor('admin@example.org')
    await browser.post('/api/auth/otp/verify', { code })
    const token = decodeURIComponent(browser.cookies.get('session_token')!).split('.')[0]!
    expect(token.length).toBeGreaterThan(20)
    const { users } = team.app.auth!
    expect((await users.list({}, { offset: 0, limit: 10 })).users).toMatchObject([
      { email: 'admin@example.org', role: 'admin' },
    ])
    await team.app.close()
    for (const name of ['accounts.sqlite', 'accounts.sqlite-wal']) {
      const bytes = await readFile(join(team.dataDirectory, name)).catch(() => Buffer.alloc(0))
      expect(bytes.includes(token)).toBe(false)
      expect(bytes.includes(code)).toBe(false)
      // A plain hash of the code would be found by trying all codes.
      expect(bytes.includes(createHash('sha256').update(code).digest('base64url'))).toBe(false)
    }
    for (const name of ['session.key', 'accounts.sqlite', 'catalog.sqlite'])
      expect((await stat(join(team.dataDirectory, name))).mode & 0o777, name).toBe(0o600)
  })
})

import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { openBrowser } from '../testing/browser.ts'
import { temporaryDirectory } from '../testing/temporary.ts'
import { addCookie } from './cookies.ts'
import { createSessions } from './sessions.ts'

const KEY = '5e5510000000000000000000000000000000000000000000000000000000cafe'
const COOKIE = 'session_token'
const EXPIRES_IN_S = 1000

/** Sessions of real accounts behind three routes. */
async function startSessions() {
  const accounts = await openSqliteAccounts(await temporaryDirectory())
  onTestFinished(accounts.close)
  const { id } = await accounts.users.add('anna@example.org', 'editor')
  const sessions = createSessions({
    accounts,
    key: KEY,
    expiresInS: EXPIRES_IN_S,
    isSecure: (context) => context.req.header('x-forwarded-proto') === 'https',
  })
  const http = new Hono()
  http.use(async (context, next) => {
    const { cookies } = await sessions.authenticate(context)
    await next()
    for (const cookie of cookies) addCookie(context, cookie)
  })
  http.get('/', async (context) => {
    const { role, email } = await sessions.authenticate(context, { extendsSession: false })
    return context.json({ role, email })
  })
  http.post('/in', async (context) => {
    await sessions.begin(context, id)
    return context.body(null, 204)
  })
  http.post('/out', async (context) => {
    await sessions.end(context)
    return context.body(null, 204)
  })
  const setRemaining = (seconds: number) =>
    accounts.database
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() + seconds * 1000).toISOString() })
      .execute()
  return { accounts, setRemaining, open: () => openBrowser(http) }
}

describe('a session', () => {
  it('identifies its user until it is ended', async () => {
    const { accounts, open } = await startSessions()
    const browser = open()
    expect(await (await browser.get('/')).json()).toEqual({})
    await browser.post('/in')
    expect(await (await browser.get('/')).json()).toEqual({ role: 'editor', email: 'anna@example.org' })
    await browser.post('/out')
    expect(browser.cookies.has(COOKIE)).toBe(false)
    expect(await accounts.database.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  it('ends with the next one of the same browser', async () => {
    const { accounts, open } = await startSessions()
    const browser = open()
    await browser.post('/in')
    const first = await accounts.database.selectFrom('sessions').select('token').execute()
    await browser.post('/in')
    const second = await accounts.database.selectFrom('sessions').select('token').execute()
    expect(second).toHaveLength(1)
    expect(second).not.toEqual(first)
  })

  it('is extended when a tenth of its time has passed, and not before', async () => {
    const { open, setRemaining } = await startSessions()
    const browser = open()
    await browser.post('/in')
    await setRemaining(EXPIRES_IN_S * 0.95)
    expect((await browser.get('/')).headers.getSetCookie()).toEqual([])
    await setRemaining(EXPIRES_IN_S * 0.89)
    const cookie = `${COOKIE}=${browser.cookies.get(COOKIE)}; Max-Age=${EXPIRES_IN_S}; Path=/; HttpOnly; SameSite=Lax`
    expect((await browser.get('/')).headers.getSetCookie()).toEqual([cookie])
    expect((await browser.get('/')).headers.getSetCookie()).toEqual([])
  })

  it('clears its cookie when it has expired or its user is removed', async () => {
    const { accounts, open, setRemaining } = await startSessions()
    const removed = `${COOKIE}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`
    const browser = open()
    await browser.post('/in')
    await setRemaining(-1)
    const expired = await browser.get('/')
    expect([await expired.json(), expired.headers.getSetCookie()]).toEqual([{}, [removed]])
    await accounts.users.add('admin@example.org', 'admin')
    await browser.post('/in')
    await accounts.users.remove((await accounts.users.getByEmail('anna@example.org'))!.id)
    const orphaned = await browser.get('/')
    expect([await orphaned.json(), orphaned.headers.getSetCookie()]).toEqual([{}, [removed]])
  })

  it('sets one cookie when a handler replaces it after it was extended or had expired', async () => {
    const { open, setRemaining } = await startSessions()
    const browser = open()
    for (const remaining of [10, -1]) {
      await browser.post('/in')
      await setRemaining(remaining)
      const cookies = (await browser.post('/out')).headers.getSetCookie()
      expect(cookies).toEqual([expect.stringContaining('Max-Age=0')])
    }
  })

  it('has a secure cookie only for requests by HTTPS', async () => {
    const { open } = await startSessions()
    const secure = await open().request('POST', '/in', undefined, { 'x-forwarded-proto': 'https' })
    expect(secure.headers.getSetCookie()).toEqual([expect.stringContaining('; Secure')])
  })
})

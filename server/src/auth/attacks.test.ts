import { randomUUID } from 'node:crypto'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openSqliteAccounts } from '../accounts/sqlite.ts'
import { listen } from '../http/listen.ts'
import { configFor, startApp } from '../testing/app.ts'
import { type Browser, openBrowser } from '../testing/browser.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { picture } from '../testing/pictures.ts'
import { ADMIN, challengesOf, signIn, signInAs, startTeam } from '../testing/team.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const GUESSES = 10_000
const SESSION = 'session_token'

const isSignedIn = async (browser: Browser) => (await browser.get('/api/images')).status === 200

describe('guessing', () => {
  it('is checked as often as allowed, regardless of concurrent guesses', async () => {
    const { app, mail } = await startTeam({ 'auth.max_attempts': 5 })
    const challenges = challengesOf(app)
    const challenge = challenges.start(ADMIN)
    const code = await mail.codeFor(ADMIN)
    const outcomes = await Promise.all(
      Array.from({ length: GUESSES }, (_, n) =>
        challenges.verify(challenge, `GUESS${n}`).then(
          () => 'signed in',
          (error) => error.code as string,
        ),
      ),
    )
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length
    expect(count('wrong_code')).toBe(5)
    expect(count('challenge_gone')).toBe(GUESSES - 5)
    await expect(challenges.verify(challenge, code)).rejects.toMatchObject({ code: 'challenge_gone' })
  })

  it('accepts one of many concurrent correct codes', async () => {
    const { app, mail } = await startTeam()
    const challenges = challengesOf(app)
    const challenge = challenges.start(ADMIN)
    const code = await mail.codeFor(ADMIN)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, () => challenges.verify(challenge, code)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('and requests for codes are limited by address and by client', async () => {
    const { app } = await startTeam()
    const starts = await Promise.all(
      Array.from({ length: 8 }, () => openBrowser(app.http).post('/api/auth/otp/start', { email: ADMIN })),
    )
    expect(starts.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
    expect(Number(starts.find(({ status }) => status === 429)!.headers.get('retry-after'))).toBeGreaterThan(
      60,
    )
    const many = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        openBrowser(app.http).post('/api/auth/otp/start', { email: `nobody-${n}@example.org` }),
      ),
    )
    expect(many.filter(({ status }) => status === 429).length).toBeGreaterThan(10)
    const verifies = await Promise.all(
      Array.from({ length: 100 }, () =>
        openBrowser(app.http).post('/api/auth/otp/verify', { code: 'ABCDEFGH' }),
      ),
    )
    expect(verifies.filter(({ status }) => status === 429).length).toBeGreaterThan(30)
  })

  it('by others does not lock out people who share a browser', async () => {
    const team = await startTeam()
    const bert = 'bert@example.org'
    await team.app.auth!.users.add(bert, 'user')
    const shared = await signIn(team)
    await shared.post('/api/auth/otp/start', { email: bert })
    await shared.post('/api/auth/otp/verify', { code: await team.mail.codeFor(bert) })
    const cookie = [...shared.cookies].map((pair) => pair.join('=')).join('; ')
    const startFrom = async (remoteAddress: string, email: string, headers = {}) => {
      const incoming = { socket: { remoteAddress, remotePort: 1, remoteFamily: 'IPv4' } }
      const { status } = await team.app.http.request(
        'http://localhost/api/auth/otp/start',
        { method: 'POST', headers: { host: 'localhost', ...headers }, body: JSON.stringify({ email }) },
        { incoming },
      )
      return status
    }
    for (const email of [ADMIN, bert]) {
      const type = { 'content-type': 'application/json' }
      for (let n = 0; n < 15; n++) await startFrom(`198.51.100.${n}`, email, type)
      expect(await startFrom('203.0.113.1', email, type)).toBe(429)
      expect(await startFrom('203.0.113.2', email, { ...type, cookie })).toBe(200)
    }
  })
})

describe('an unknown address', () => {
  it('gets the same responses as a known one, at every step', async () => {
    const { app, mail } = await startTeam({ 'auth.max_attempts': 2 })
    const steps = async (email: string) => {
      const browser = openBrowser(app.http)
      const seen: unknown[] = []
      const note = async (response: Response) => {
        const headers = [...response.headers]
          .filter(([name]) => !['date', 'server-timing'].includes(name))
          .map(([name, value]) => [name, name === 'set-cookie' ? value.replace(/=[^;]*/, '=…') : value])
        seen.push([response.status, await response.json(), headers])
      }
      await note(await browser.post('/api/auth/otp/start', { email }))
      await note(await browser.get('/api/session'))
      for (let n = 0; n < 3; n++) await note(await browser.post('/api/auth/otp/verify', { code: 'AAAAAAAA' }))
      await note(await browser.get('/api/session'))
      return seen
    }
    expect(await steps('nobody@example.org')).toEqual(await steps(ADMIN))
    await mail.codeFor(ADMIN)
    expect(mail.mails.map(({ to }) => to)).toEqual([ADMIN])
  })
})

describe('sessions', () => {
  it('never reuse one from before sign-in', async () => {
    const team = await startTeam()
    const victim = openBrowser(team.app.http)
    victim.cookies.set(SESSION, 'planted.by-somebody')
    await victim.post('/api/auth/otp/start', { email: ADMIN })
    await victim.post('/api/auth/otp/verify', { code: await team.mail.codeFor(ADMIN) })
    expect(victim.cookies.get(SESSION)).not.toBe('planted.by-somebody')
    expect(await isSignedIn(victim)).toBe(true)
    const first = victim.cookies.get(SESSION)
    // Signing in again in the same browser ends the session that it had, wherever else that may be.
    const thief = openBrowser(team.app.http)
    thief.cookies.set(SESSION, first!)
    expect(await isSignedIn(thief)).toBe(true)
    await victim.post('/api/auth/otp/start', { email: ADMIN })
    await victim.post('/api/auth/otp/verify', { code: await team.mail.codeFor(ADMIN) })
    expect(victim.cookies.get(SESSION)).not.toBe(first)
    expect(await isSignedIn(victim)).toBe(true)
    expect(await isSignedIn(thief)).toBe(false)
  })

  it('cannot be forged or taken from the database, and expire', async () => {
    const team = await startTeam({ 'session.expires_in_s': 600 })
    const browser = await signIn(team)
    const genuine = browser.cookies.get(SESSION)!
    const [token, signature] = decodeURIComponent(genuine).split('.') as [string, string]
    const { database, close } = await openSqliteAccounts(team.dataDirectory)
    onTestFinished(close)
    const { token: stored } = await database.selectFrom('sessions').select('token').executeTakeFirstOrThrow()
    const forged = [
      `${token}.${signature.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}`,
      `${token.replace(/^./, (c) => (c === 'A' ? 'B' : 'A'))}.${signature}`,
      `${stored}.${signature}`,
      token,
      '',
      '.',
      '%00',
      'a'.repeat(10_000),
    ]
    for (const value of forged) {
      browser.cookies.set(SESSION, encodeURIComponent(value))
      expect([value.slice(0, 80), await isSignedIn(browser)]).toEqual([value.slice(0, 80), false])
    }
    const back = openBrowser(team.app.http)
    back.cookies.set(SESSION, genuine)
    expect(await isSignedIn(back)).toBe(true)

    const expiryOf = async () =>
      Date.parse(
        (await database.selectFrom('sessions').select('expires_at').executeTakeFirstOrThrow()).expires_at,
      )
    // A session that is used after a tenth of its time is extended to the full time.
    await database
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() + 300_000).toISOString() })
      .execute()
    expect(await isSignedIn(back)).toBe(true)
    expect((await expiryOf()) - Date.now()).toBeGreaterThan(590_000)
    await database
      .updateTable('sessions')
      .set({ expires_at: new Date(Date.now() - 1000).toISOString() })
      .execute()
    expect(await isSignedIn(back)).toBe(false)
    expect(back.cookies.has(SESSION)).toBe(false)
  })

  it('are not extended by requests that a page sends while nobody is there', async () => {
    const team = await startTeam({ 'session.expires_in_s': 600 })
    const browser = await signIn(team)
    const { database, close } = await openSqliteAccounts(team.dataDirectory)
    onTestFinished(close)
    const expires_at = new Date(Date.now() + 300_000).toISOString()
    await database.updateTable('sessions').set({ expires_at }).execute()
    const expiry = () => database.selectFrom('sessions').select('expires_at').executeTakeFirstOrThrow()
    for (const path of ['/api/session', '/api/index/status/', `/api/images/${randomUUID()}/thumbnail`])
      await browser.get(path)
    const passive = { 'x-passive': 'true' }
    for (const path of ['/api/images', '/api/index/account'])
      expect((await browser.request('GET', path, undefined, passive)).status).toBe(200)
    expect(await expiry()).toEqual({ expires_at })
    await browser.get('/api/index/account')
    expect(await expiry()).not.toEqual({ expires_at })
  })

  it('end when the user is removed or gets another role', async () => {
    const team = await startTeam()
    const admin = await signIn(team)
    const user = await signInAs(team, 'user')
    const editor = await signInAs(team, 'editor')
    const { users } = (await (await admin.get('/api/users?page_size=100')).json()) as {
      users: { id: string; email: string }[]
    }
    const idOf = (email: string) => users.find((one) => one.email === email)!.id
    expect((await admin.request('DELETE', `/api/users/${idOf('user@example.org')}`)).status).toBe(204)
    const changed = { email: 'editor@example.org', role: 'user' }
    expect((await admin.request('PUT', `/api/users/${idOf('editor@example.org')}`, changed)).status).toBe(201)
    expect(await isSignedIn(user)).toBe(false)
    expect(await isSignedIn(editor)).toBe(false)
    expect(await isSignedIn(admin)).toBe(true)
  })

  it('are not reported as ended if that failed', async () => {
    const team = await startTeam()
    const browser = await signIn(team)
    const other = new DatabaseSync(join(team.dataDirectory, 'accounts.sqlite'))
    other.exec('begin immediate')
    const cookies = new Map(browser.cookies)
    expect((await browser.post('/api/session/logout')).status).toBe(503)
    other.exec('rollback')
    other.close()
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    expect((await browser.post('/api/session/logout')).status).toBe(200)
    for (const [name, value] of cookies) browser.cookies.set(name, value)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('are not used by pages of other origins', async () => {
    const team = await startTeam()
    const admin = await signIn(team)
    const refused = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': '', origin: 'https://evil.example' },
    ]
    for (const headers of refused) {
      const body = { email: 'evil@example.org', role: 'admin' }
      expect((await admin.request('POST', '/api/users', body, headers)).status).toBe(403)
      expect((await admin.request('POST', '/api/session/logout', undefined, headers)).status).toBe(403)
      expect((await admin.request('POST', '/api/auth/otp/start', { email: ADMIN }, headers)).status).toBe(403)
    }
    const answer = await admin.request('GET', '/api/images', undefined, { origin: 'https://evil.example' })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(await isSignedIn(admin)).toBe(true)
  })
})

const PATHS = [
  '../secret.png',
  '..',
  '/etc/passwd',
  'a/../../secret.png',
  String.raw`..\secret.png`,
  'C:/secret.png',
  'a\0.png',
  '%2e%2e%2fsecret.png',
  '....//secret.png',
  'a\r\nSet-Cookie: x=1.png',
  '\u202epng.exe',
]
describe('names', () => {
  it('never lead outside the gallery, in any parameter', async () => {
    const team = await startTeam()
    const admin = await signIn(team)
    const outside = join(team.gallery, '..', 'secret.png')
    await writeFile(outside, await picture(1))
    onTestFinished(async () => (await import('node:fs/promises')).rm(outside))
    const before = await stat(outside)
    const bytes = await picture(2)
    for (const name of PATHS) {
      const encoded = encodeURIComponent(name)
      for (const path of [
        `/api/images?directory=${encoded}`,
        `/api/images/${encoded}`,
        `/api/images/${encoded}/view`,
        `/api/images/${encoded}/thumbnail`,
        `/api/queries/${encoded}`,
        `/api/queries/${encoded}/image`,
        `/api/users/${encoded}`,
        `/api/docs/${encoded}`,
        `/assets/${encoded}`,
      ]) {
        const response = await admin.get(path)
        expect(response.status, path).toBeLessThan(500)
        expect(Buffer.from(await response.arrayBuffer()).includes(bytes.subarray(0, 64)), path).toBe(false)
      }
      for (const [directory, file] of [
        [name, 'fine.png'],
        ['.', name],
      ] as const) {
        const form = new FormData()
        form.set('image', new File([new Uint8Array(bytes)], file, { type: 'image/png' }))
        form.set('directory', directory)
        const response = await team.app.http.request('http://localhost/api/images', {
          method: 'POST',
          body: form,
          headers: {
            host: 'localhost',
            'sec-fetch-site': 'same-origin',
            cookie: [...admin.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
          },
        })
        expect(response.status, `${directory} ${file}`).toBeLessThan(500)
      }
    }
    expect(await stat(outside)).toEqual(before)
    const beside = (await readdir(join(team.gallery, '..'))).filter((name) => name.includes('fine.png'))
    expect(beside).toEqual([])
  })

  it('and addresses inject no lines into the log, and no headers into responses and mails', async () => {
    const lines: string[] = []
    const mailServer = await startMailServer()
    const app = await startApp(await configFor(await temporaryDirectory(), signInBy(mailServer)), {
      log: pino({ level: 'debug' }, { write: (line) => lines.push(line) }),
    })
    const browser = openBrowser(app.http)
    const evil = [
      'a@example.org\r\nBcc: victim@example.org',
      'a@example.org\nForged: log line',
      '"a\r\nX: y"@example.org',
      'a@example.org, victim@example.org',
      `${'a'.repeat(300)}@example.org`,
    ]
    for (const email of evil) {
      const response = await browser.post('/api/auth/otp/start', { email })
      expect([email, response.status]).toEqual([email, 422])
    }
    await browser.get('/api/images/%0aForged%3a%20line')
    // Mails are sent in order, so that this one comes after any of the others.
    await browser.post('/api/auth/otp/start', { email: ADMIN })
    await expect.poll(() => mailServer.mails.length).toBeGreaterThan(0)
    expect(mailServer.mails.map(({ to }) => to)).toEqual([ADMIN])
    for (const line of lines) expect(line.trimEnd()).not.toMatch(/[\r\n]/)
  })
})

describe('bodies', () => {
  it('that are too large are rejected early, and slow ones are cut off', async () => {
    const { app } = await startTeam()
    const large = await openBrowser(app.http).post('/api/auth/otp/start', { email: 'a'.repeat(100_000) })
    expect(large.status).toBe(413)

    // The server must not hold more than a client may send, also without a declared length.
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 64 * 1024
        if (sent > 50_000_000) controller.close()
        else controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    const anonymous = await app.http.request('http://localhost/api/images', {
      method: 'POST',
      body: endless,
      headers: {
        host: 'localhost',
        'sec-fetch-site': 'same-origin',
        'content-type': 'multipart/form-data; boundary=x',
      },
      duplex: 'half',
    } as RequestInit)
    // A session may have ended since: the page then asks to sign in.
    expect(anonymous.status).toBe(401)
    expect(await anonymous.json()).toMatchObject({ code: 'not_signed_in' })
    expect(sent).toBeLessThan(1_000_000)

    const server = await listen(app.http, '127.0.0.1', 0, { requestTimeoutMs: 1500 })
    onTestFinished(() => server.close())
    const { port } = new URL(server.url)
    const head =
      'POST /api/auth/otp/start HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n'
    const endedAfter = await new Promise<number>((resolve) => {
      const start = performance.now()
      let trickle: NodeJS.Timeout | undefined
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(head)
        trickle = setInterval(() => socket.write(' '), 100)
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        clearInterval(trickle)
        resolve(performance.now() - start)
      })
    })
    expect(endedAfter).toBeGreaterThan(1000)
    // The whole body would take eight minutes.
    expect(endedAfter).toBeLessThan(60_000)
    expect((await fetch(`${server.url}/health`)).status).toBe(200)
  })
})

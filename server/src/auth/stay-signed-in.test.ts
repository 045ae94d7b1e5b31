import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { openDatabase } from '../database/postgres/database.ts'
import { configFor, startApp } from '../testing/app.ts'
import { type Browser, openBrowser } from '../testing/browser.ts'
import { signInBy, startMailServer } from '../testing/mail-server.ts'
import { type PostgresServer, startPostgres } from '../testing/postgres.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

type Row = Record<string, string | number | null>

/** Accounts and the cookies of three browsers: two with a session, one that has requested a code and tried a wrong one. */
interface Recorded {
  /** Session key of the server. */
  key: string
  cookies: Record<'admin' | 'editor' | 'codeRequested', Record<string, string>>
  code: string
  tables: Record<string, Row[]>
}

/** Written by version 0.1, which signed people in with better-auth. */
const RECORDED = JSON.parse(readFileSync(new URL('fixtures/accounts-0.1.json', import.meta.url), 'utf8')) as {
  sqlite: Recorded & { schema: string[] }
  postgres: Recorded
}
const SESSION = 'session_token'
/** Name of the session cookie in version 0.1. */
const SESSION_0_1 = 'sketch-search.session_token'
const KNOWN = 'sketch-search.known'
const SESSION_EXPIRES_IN_S = 86_400

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.close())

describe.each([
  ['SQLite', RECORDED.sqlite, startOnSqlite],
  ['PostgreSQL', RECORDED.postgres, startOnPostgres],
] as const)('accounts of version 0.1 on %s', (_, { cookies, code, tables }, start) => {
  it('keep people signed in, and accept a code that was sent before', async () => {
    const app = await start({ sessionsExpireInS: 3600, maxAttempts: 3 })
    const admin = browserWith(app, cookies.admin)
    expect(await stateOf(admin)).toEqual({ state: 'authenticated', role: 'admin' })
    const used = await admin.get('/api/users')
    expect(await used.json()).toMatchObject({ users: [{ id: tables.users![0]!.id }, { role: 'editor' }] })
    expect(used.headers.getSetCookie()).toEqual([
      `${SESSION}=${cookies.admin[SESSION_0_1]}; Max-Age=${SESSION_EXPIRES_IN_S}; Path=/; HttpOnly; SameSite=Lax`,
    ])
    expect((await admin.get('/api/users')).headers.getSetCookie()).toEqual([])

    const editor = browserWith(app, cookies.editor)
    expect(await stateOf(editor)).toEqual({ state: 'authenticated', role: 'editor' })
    await editor.post('/api/session/logout')
    expect(await stateOf(browserWith(app, cookies.editor))).toEqual({ state: 'anonymous' })
    expect(await stateOf(admin)).toEqual({ state: 'authenticated', role: 'admin' })

    const waiting = browserWith(app, cookies.codeRequested)
    expect(await stateOf(waiting)).toEqual({ state: 'challenge_issued' })
    expect((await verify(waiting, 'AAAAAAAA')).status).toBe(401)
    expect(await (await verify(waiting, code)).json()).toEqual({ state: 'authenticated', role: 'editor' })
    expect(await stateOf(waiting)).toEqual({ state: 'authenticated', role: 'editor' })
    expect(waiting.cookies.get(KNOWN)).toBe(cookies.editor[KNOWN])
  })

  it('end expired sessions, and keep the counts of guesses', async () => {
    const app = await start({ sessionsExpireInS: -1, maxAttempts: 2 })
    const admin = browserWith(app, cookies.admin)
    expect(await stateOf(admin)).toEqual({ state: 'anonymous' })
    expect([admin.cookies.has(SESSION), admin.cookies.has(SESSION_0_1)]).toEqual([false, false])

    const waiting = browserWith(app, cookies.codeRequested)
    expect((await verify(waiting, 'AAAAAAAA')).status).toBe(401)
    expect((await verify(waiting, code)).status).toBe(403)
  })
})

const stateOf = async (browser: Browser) => (await browser.get('/api/session')).json()
const verify = (browser: Browser, code: string) => browser.post('/api/auth/otp/verify', { code })

function browserWith(app: App, cookies: Record<string, string>): Browser {
  const browser = openBrowser(app.http)
  for (const [name, value] of Object.entries(cookies)) browser.cookies.set(name, value)
  return browser
}

interface StartOptions {
  /** Negative: they have expired. */
  sessionsExpireInS: number
  maxAttempts: number
}

/** The recorded times have passed. Neither cookies nor hashes depend on them, therefore the rows get later ones. */
function currentRows(table: string, rows: Row[], sessionsExpireInS: number): Row[] {
  const expiry = (inS: number) => ({ expires_at: new Date(Date.now() + inS * 1000).toISOString() })
  if (table === 'sessions') return rows.map((row) => ({ ...row, ...expiry(sessionsExpireInS) }))
  if (table === 'challenges') return rows.map((row) => ({ ...row, ...expiry(300) }))
  return rows
}

async function startOnSqlite(options: StartOptions): Promise<App> {
  const { schema, tables, key } = RECORDED.sqlite
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'session.key'), key)
  const database = new DatabaseSync(join(directory, 'accounts.sqlite'))
  for (const statement of schema) database.exec(statement)
  for (const [table, rows] of Object.entries(tables))
    for (const row of currentRows(table, rows, options.sessionsExpireInS)) {
      const columns = Object.keys(row)
      const values = columns.map((column) => `:${column}`)
      database.prepare(`insert into ${table} (${columns}) values (${values})`).run(row)
    }
  database.close()
  return start({ data_directory: directory }, options)
}

async function startOnPostgres(options: StartOptions): Promise<App> {
  const { tables, key } = RECORDED.postgres
  const connection = await server.createDatabase()
  const { database, close } = await openDatabase(connection, { warn() {} })
  await database.insertInto('secrets').values({ name: 'session', value: key }).execute()
  for (const table of ['users', 'sessions', 'challenges'] as const) {
    const rows = currentRows(table, tables[table]!, options.sessionsExpireInS)
    await database
      .insertInto(table)
      .values(rows as never)
      .execute()
  }
  await close()
  const keys = Object.entries(connection).map(([name, value]) => [`database.${name}`, value])
  return start(Object.fromEntries(keys), options)
}

async function start(yaml: Record<string, unknown>, { maxAttempts }: StartOptions): Promise<App> {
  const config = await configFor(await temporaryDirectory(), {
    ...signInBy(await startMailServer()),
    'session.expires_in_s': SESSION_EXPIRES_IN_S,
    'auth.max_attempts': maxAttempts,
    ...yaml,
  })
  return startApp(config)
}

import { describe, expect, it } from 'vitest'
import type { App } from '../app/compose.ts'
import { configFor, startApp } from '../testing/app.ts'
import { openBrowser } from '../testing/browser.ts'
import { type MailServer, signInBy, startMailServer } from '../testing/mail-server.ts'
import { sharedPostgres } from '../testing/shared-postgres.ts'
import { ADMIN, challengesOf, signIn, signInAs } from '../testing/team.ts'
import { temporaryDirectory } from '../testing/temporary.ts'

const GUESSES = 120
const server = sharedPostgres()

/** Two servers on one database, for the same people. */
async function startTeams(): Promise<
  { app: App; mail: MailServer; dataDirectory: string; gallery: string }[]
> {
  const database = await server.createDatabase()
  const mail = await startMailServer()
  const gallery = await temporaryDirectory()
  const keys = Object.fromEntries(Object.entries(database).map(([key, value]) => [`database.${key}`, value]))
  const configs = await Promise.all(
    [1, 2].map(() => configFor(gallery, { ...keys, ...signInBy(mail, ADMIN), 'auth.max_attempts': 5 })),
  )
  const apps = await Promise.all(configs.map((config) => startApp(config)))
  return apps.map((app, n) => ({ app, mail, dataDirectory: configs[n]!.data_directory, gallery }))
}

describe('two servers on one database', () => {
  it('check a code as often as one does, regardless of how the guesses are spread', async () => {
    const [one, two] = await startTeams()
    const [first, second] = [challengesOf(one!.app), challengesOf(two!.app)]
    const challenge = first.start(ADMIN)
    const code = await one!.mail.codeFor(ADMIN)
    const outcomes = await Promise.all(
      Array.from({ length: GUESSES }, (_, n) =>
        (n % 2 === 0 ? first : second).verify(challenge, `GUESS${n}`).then(
          () => 'signed in',
          (error) => error.code as string,
        ),
      ),
    )
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length
    expect(count('wrong_code')).toBe(5)
    expect(count('challenge_gone')).toBe(GUESSES - 5)
    await expect(second.verify(challenge, code)).rejects.toMatchObject({ code: 'challenge_gone' })
  })

  it('accept one of many concurrent correct codes', async () => {
    const [one, two] = await startTeams()
    const [first, second] = [challengesOf(one!.app), challengesOf(two!.app)]
    const challenge = first.start(ADMIN)
    const code = await one!.mail.codeFor(ADMIN)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? first : second).verify(challenge, code)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('share the count of requests for codes', async () => {
    const teams = await startTeams()
    const starts = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        openBrowser(teams[n % 2]!.app.http).post('/api/auth/otp/start', { email: ADMIN }),
      ),
    )
    expect(starts.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 429, 429, 429])
  })

  it('keep an admin when two of them remove each other concurrently on both', async () => {
    const [one, two] = await startTeams()
    const users = one!.app.auth!.users
    for (let round = 0; round < 4; round++) {
      const first = (await users.getByEmail(ADMIN)) ?? (await users.add(ADMIN, 'admin'))
      const second = await users.add(`second-${round}@example.org`, 'admin')
      const outcomes = await Promise.allSettled([
        one!.app.auth!.users.remove(second.id),
        two!.app.auth!.users.remove(first.id),
      ])
      const { users: left } = await users.list({ role: 'admin' }, { offset: 0, limit: 10 })
      expect(left).toHaveLength(1)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      if (left[0]!.email !== ADMIN) {
        await users.add(ADMIN, 'admin')
        await users.remove(left[0]!.id)
      }
    }
  })

  it('end a session on both when it is ended on one', async () => {
    const [one, two] = await startTeams()
    await signIn(one!)
    const browser = await signInAs(one!, 'editor')
    const other = openBrowser(two!.app.http)
    for (const [name, value] of browser.cookies) other.cookies.set(name, value)
    expect((await other.get('/api/images')).status).toBe(200)
    const editor = (await two!.app.auth!.users.getByEmail('editor@example.org'))!
    await two!.app.auth!.users.remove(editor.id)
    expect((await browser.get('/api/images')).status).toBe(401)
    expect((await other.get('/api/images')).status).toBe(401)
  })
})

import type { MailBox } from './mail.ts'
import { UNKNOWN_ID } from './mask.ts'
import type { Player } from './player.ts'

export const ADMIN = 'admin@example.org'
const ROLES = ['user', 'editor', 'admin'] as const
const METHODS = ['get', 'post', 'put', 'delete', 'patch']

/** Signs in as each role and requests each route as each of them. @param open makes a browser without cookies */
export async function playSignIn(open: (scene: string) => Player, mail: MailBox): Promise<void> {
  const admin = await playCodes(open('sign in'), mail)
  await playUsers(admin.in('users'))
  await playRoles(open, admin, mail)
  await playLimits(open('limits'))
  await playSessions(open, admin, mail)
}

/** Signs in by a code. */
async function playCodes(player: Player, mail: MailBox): Promise<Player> {
  const start = (json: unknown, headers: Record<string, string> = {}) =>
    player.post('/api/auth/otp/start', { json }, headers)
  const verify = (code: string, headers: Record<string, string> = {}) =>
    player.post('/api/auth/otp/verify', { json: { code } }, headers)
  await player.get('/api/session')
  await player.get('/api/images')
  await verify('AAAAAAAA')
  for (const invalid of [{}, { email: 'x' }, { email: `${'x'.repeat(300)}@example.org` }, []])
    await start(invalid)
  await player.post('/api/auth/otp/start', { type: 'application/json', text: 'x'.repeat(20_000) })
  await start({ email: 'nobody@example.org' }, via('10.1.0.1'))
  await player.get('/api/session')
  await start({ email: ADMIN.toUpperCase() }, via('10.1.0.2'))
  const code = await mail.codeFor(ADMIN)
  await verify('WRONGWRO')
  await player.post('/api/auth/otp/verify', { json: {} })
  await unrecordedVerify(player, code)
  await player.get('/api/session')
  await player.get('/api/images?items_per_page=1')
  await verify(code)
  // The header of a proxy declares HTTPS.
  await start({ email: ADMIN }, { ...via('10.1.0.3'), 'x-forwarded-proto': 'https' })
  await verify(await mail.codeFor(ADMIN), { ...via('10.1.0.3'), 'x-forwarded-proto': 'https' })
  await player.get('/api/session', { 'x-forwarded-proto': 'https' })
  return player
}

/** The code differs from run to run: only the answer is recorded. */
async function unrecordedVerify(player: Player, code: string): Promise<void> {
  const answer = await player.unrecorded('POST', '/api/auth/otp/verify', {
    body: { json: { code: ` ${code.slice(0, 4).toLowerCase()}-${code.slice(4)}` } },
  })
  const cookies = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.replace(/=[^;]*/, '=<value>'))
  player.write('a right code', { status: answer.status, body: JSON.parse(answer.body.toString()), cookies })
}

async function playUsers(player: Player): Promise<void> {
  const add = (json: unknown) => player.post('/api/users', { json })
  const added = await add({ email: 'Anna@example.org', role: 'user' })
  const { id } = JSON.parse(added.body.toString()) as { id: string }
  await add({ email: 'anna@example.org', role: 'editor' })
  for (const invalid of [{}, { email: 'x', role: 'user' }, { email: 'b@example.org', role: 'owner' }])
    await add(invalid)
  for (const query of [
    '',
    '?email=ANNA',
    '?role=admin',
    '?page=2&page_size=1',
    '?page_size=0',
    '?role=owner',
    '?email=%00',
  ])
    await player.get(`/api/users${query}`)
  await player.get(`/api/users/${id}`)
  await player.get('/api/users/none')
  await player.send('PUT', `/api/users/${id}`, {
    body: { json: { email: 'anna@example.org', role: 'editor' } },
  })
  await player.send('PUT', `/api/users/${id}`, { body: { json: { email: ADMIN, role: 'editor' } } })
  await player.send('PUT', '/api/users/none', { body: { json: { email: 'c@example.org', role: 'user' } } })
  await player.send('DELETE', `/api/users/${id}`)
  await player.send('DELETE', `/api/users/${id}`)
  const all = await player.unrecorded('GET', `/api/users?email=${ADMIN}`)
  const own = (JSON.parse(all.body.toString()) as { users: { id: string }[] }).users[0]!.id
  await player.send('DELETE', `/api/users/${own}`)
  await player.send('PUT', `/api/users/${own}`, { body: { json: { email: ADMIN, role: 'user' } } })
}

/** Records which roles each route admits; the responses are recorded elsewhere. */
async function playRoles(open: (scene: string) => Player, admin: Player, mail: MailBox): Promise<void> {
  const document = await admin.unrecorded('GET', '/api/openapi.json')
  const { paths } = JSON.parse(document.body.toString()) as { paths: Record<string, Record<string, unknown>> }
  const browsers: [string, Player][] = [['nobody', open('as nobody')]]
  for (const role of ROLES) {
    const email = role === 'admin' ? ADMIN : `${role}@example.org`
    if (role !== 'admin') await admin.unrecorded('POST', '/api/users', { body: { json: { email, role } } })
    browsers.push([role, await signedIn(open(`as ${role}`), email, mail)])
  }
  for (const [path, methods] of Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // These end sessions, or never end.
    if (path.startsWith('/api/session/logout') || path.startsWith('/api/auth')) continue
    for (const method of METHODS.filter((one) => one in methods)) {
      const target = path.replaceAll(/\{\w+\}/g, UNKNOWN_ID)
      const answers: Record<string, unknown> = {}
      for (const [role, player] of browsers)
        answers[role] = await statusAs(player, method.toUpperCase(), target)
      admin.in('roles').write(`${method.toUpperCase()} ${target}`, answers)
    }
  }
}

async function statusAs(player: Player, method: string, path: string): Promise<string> {
  const asked = path === '/api/fs/events' ? 'HEAD' : method
  const { status, headers, body } = await player.unrecorded(asked, path)
  const type = headers['content-type'] ?? ''
  const isError = type.startsWith('application/json') && status >= 400 && body.length > 0
  const code = isError ? JSON.parse(body.toString()).code : undefined
  return code === undefined ? String(status) : `${status} ${code}`
}

async function playLimits(player: Player): Promise<void> {
  for (let n = 0; n < 6; n++)
    await player.post('/api/auth/otp/start', { json: { email: 'many@example.org' } }, via('10.2.0.1'))
  // Another client may still request a code.
  await player.post('/api/auth/otp/start', { json: { email: 'many@example.org' } }, via('10.2.0.2'))
  for (let n = 0; n < 7; n++)
    await player.post('/api/auth/otp/verify', { json: { code: 'AAAAAAAA' } }, via('10.2.0.3'))
}

async function playSessions(open: (scene: string) => Player, admin: Player, mail: MailBox): Promise<void> {
  const editor = await signedIn(open('end of a session'), 'editor@example.org', mail)
  await editor.get('/api/session')
  await editor.post('/api/session/logout', undefined, { 'sec-fetch-site': 'cross-site' })
  const stolen = editor.in('end of a session')
  await editor.post('/api/session/logout')
  await editor.get('/api/session')
  await stolen.get('/api/images')
  await editor.post('/api/session/logout')
  const user = await signedIn(open('a removed user'), 'user@example.org', mail)
  const all = await admin.unrecorded('GET', '/api/users?email=user@example.org')
  const { users } = JSON.parse(all.body.toString()) as { users: { id: string }[] }
  await admin.unrecorded('DELETE', `/api/users/${users[0]!.id}`)
  await user.get('/api/images')
}

let clients = 0
async function signedIn(player: Player, email: string, mail: MailBox): Promise<Player> {
  await player.unrecorded('POST', '/api/auth/otp/start', {
    body: { json: { email } },
    headers: via(`10.3.0.${++clients}`),
  })
  const code = await mail.codeFor(email)
  await player.unrecorded('POST', '/api/auth/otp/verify', { body: { json: { code } } })
  return player
}

/** Headers in which a trusted proxy names the client. */
function via(address: string): Record<string, string> {
  return { 'x-forwarded-for': address }
}

import { expect, it } from 'vitest'
import type { MailServer } from '../mail-server.ts'
import { type Client, openClient } from './client.ts'
import { invalid } from './open.ts'

const NOBODY = '00000000-0000-0000-0000-000000000000'

export interface OtpWorld {
  url: string
  admin: string
  mail: MailServer
}

/** Checks of a server with one-time codes and a new database. */
export function otpChecks(world: () => OtpWorld): void {
  const open = () => openClient(world().url)
  const start = (client: Client, email: string) => client.json('POST', '/api/auth/otp/start', { email })
  const verify = (client: Client, code: unknown) => client.json('POST', '/api/auth/otp/verify', { code })
  let signedIn: Promise<Client> | undefined
  const admin = () => {
    signedIn ??= signIn(world().admin)
    return signedIn
  }
  async function signIn(email: string): Promise<Client> {
    const client = open()
    expect((await start(client, email)).body).toEqual({ state: 'challenge_issued' })
    expect((await verify(client, await world().mail.codeFor(email))).status).toBe(200)
    return client
  }
  const add = async (body: object) => (await admin()).json('POST', '/api/users/', body)

  it('rejects requests without a session', async () => {
    for (const [method, path] of [
      ['GET', '/api/images'],
      ['POST', '/api/images/'],
      ['GET', '/api/fs/events'],
      ['PUT', '/api/users/1'],
      ['GET', '/api/images/x/view'],
    ] as const)
      expect([path, await open().json(method, path, {})]).toMatchObject([
        path,
        { status: 401, body: { error: 'Authentication required', code: 'not_signed_in' } },
      ])
    const client = openClient(world().url, new Map([['session_token', 'nonsense']]))
    expect((await client.get('/api/session')).body).toEqual({ state: 'anonymous' })
    expect(client.cookies.size).toBe(0)
  })

  it('signs in with a mailed code, once, in the browser that asked for it', async () => {
    const { admin: email, mail } = world()
    const client = open()
    const asked = await start(client, `Anna <${email.toUpperCase()}>`)
    expect(String(asked.headers['set-cookie'])).toMatch(/^challenge_token=.*Path=\/; HttpOnly; SameSite=Lax/)
    expect((await client.get('/api/session')).body).toEqual({ state: 'challenge_issued' })
    const code = await mail.codeFor(email)
    expect(mail.mails.at(-1)!.source).toMatch(/^Subject: Your OTP Code\r?$/m)
    expect(await verify(open(), code)).toMatchObject({
      status: 403,
      body: { error: 'Challenge token is missing. Please start the OTP process again.' },
    })
    expect(await verify(client, 'wrong')).toMatchObject({ status: 401, body: { error: 'Invalid OTP code.' } })
    const used = openClient(world().url, new Map(client.cookies))
    const verified = await verify(client, code)
    expect(verified.body).toEqual({ state: 'authenticated', role: 'admin' })
    expect([...client.cookies.keys()]).toContain('session_token')
    expect([...client.cookies.keys()]).not.toContain('challenge_token')
    expect(await verify(used, code)).toMatchObject({ status: 403, body: { error: 'OTP code not found' } })
    expect(invalid(await verify(open(), undefined))).toEqual(['missing body.code'])
    expect(invalid(await verify(open(), 1))).toEqual(['string_type body.code'])
    expect(invalid(await start(open(), 'no address'))).toEqual(['value_error body.email'])
    expect((await client.get('/api/images')).status).toBe(200)

    const copy = new Map(client.cookies)
    expect((await client.send('POST', '/api/session/logout')).body).toEqual({ state: 'anonymous' })
    expect((await openClient(world().url, copy).get('/api/images')).status).toBe(401)
  })

  it('does not reveal who has an account', async () => {
    const sent = world().mail.mails.length
    const asked = await start(open(), 'nobody@example.org')
    expect([asked.body, asked.headers['set-cookie']?.length]).toEqual([{ state: 'challenge_issued' }, 1])
    expect(world().mail.mails.length).toBe(sent)
  })

  it('manages users', async () => {
    const client = await admin()
    const id = 'aaaaaaaa-0000-4000-8000-000000000001'
    expect(await add({ email: 'Plain@conflicted', id: id.toUpperCase(), extra: 1 })).toMatchObject({
      status: 201,
      body: { id, email: 'plain@conflicted', role: 'user' },
    })
    expect((await client.get(`/api/users/${id}/`)).body).toEqual({
      id,
      email: 'plain@conflicted',
      role: 'user',
    })
    const change = (body: object) => client.json('PUT', `/api/users/${id}`, body)
    expect(await change({ role: 'editor' })).toMatchObject({ status: 201, body: { role: 'editor' } })
    expect(await change({})).toMatchObject({
      status: 201,
      body: { email: 'plain@conflicted', role: 'editor' },
    })
    const taken = { error: 'User with this email already exists', code: 'user_exists' }
    expect(await add({ email: 'PLAIN@conflicted' })).toMatchObject({ status: 400, body: taken })
    expect(await change({ email: world().admin })).toMatchObject({ status: 409, body: taken })
    for (const body of [{}, { email: '' }, { email: null }, { email: 'a@b.org', role: 'boss' }])
      expect((await add(body)).status, JSON.stringify(body)).toBe(422)
    expect((await client.get('/api/users?email=PLAIN&role=editor&page_size=5000')).body.total).toBe(1)
    expect((await client.get('/api/users?page_size=0')).body.users).toEqual([])
    expect(invalid(await client.get('/api/users?role=boss&page=x'))).toEqual([
      'int_parsing query.page',
      'enum query.role',
    ])
    expect(invalid(await client.get('/api/users/1'))).toEqual(['uuid_parsing path.user_id'])
    for (const gone of [id, id, NOBODY])
      expect(await client.send('DELETE', `/api/users/${gone}`)).toMatchObject({
        status: 204,
        bytes: Buffer.alloc(0),
      })
    expect(await client.get(`/api/users/${id}`)).toMatchObject({
      status: 404,
      body: { error: 'User not found' },
    })
    expect((await client.json('PUT', `/api/users/${NOBODY}`, { role: 'user' })).status).toBe(404)
    const me = (await client.get('/api/users?role=admin')).body.users[0]!.id
    expect((await client.send('DELETE', `/api/users/${me}`)).status).toBe(409)
    expect((await client.json('PUT', `/api/users/${me}`, { role: 'user' })).status).toBe(409)
  })

  it('keeps to roles, and ends the sessions of a user who is removed', async () => {
    const user = (await add({ email: 'user@example.org' })).body
    const client = await signIn(user.email)
    expect((await client.get('/api/images')).status).toBe(200)
    for (const [method, path] of [
      ['GET', '/api/users'],
      ['POST', '/api/images/'],
      ['DELETE', `/api/images/${NOBODY}/`],
      ['PUT', '/api/users/1'],
    ] as const)
      expect([path, await client.json(method, path, {})]).toMatchObject([
        path,
        { status: 403, body: { error: 'Insufficient permissions', code: 'forbidden' } },
      ])
    expect((await (await admin()).send('DELETE', `/api/users/${user.id}`)).status).toBe(204)
    expect((await client.get('/api/images')).status).toBe(401)
  })
}

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { Role } from '../accounts/accounts.ts'
import { openBrowser } from '../testing/browser.ts'
import { ADMIN, signIn, signInAs, startTeam, type Team } from '../testing/team.ts'

interface Key {
  id: string
  name: string
  role: Role
  token: string
  used_at: string | null
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** The secret may contain the character that separates it. */
const secretOf = (token: string) => token.split('_').slice(2).join('_')

/** A request of a program, without cookies. */
const withKey = ({ app }: Team, token: string, path = '/api/images', method = 'GET', body?: unknown) =>
  openBrowser(app.http).request(method, path, body, bearer(token))

async function keyOf(team: Team, role: Role, rights: Role = role): Promise<Key> {
  const browser = await signInAs(team, role)
  const response = await browser.post('/api/keys', { name: 'script', role: rights })
  expect(response.status).toBe(201)
  return (await response.json()) as Key
}

describe('an API key', () => {
  it('acts for its owner, with the role that it was given', async () => {
    const team = await startTeam()
    const { token } = await keyOf(team, 'admin', 'editor')
    expect((await withKey(team, token)).status).toBe(200)
    expect(await (await withKey(team, token, '/api/session')).json()).toMatchObject({ role: 'editor' })
    expect((await withKey(team, token, '/api/users')).status).toBe(403)
    const lists = await withKey(team, token, '/api/collections', 'POST', { name: 'by a script' })
    expect(lists.status).toBe(200)
    const owner = await signIn(team)
    const { collections } = (await (await owner.get('/api/collections')).json()) as {
      collections: { name: string }[]
    }
    expect(collections.map(({ name }) => name)).toContain('by a script')
  })

  it('is shown once and stored as a hash', async () => {
    const team = await startTeam()
    const browser = await signIn(team)
    const created = (await (await browser.post('/api/keys', { name: 'script' })).json()) as Key
    const { keys } = (await (await browser.get('/api/keys')).json()) as { keys: Key[] }
    expect(keys).toEqual([
      { id: created.id, name: 'script', role: 'admin', created_at: expect.any(String), used_at: null },
    ])
    await withKey(team, created.token)
    const { keys: used } = (await (await browser.get('/api/keys')).json()) as { keys: Key[] }
    expect(used[0]!.used_at).not.toBeNull()
    const database = new DatabaseSync(join(team.dataDirectory, 'accounts.sqlite'), { readOnly: true })
    const rows = JSON.stringify(database.prepare('select * from api_keys').all())
    database.close()
    expect(rows).toContain(created.id)
    expect(rows).not.toContain(secretOf(created.token))
  })

  it('cannot have a role above that of its owner', async () => {
    const team = await startTeam()
    const browser = await signInAs(team, 'user')
    const refused = await browser.post('/api/keys', { name: 'more', role: 'editor' })
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'forbidden' }])
  })

  it('loses the rights that its owner loses, and ends with the owner', async () => {
    const team = await startTeam()
    const { users } = team.app.auth!
    const { token } = await keyOf(team, 'editor')
    const owner = (await users.getByEmail('editor@example.org'))!
    await users.update(owner.id, { role: 'user' })
    expect(await (await withKey(team, token, '/api/session')).json()).toMatchObject({ role: 'user' })
    expect((await withKey(team, token, '/api/index/failures/retry', 'POST')).status).toBe(403)
    await users.update(owner.id, { role: 'admin' })
    // More rights of the owner are no more rights of the key.
    expect(await (await withKey(team, token, '/api/session')).json()).toMatchObject({ role: 'editor' })
    await users.remove(owner.id)
    expect((await withKey(team, token)).status).toBe(401)
    await users.add(owner.email, 'admin', owner.id)
    expect((await withKey(team, token)).status).toBe(401)
  })

  it('does not work once it is revoked, which only its owner can do', async () => {
    const team = await startTeam()
    const { id, token } = await keyOf(team, 'editor')
    const other = await signInAs(team, 'user')
    expect((await other.request('DELETE', `/api/keys/${id}`)).status).toBe(404)
    expect((await withKey(team, token)).status).toBe(200)
    const owner = await signIn(team, 'editor@example.org')
    expect((await owner.request('DELETE', `/api/keys/${id}`)).status).toBe(204)
    expect((await withKey(team, token)).status).toBe(401)
  })

  it('cannot create or revoke keys', async () => {
    const team = await startTeam()
    const { id, token } = await keyOf(team, 'admin')
    expect((await withKey(team, token, '/api/keys', 'POST', { name: 'child' })).status).toBe(403)
    expect((await withKey(team, token, `/api/keys/${id}`, 'DELETE')).status).toBe(403)
    expect((await withKey(team, token, '/api/keys')).status).toBe(200)
  })

  it('that is wrong gives no access, not even with a session', async () => {
    const team = await startTeam()
    const { id, token } = await keyOf(team, 'admin')
    const secret = secretOf(token)
    const other = `${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`
    const wrong = [
      `sketchsearch_${id}_${other}`,
      `sketchsearch_${id}_`,
      `sketchsearch_${'0'.repeat(16)}_${secret}`,
      `sketchsearch_${id}_${secret}A`,
      `' or 1=1 --`,
      id,
    ]
    for (const guess of wrong) expect((await withKey(team, guess)).status).toBe(401)
    const browser = await signIn(team)
    expect((await browser.request('GET', '/api/images', undefined, bearer(wrong[0]!))).status).toBe(401)
  })

  it('is none if a reverse proxy has added the header for itself', async () => {
    const team = await startTeam()
    const browser = await signIn(team)
    for (const authorization of [
      `Basic ${btoa(`${ADMIN}:x`)}`,
      'Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl',
    ])
      expect((await browser.request('GET', '/api/images', undefined, { authorization })).status).toBe(200)
  })

  it('of a user are limited in number', async () => {
    const team = await startTeam()
    const browser = await signIn(team)
    for (let n = 0; n < 50; n++) await browser.post('/api/keys', { name: `${n}` })
    expect((await browser.post('/api/keys', { name: 'one more' })).status).toBe(409)
  })
})

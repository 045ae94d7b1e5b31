import { describe, expect, it } from 'vitest'
import { ROLES, type Role } from '../accounts/accounts.ts'
import { openBrowser } from '../testing/browser.ts'
import { signInAs, startTeam } from '../testing/team.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
/** Opens files on the server's machine, so it is refused wherever people sign in (`reveal.test.ts`). */
const WITHOUT_SIGN_IN = '/api/images/{image_id}/reveal'
/** Responses without a handler: rejected and unknown requests. */
const NOT_A_ROUTE = new Set(['/api/*', '/*', '*'])

interface ApiRoute {
  method: string
  path: string
  role: Role | 'public'
}

describe('every route', () => {
  it('requires its declared role', async () => {
    const team = await startTeam()
    const { http } = team.app
    const document = (await (await http.request('/api/openapi.json')).json()) as {
      paths: Record<string, Record<string, { 'x-role': Role | 'public' }>>
    }
    const described: ApiRoute[] = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => METHODS.includes(method))
        .map(([method, { 'x-role': role }]) => ({ method, path, role })),
    )
    // A route without a description has no role, and is found here.
    const known = new Set(described.map(({ method, path }) => `${method} ${path.replace(/\/$/, '')}`))
    const undescribed = http.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api') && !NOT_A_ROUTE.has(path))
      .map(
        ({ method, path }) =>
          `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}').replace(/\/$/, '')}`,
      )
      .filter((name) => !known.has(name))
    expect([...new Set(undescribed)].sort()).toEqual([
      'get /api/docs',
      'get /api/docs/start.js',
      'get /api/docs/{file}',
      'get /api/openapi.json',
    ])
    expect(described.length).toBeGreaterThan(25)

    const browsers = {
      nobody: openBrowser(http),
      user: await signInAs(team, 'user'),
      editor: await signInAs(team, 'editor'),
      admin: await signInAs(team, 'admin'),
    }
    const wrong: string[] = []
    for (const { method, path, role } of described) {
      // Routes that sign in or out are tested elsewhere, because they would end the sessions of this test.
      if (path.startsWith('/api/session/logout') || path.startsWith('/api/auth')) continue
      for (const [who, browser] of Object.entries(browsers)) {
        const target = path.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000')
        const response = await browser.request(method.toUpperCase(), target)
        await response.body?.cancel()
        const rank = ROLES.indexOf(who as Role)
        const isAllowed = path !== WITHOUT_SIGN_IN && (role === 'public' || rank >= ROLES.indexOf(role))
        const expected = isAllowed ? 'let in' : who === 'nobody' ? 401 : 403
        const got = response.status === 401 || response.status === 403 ? response.status : 'let in'
        if (got !== expected) wrong.push(`${who}: ${method} ${path} (${role}) → ${response.status}`)
      }
    }
    expect(wrong).toEqual([])
  })
})

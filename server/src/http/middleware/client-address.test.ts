import { Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configFor, startApp } from '../../testing/app.ts'
import { signInBy, startMailServer } from '../../testing/mail-server.ts'
import { temporaryDirectory } from '../../testing/temporary.ts'
import { listen } from '../listen.ts'
import { type Client, clientReader } from './client-address.ts'

/** The client that is read from a request over a connection from `remote`. */
async function clientOf(trusted: string[], remote: string, headers: Record<string, string>): Promise<Client> {
  const app = new Hono()
  const read = clientReader(trusted)
  app.get('/', (context) => context.json(read(context)))
  const incoming = { socket: { remoteAddress: remote, remotePort: 1, remoteFamily: 'IPv4' } }
  return (await (await app.request('/', { headers }, { incoming })).json()) as Client
}

const FORWARDED = { 'x-forwarded-for': '9.9.9.9, 203.0.113.7', 'x-forwarded-proto': 'https' }

describe('the client of a request', () => {
  it.each([
    [[], '198.51.100.1', FORWARDED, '198.51.100.1', false],
    [['10.0.0.0/8'], '198.51.100.1', FORWARDED, '198.51.100.1', false],
    [['10.0.0.0/8'], '10.1.2.3', FORWARDED, '203.0.113.7', true],
    [['10.0.0.0/8', '203.0.113.7'], '::ffff:10.1.2.3', FORWARDED, '9.9.9.9', true],
    [['10.0.0.0/8'], '10.0.0.2', { 'x-forwarded-for': '10.6.6.6, 10.1.2.3' }, '10.1.2.3', false],
    [['fd00::/8'], 'fd00::1', { 'x-forwarded-for': '2001:db8::5' }, '2001:db8::5', false],
    [['10.0.0.1'], '10.0.0.1', { 'x-forwarded-for': '6.6.6.6, 1.2.3.4:5678' }, '1.2.3.4', false],
    [['10.0.0.1'], '10.0.0.1', { 'x-forwarded-for': '6.6.6.6, [2001:db8::1]:443' }, '2001:db8::1', false],
    [['10.0.0.1'], '10.0.0.1', { 'x-forwarded-for': '6.6.6.6, unknown' }, '10.0.0.1', false],
    [[], '::ffff:102:304', {}, '1.2.3.4', false],
    [['10.0.0.1'], '10.0.0.1', {}, '10.0.0.1', false],
    [['10.0.0.1'], '10.0.0.1', { 'x-forwarded-for': 'nonsense, 10.0.0.1' }, '10.0.0.1', false],
    [['10.0.0.1'], '10.0.0.1', { 'x-forwarded-proto': 'https, http' }, '10.0.0.1', false],
  ])('behind %j, from %s with %j, is %s', async (trusted, remote, headers, address, isSecure) => {
    expect(await clientOf(trusted, remote, headers as Record<string, string>)).toEqual({ address, isSecure })
  })

  it('gets secure cookies and HSTS if a trusted proxy uses HTTPS', async () => {
    const mail = await startMailServer()
    const app = await startApp(
      await configFor(await temporaryDirectory(), { ...signInBy(mail), trusted_proxies: ['127.0.0.1'] }),
    )
    const server = await listen(app.http, '127.0.0.1', 0)
    onTestFinished(() => server.close())
    const start = (headers: Record<string, string>, email = 'admin@example.org') =>
      fetch(`${server.url}/api/auth/otp/start`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ email }),
      })
    const plain = await start({}, 'nobody@example.org')
    expect(plain.headers.getSetCookie()[0]).not.toContain('Secure')
    expect(plain.headers.has('strict-transport-security')).toBe(false)
    const secure = await start({ 'x-forwarded-proto': 'https' })
    const [cookie] = secure.headers.getSetCookie()
    expect(cookie).toMatch(/; Secure/)
    expect(secure.headers.get('strict-transport-security')).toContain('max-age')
    const code = await mail.codeFor('admin@example.org')
    const verified = await fetch(`${server.url}/api/auth/otp/verify`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-forwarded-proto': 'https',
        cookie: cookie!.split(';')[0]!,
      },
      body: JSON.stringify({ code }),
    })
    const session = verified.headers.getSetCookie().find((one) => one.includes('session_token'))
    expect(session).toMatch(/; Secure/)
  })
})

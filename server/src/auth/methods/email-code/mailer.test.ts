import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startMailServer } from '../../../testing/mail-server.ts'
import { codeMail } from './mail.ts'
import { createMailer, type MailerOptions } from './mailer.ts'

const fixture = (name: string) =>
  readFileSync(new URL(`../../../testing/fixtures/mail-server.${name}`, import.meta.url), 'utf8')
const IDENTITY = { key: fixture('key'), cert: fixture('crt') }
const MAIL = codeMail('anna@example.org', 'ABCDEFGH', 300)

function optionsFor(port: number, more: Partial<MailerOptions> = {}): MailerOptions {
  return {
    host: '127.0.0.1',
    port,
    use_tls: false,
    username: '',
    password: '',
    from_address: 'pictures@example.org',
    ...more,
  }
}

function recordLog() {
  const lines: string[] = []
  const note = (message: string) => void lines.push(message)
  return { lines, log: { warn: note, error: note } }
}

/** Makes this process trust the certificate of the test. */
function trustFixture(): void {
  const before = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...before, IDENTITY.cert])
  onTestFinished(() => tls.setDefaultCACertificates(before))
}

describe('mail', () => {
  it.each([
    ['', ''],
    ['pictures', ''],
    ['', 'secret'],
  ])(
    'is sent without sign-in or encryption with the user name "%s" and the password "%s"',
    async (username, password) => {
      const server = await startMailServer()
      const mailer = createMailer(optionsFor(server.port, { username, password }), recordLog().log)
      mailer.send(MAIL)
      expect(await server.codeFor('anna@example.org')).toBe('ABCDEFGH')
      expect(server.mails[0]).toMatchObject({ isEncrypted: false, user: undefined })
      await mailer.close()
    },
  )

  it.each([
    ['STARTTLS', {}],
    ['TLS from the start', { secure: true }],
  ])('is sent by a server with %s and sign-in', async (_, more) => {
    trustFixture()
    const server = await startMailServer({ ...IDENTITY, ...more })
    const signIn = { use_tls: true, username: 'pictures', password: 'secret' }
    const implicitTlsPort = 'secure' in more ? server.port : 465
    const mailer = createMailer(optionsFor(server.port, signIn), recordLog().log, { implicitTlsPort })
    mailer.send(MAIL)
    await server.codeFor('anna@example.org')
    expect(server.mails[0]).toMatchObject({ isEncrypted: true, user: 'pictures' })
    await mailer.close()
  })

  it('is not sent without the required encryption, or with an untrusted certificate', async () => {
    for (const options of [{}, IDENTITY]) {
      const server = await startMailServer(options)
      const { lines, log } = recordLog()
      const mailer = createMailer(optionsFor(server.port, { use_tls: true }), log, { retryAfterMs: [] })
      mailer.send(MAIL)
      await expect.poll(() => lines).toHaveLength(1)
      expect(server.mails).toEqual([])
      expect(lines[0]).toContain('not tried again')
      await mailer.close()
    }
  })

  it.each([
    ['STARTTLS', {}],
    ['TLS from the start', { secure: true }],
  ])('is sent by a server with a certificate of its own and %s if its CA is named', async (_, more) => {
    const server = await startMailServer({ ...IDENTITY, ...more })
    const implicitTlsPort = 'secure' in more ? server.port : 465
    const { lines, log } = recordLog()
    const untrusting = createMailer(optionsFor(server.port, { use_tls: true }), log, { implicitTlsPort })
    untrusting.send(MAIL)
    await expect.poll(() => lines).toHaveLength(1)
    expect(lines[0]).toMatch(/certificate is self-signed.*not tried again.*auth\.smtp\.ca\.$/)
    expect(lines[0]).not.toContain('--use-system-ca')
    await untrusting.close()

    const ca = fileURLToPath(new URL('../../../testing/fixtures/mail-server.crt', import.meta.url))
    const mailer = createMailer(optionsFor(server.port, { use_tls: true, ca }), log, { implicitTlsPort })
    mailer.send(MAIL)
    await server.codeFor('anna@example.org')
    await mailer.close()
    expect(() => createMailer(optionsFor(1, { ca: '/nowhere.pem' }), log)).toThrow(
      /auth\.smtp\.ca can't be read/,
    )
  })

  it('is retried when the server fails, logged without code or address, and abandoned in the end', async () => {
    let refusals = 2
    const server = await startMailServer({
      onMailFrom: (_address, _session, answer) =>
        answer(refusals-- > 0 ? Object.assign(new Error('busy'), { responseCode: 451 }) : null),
    })
    const { lines, log } = recordLog()
    const mailer = createMailer(optionsFor(server.port), log, { retryAfterMs: [20, 20, 20] })
    mailer.send(MAIL)
    await server.codeFor('anna@example.org')
    expect(lines).toHaveLength(2)
    expect(lines.join()).toContain('Trying again')
    await mailer.close()

    const { lines: logged, log: other } = recordLog()
    // The port of a closed server has no listener.
    await server.close()
    const lost = createMailer(optionsFor(server.port), other, { retryAfterMs: [10] })
    lost.send(MAIL)
    await expect.poll(() => logged).toHaveLength(2)
    expect(logged[1]).toContain('ECONNREFUSED')
    expect(`${logged} ${lines}`).not.toMatch(/ABCDEFGH|anna/)
    await lost.close()
  })

  it('is not retried after a permanent error, and the log omits the recipient', async () => {
    const server = await startMailServer({
      onRcptTo: ({ address }, _session, answer) =>
        answer(Object.assign(new Error(`<${address}>: no such mailbox`), { responseCode: 550 })),
    })
    const { lines, log } = recordLog()
    const mailer = createMailer(optionsFor(server.port), log, { retryAfterMs: [10, 10] })
    mailer.send(MAIL)
    await expect.poll(() => lines).toHaveLength(1)
    await mailer.close()
    expect(lines).toEqual([expect.stringMatching(/no such mailbox.*not tried again/)])
    expect(lines[0]).not.toContain('anna')
  })

  it('does not delay shutdown while it waits for a retry', async () => {
    const { lines, log } = recordLog()
    const mailer = createMailer(optionsFor(1), log, { retryAfterMs: [60_000] })
    mailer.send(MAIL)
    await expect.poll(() => lines).toHaveLength(1)
    const start = performance.now()
    await mailer.close()
    expect(performance.now() - start).toBeLessThan(30_000)
  })
})

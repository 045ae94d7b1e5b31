import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'
import { eventually, type OnEnd } from './temporary.ts'

interface ReceivedMail {
  to: string
  /** The mail as received, with its header. */
  source: string
  isEncrypted: boolean
  user: string | undefined
}

export interface MailServer {
  port: number
  mails: ReceivedMail[]
  /** Waits for the next mail to an address, and returns its code. */
  codeFor(address: string): Promise<string>
  close(): Promise<void>
}

/** In version 0.1, it stood in the subject. */
const CODE = /^(?:Your OTP code is: |Subject: (?=[A-Z2-9]{8} is))([A-Z2-9]{8})/m

/** A real SMTP server on a free port, closed after the test; without options it takes everything without encryption or sign-in. */
export async function startMailServer(
  options: SMTPServerOptions = {},
  onEnd: OnEnd = onTestFinished,
): Promise<MailServer> {
  const mails: ReceivedMail[] = []
  const taken = new Set<ReceivedMail>()
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: options.key === undefined,
    onAuth: ({ username }, _session, answer) => answer(null, { user: username }),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString('utf8')
        const { rcptTo } = session.envelope
        const user = session.user as string | undefined
        for (const { address } of rcptTo)
          mails.push({ to: address, source, isEncrypted: session.secure, user })
        done()
      })
    },
    ...options,
  })
  // Tests disconnect clients on purpose.
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  onEnd(close)
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    async codeFor(address) {
      const mail = await eventually(() => {
        const next = mails.find((one) => one.to === address && !taken.has(one))
        if (next === undefined) throw new Error(`no mail came to ${address}`)
        return next
      })
      taken.add(mail)
      return CODE.exec(mail.source.replaceAll('\r', ''))![1]!
    },
    close,
  }
}

/** Returns the configuration for sign-in through such a server. */
export function signInBy(
  mailServer: Pick<MailServer, 'port'>,
  admin = 'admin@example.org',
): Record<string, unknown> {
  return {
    'auth.kind': 'otp',
    'auth.smtp.host': '127.0.0.1',
    'auth.smtp.port': mailServer.port,
    'auth.smtp.use_tls': false,
    'auth.smtp.username': '',
    'auth.smtp.password': '',
    'auth.smtp.from_address': 'pictures@example.org',
    'auth.default_user_email': admin,
  }
}

import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { waitFor } from './client.ts'

export interface MailBox {
  port: number
  /** Waits for the next mail to an address. @returns the code in it */
  codeFor(address: string): Promise<string>
  /** Subject and addresses of all mails, sorted. */
  headers(): string[]
  close(): Promise<void>
}

/** Starts an SMTP server on a free port that accepts everything. */
export async function openMailBox(): Promise<MailBox> {
  const mails: { to: string; source: string; isRead: boolean }[] = []
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk) => chunks.push(chunk))
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString('utf8')
        for (const { address } of session.envelope.rcptTo) mails.push({ to: address, source, isRead: false })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.server.address() as AddressInfo).port,
    async codeFor(address) {
      const next = () => mails.find(({ to, isRead }) => to === address && !isRead)
      await waitFor(
        () => next() !== undefined,
        () => `no mail came to ${address}`,
      )
      const mail = next()!
      mail.isRead = true
      return /^Your OTP code is: ([A-Z2-9]{8})/m.exec(mail.source)![1]!
    },
    headers: () =>
      mails
        .map(({ source }) =>
          source
            .split(/\r?\n/)
            .filter((line) => /^(From|To|Subject):/.test(line))
            .join('; '),
        )
        .sort(),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

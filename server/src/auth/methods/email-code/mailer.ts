import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport, type Transporter } from 'nodemailer'
import { DomainError, messageOf } from '../../../errors.ts'
import { certificateProblem } from '../../../remote-errors.ts'

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /** Sends a mail in the background. Failures are logged, and temporary ones are retried. */
  send(mail: Mail): void
  /** Waits for the mails that are being sent; further retries are dropped. */
  close(): Promise<void>
}

export interface MailerOptions {
  host: string
  port: number
  /** Implicit TLS on port 465, STARTTLS on others; false: no encryption. */
  use_tls: boolean
  /** PEM file with the CA certificates that the server's certificate is checked against. */
  ca?: string | undefined
  /** Mail is sent without authentication if the user name or the password is empty. */
  username: string
  password: string
  from_address: string
}

const IMPLICIT_TLS_PORT = 465
/** Pauses before the retries. A code expires within minutes. */
const RETRY_AFTER_MS = [1_000, 5_000, 20_000]
const TIMEOUT_MS = 15_000
const CERTIFICATE_REMEDY =
  'If the mail server has a CA of its own, name a PEM file with the certificate of that CA in auth.smtp.ca.'

/**
 * Sends over SMTP. With encryption, the certificate of the mail server is always verified.
 * @throws {DomainError} `config_invalid` if the file of certificates can't be read
 */
export function createMailer(
  options: MailerOptions,
  log: { warn(message: string): void; error(message: string): void },
  { retryAfterMs = RETRY_AFTER_MS as readonly number[], implicitTlsPort = IMPLICIT_TLS_PORT } = {},
): Mailer {
  const { host, port, use_tls: isEncrypted, ca, username, password, from_address: from } = options
  const transport: Transporter = createTransport({
    host,
    port,
    secure: isEncrypted && port === implicitTlsPort,
    requireTLS: isEncrypted,
    ignoreTLS: !isEncrypted,
    ...(ca === undefined ? {} : { tls: { ca: readCertificates(ca) } }),
    ...(username === '' || password === '' ? {} : { auth: { user: username, pass: password } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  const ending = new AbortController()
  const inProgress = new Set<Promise<void>>()

  return {
    send(mail) {
      const sending = deliver(mail).finally(() => inProgress.delete(sending))
      inProgress.add(sending)
    },
    async close() {
      ending.abort()
      await Promise.all(inProgress)
      transport.close()
    },
  }

  async function deliver(mail: Mail): Promise<void> {
    for (const pauseMs of [...retryAfterMs, undefined]) {
      try {
        await transport.sendMail({ from: { name: 'Sketch-Search', address: from }, ...mail })
        return
      } catch (error) {
        // The code and the address are removed, because more people can read the log than the mail.
        const reason = messageOf(error).replaceAll(/<?[^\s<>]+@[^\s<>]+>?/g, '…')
        const sentence = `A mail could not be sent by ${host}:${port}`
        const certificate = certificateProblem(error)
        if (certificate !== undefined) {
          log.error(`${sentence}: ${certificate}. It is not tried again. ${CERTIFICATE_REMEDY}`)
          return
        }
        const problem = `${sentence}: ${reason}`
        if (pauseMs === undefined || isFinal(error)) {
          log.error(`${problem}. It is not tried again.`)
          return
        }
        log.warn(`${problem}. Trying again in ${pauseMs / 1000} s.`)
        const isEnding = await sleep(pauseMs, false, { signal: ending.signal }).catch(() => true)
        if (isEnding) return
      }
    }
  }
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new DomainError('config_invalid', `auth.smtp.ca can't be read: ${messageOf(error)}.`, {
      cause: error,
    })
  }
}

/** Whether the mail server refuses permanently (RFC 5321, 4.2.1). */
function isFinal(error: unknown): boolean {
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0
  return code >= 500 && code < 600
}

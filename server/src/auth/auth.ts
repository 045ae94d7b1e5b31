import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth'
import { emailOTP } from 'better-auth/plugins'
import type { AccountsDatabase, Role, Users } from '../catalog/accounts.ts'
import { DomainError, messageOf } from '../errors.ts'
import { codeMail } from './code-mail.ts'
import { withHashedSessions } from './hashed-sessions.ts'
import type { Mailer } from './mailer.ts'

/** Signing in by a code that is sent by e-mail, and the sessions that come of it. */
export interface Auth {
  /**
   * Asks for a code. Whether anybody has the address can't be told from what comes back, nor from when: all work is done afterwards.
   * @returns what the browser keeps, so that the code works for it alone
   */
  start(email: string): Challenge
  /**
   * @throws {DomainError} `wrong_code`; `challenge_gone` if it is used up, expired or was never issued
   */
  verify(challenge: Challenge, code: string): Promise<SignIn>
  isOpen(challenge: Challenge): Promise<boolean>
  /** Who sends these headers. A session that is used lasts longer, which the browser is told by cookies, unless it is just looked at. */
  identify(headers: Headers, options?: { isPassive?: boolean }): Promise<Identity>
  /** @returns cookies, as `Set-Cookie` has them */
  signOut(headers: Headers): Promise<string[]>
  readonly users: Users
  close(): Promise<void>
}

export interface Challenge {
  id: string
  email: string
}

export interface SignIn {
  role: Role
  /** As `Set-Cookie` has them. */
  cookies: string[]
}

export interface Identity {
  role: Role | undefined
  userId: string | undefined
  cookies: string[]
}

export interface AuthOptions {
  users: Users
  database: AccountsDatabase
  /** Signs cookies. */
  key: string
  codeExpiresInS: number
  maxAttempts: number
  sessionExpiresInS: number
  mailer: Mailer
  log: { error(message: string): void }
}

const CODE_LENGTH = 8
/** Without letters and digits that look alike. */
const CODE_ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
/** A session is prolonged when this share of its time has passed: not every request writes. */
const PROLONG_AFTER = 0.1
/** So much later the work for a code is done that no answer waits beside it. */
const START_AFTER_MS = 50
/** Whoever asks of a challenge sooner waits so long: the work has ended by then, whatever it was. */
const READY_AFTER_MS = 350
const TIDY_EVERY_MS = 3600_000

export function createAuth(options: AuthOptions): Auth {
  const { users, database, codeExpiresInS, sessionExpiresInS, maxAttempts, mailer, log } = options
  /** The challenge in whose name the library is called: each browser has codes of its own, also for the same address. */
  const current = new AsyncLocalStorage<string>()
  const queues = new Map<string, Promise<unknown>>()
  /** By challenge: what is being issued. */
  const starting = new Map<string, Promise<unknown>>()
  const library = betterAuth({
    baseURL: 'http://localhost',
    secret: options.key,
    database: withHashedSessions(kyselyAdapter(database, { type: 'sqlite', transaction: false })),
    user: {
      modelName: 'users',
      fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
      additionalFields: { role: { type: 'string', required: true, input: false, defaultValue: 'user' } },
    },
    session: {
      modelName: 'sessions',
      fields: {
        userId: 'user_id',
        expiresAt: 'expires_at',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
      expiresIn: sessionExpiresInS,
      updateAge: Math.floor(sessionExpiresInS * PROLONG_AFTER),
    },
    verification: {
      modelName: 'challenges',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
      storeIdentifier: { hash: async (identifier) => sha256(`${current.getStore()} ${identifier}`) },
    },
    advanced: {
      cookiePrefix: 'sketch-search',
      // Whether a cookie is for HTTPS only is decided for each request.
      useSecureCookies: false,
      ipAddress: { disableIpTracking: true },
    },
    // Its own counts requests to its own routes, which nobody can reach.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      emailOTP({
        otpLength: CODE_LENGTH,
        generateOTP: randomCode,
        expiresIn: codeExpiresInS,
        allowedAttempts: maxAttempts,
        storeOTP: 'hashed',
        disableSignUp: true,
        async sendVerificationOTP({ email, otp }) {
          mailer.send(codeMail(email, otp, codeExpiresInS))
        },
      }),
    ],
  })
  const tidying = setInterval(() => void tidy(), TIDY_EVERY_MS).unref()

  return {
    users,
    start(email) {
      const challenge = { id: randomBytes(18).toString('base64url'), email: email.toLowerCase() }
      const work = sleep(START_AFTER_MS)
        .then(() => current.run(challenge.id, () => issue(challenge.email)))
        .catch((error) => log.error(`A code could not be issued: ${messageOf(error)}`))
      const ready = Promise.all([work, sleep(READY_AFTER_MS)]).finally(() => starting.delete(challenge.id))
      starting.set(challenge.id, ready)
      return challenge
    },

    verify: (challenge, code) =>
      // One after the other: of guesses that come at once each is counted before the next is judged.
      inTurn(challenge.id, async () => {
        await starting.get(challenge.id)
        return current.run(challenge.id, () => signIn(challenge, code))
      }),

    async isOpen(challenge) {
      await starting.get(challenge.id)
      return current.run(challenge.id, () => findOpen(challenge))
    },

    async identify(headers, { isPassive = false } = {}) {
      if (!headers.get('cookie')?.includes('sketch-search.session_token=')) return NOBODY
      const { response, headers: answered } = await library.api.getSession({
        headers,
        query: { disableRefresh: isPassive },
        returnHeaders: true,
      })
      const cookies = answered.getSetCookie()
      if (response === null) return { ...NOBODY, cookies }
      return { role: response.user.role as Role, userId: response.user.id, cookies }
    },

    async signOut(headers) {
      const { headers: answered } = await library.api.signOut({ headers, returnHeaders: true })
      return answered.getSetCookie()
    },

    async close() {
      clearInterval(tidying)
      await Promise.all(starting.values())
      await mailer.close()
    },
  }

  /** What an address gets that nobody has is a code, too, which is sent to nobody. */
  async function issue(email: string): Promise<void> {
    const user = await users.getByEmail(email)
    const body = { email, type: 'sign-in' as const }
    if (user === undefined) await library.api.createVerificationOTP({ body })
    else await library.api.sendVerificationOTP({ body })
  }

  async function signIn(challenge: Challenge, code: string): Promise<SignIn> {
    if (!(await findOpen(challenge))) throw challengeGone()
    try {
      const { response, headers } = await library.api.signInEmailOTP({
        body: { email: challenge.email, otp: normalised(code) },
        returnHeaders: true,
      })
      return { role: (response.user as unknown as { role: Role }).role, cookies: headers.getSetCookie() }
    } catch (error) {
      const reason = codeOf(error)
      if (reason === 'INVALID_OTP') throw new DomainError('wrong_code', 'The code is not right.')
      if (reason === 'OTP_EXPIRED' || reason === 'TOO_MANY_ATTEMPTS') throw challengeGone()
      throw error
    }
  }

  /** Whether there is a code that can still be tried. */
  async function findOpen({ email }: Challenge): Promise<boolean> {
    const { internalAdapter } = await library.$context
    const found = await internalAdapter.findVerificationValue(`sign-in-otp-${email}`)
    if (found == null || found.expiresAt < new Date()) return false
    const attempts = Number(found.value.slice(found.value.lastIndexOf(':') + 1))
    return attempts < maxAttempts
  }

  function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(key) ?? Promise.resolve()).then(work)
    const settled = result.then(
      () => {},
      () => {},
    )
    queues.set(key, settled)
    void settled.then(() => queues.get(key) === settled && queues.delete(key))
    return result
  }

  async function tidy(): Promise<void> {
    const now = new Date().toISOString()
    try {
      await database.deleteFrom('sessions').where('expires_at', '<', now).execute()
      await database.deleteFrom('challenges').where('expires_at', '<', now).execute()
    } catch (error) {
      log.error(`Sessions that have ended could not be removed: ${messageOf(error)}`)
    }
  }
}

/**
 * Makes somebody admin where there is no user yet, so that there is a way in.
 * @returns whether that was so
 */
export async function ensureAdmin(users: Users, email: string): Promise<boolean> {
  const { total } = await users.list({}, { offset: 0, limit: 1 })
  if (total === 0) await users.add(email, 'admin')
  return total === 0
}

const NOBODY: Identity = { role: undefined, userId: undefined, cookies: [] }

function randomCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')
}

/** As people type it. */
function normalised(code: string): string {
  return code.replaceAll(/[\s-]/g, '').toUpperCase()
}

function challengeGone(): DomainError {
  return new DomainError(
    'challenge_gone',
    'This code can no longer be used: it has expired, was used, or was tried too often. Ask for a new one.',
  )
}

/** The word by which the library names an error. */
function codeOf(error: unknown): unknown {
  const body = error instanceof Error && 'body' in error ? error.body : undefined
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

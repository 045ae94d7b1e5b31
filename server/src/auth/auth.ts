import { AsyncLocalStorage } from 'node:async_hooks'
import { createHmac, randomBytes, randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { kyselyAdapter } from '@better-auth/kysely-adapter'
import { betterAuth } from 'better-auth'
import { emailOTP } from 'better-auth/plugins'
import type { AccountsDatabase, Role, Users } from '../accounts/accounts.ts'
import { DomainError, messageOf } from '../errors.ts'
import { withHashedSessions } from './hashed-sessions.ts'
import { codeMail } from './methods/email-code/mail.ts'
import type { Mailer } from './methods/email-code/mailer.ts'

/** Signing in by a code that is sent by e-mail, and the sessions that come of it. */
export interface Auth {
  /**
   * Asks for a code. Whether anybody has the address can't be told from what comes back, nor from when: all work is done afterwards.
   * @returns what the browser keeps, so that the code works for it alone
   */
  start(email: string): Challenge
  /**
   * A session that the headers name ends.
   * @throws {DomainError} `wrong_code`; `challenge_gone` if it is used up, expired or was never issued
   */
  verify(challenge: Challenge, code: string, headers?: Headers): Promise<SignIn>
  isOpen(challenge: Challenge): Promise<boolean>
  /** Who sends these headers. A session that is used lasts longer, which the browser is told by cookies, unless it is just looked at. */
  authenticate(headers: Headers, options?: { extendsSession?: boolean }): Promise<Identity>
  /**
   * Ends the session that the headers name, for everybody who knows it.
   * @returns cookies, as `Set-Cookie` has them
   */
  signOut(headers: Headers): Promise<string[]>
  /** What a browser keeps in which somebody has signed in with an address: others can't keep it from asking for codes. */
  knownBrowserToken(email: string): string
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
  email: string | undefined
  cookies: string[]
}

export interface AuthOptions {
  users: Users
  database: AccountsDatabase
  /** Does something while no other server does what has the same key. */
  exclusively<T>(key: string, work: () => Promise<T>): Promise<T>
  /** @throws {DomainError} `unavailable` if the database server is away */
  assertReachable(): Promise<void>
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
/** A mail goes out after up to so long, so that the work for it can't be felt when the code was asked for. */
const MAIL_WITHIN_MS = 1000
const TIDY_EVERY_MS = 60_000
const TIDY_AT_ONCE = 5_000

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
      storeIdentifier: { hash: async (identifier) => sealed(`${current.getStore()} ${identifier}`) },
      // It would look through all of them within somebody's request.
      disableCleanup: true,
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
        // With the key: so few letters could be found by trying out their hashes.
        storeOTP: { hash: async (code) => sealed(`${current.getStore()} ${code}`) },
        disableSignUp: true,
        // Codes are made for all addresses alike, and mailed to those that somebody has, below.
        async sendVerificationOTP() {},
      }),
    ],
  })
  const ending = new AbortController()
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

    verify: (challenge, code, headers) =>
      // One after the other: of guesses that come at once each is counted before the next is judged.
      reaching(() =>
        runExclusive(challenge.id, async () => {
          await starting.get(challenge.id)
          const signedIn = await current.run(challenge.id, () => signIn(challenge, code))
          if (headers !== undefined) await endSession(headers)
          return signedIn
        }),
      ),

    async isOpen(challenge) {
      await starting.get(challenge.id)
      return reaching(() => current.run(challenge.id, () => findOpen(challenge)))
    },

    async authenticate(headers, { extendsSession = true } = {}) {
      if (!headers.get('cookie')?.includes('sketch-search.session_token=')) return NOBODY
      const { response, headers: responseHeaders } = await reaching(() =>
        library.api.getSession({
          headers,
          query: { disableRefresh: !extendsSession },
          returnHeaders: true,
        }),
      )
      const cookies = responseHeaders.getSetCookie()
      if (response === null) return { ...NOBODY, cookies }
      return { role: response.user.role as Role, email: response.user.email, cookies }
    },

    async signOut(headers) {
      // The library would say that it is done also if it is not.
      await reaching(() => endSession(headers))
      const { headers: responseHeaders } = await library.api.signOut({ headers, returnHeaders: true })
      return responseHeaders.getSetCookie()
    },

    knownBrowserToken: (email) => sealed(`known ${email.toLowerCase()}`),

    async close() {
      clearInterval(tidying)
      ending.abort()
      await Promise.all(starting.values())
      await mailer.close()
    },
  }

  /** The library tells of a database that is away as of an error inside. */
  async function reaching<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DomainError)) await options.assertReachable()
      throw error
    }
  }

  /** Whoever has the address or nobody: a code is made, and sent if there is somebody. */
  async function issue(email: string): Promise<void> {
    const code = await library.api.createVerificationOTP({ body: { email, type: 'sign-in' } })
    const user = await users.getByEmail(email)
    if (user !== undefined) void mailLater(user.email, code)
  }

  async function mailLater(email: string, code: string): Promise<void> {
    await sleep(randomInt(MAIL_WITHIN_MS), undefined, { signal: ending.signal }).catch(() => {})
    mailer.send(codeMail(email, code, codeExpiresInS))
  }

  async function endSession(headers: Headers): Promise<void> {
    const session = await library.api.getSession({ headers, query: { disableRefresh: true } })
    if (session === null) return
    const { internalAdapter } = await library.$context
    await internalAdapter.deleteSession(session.session.token)
  }

  function sealed(text: string): string {
    return createHmac('sha256', options.key).update(text).digest('base64url')
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

  function runExclusive<T>(key: string, work: () => Promise<T>): Promise<T> {
    const result = (queues.get(key) ?? Promise.resolve()).then(() => options.exclusively(key, work))
    const settled = result.then(
      () => {},
      () => {},
    )
    queues.set(key, settled)
    void settled.then(() => queues.get(key) === settled && queues.delete(key))
    return result
  }

  /** A part of what is over at a time: whoever asks for something meanwhile waits for no more than that. */
  async function tidy(): Promise<void> {
    const now = new Date().toISOString()
    try {
      for (const table of ['sessions', 'challenges'] as const) {
        const over = database.selectFrom(table).select('id').where('expires_at', '<', now).limit(TIDY_AT_ONCE)
        await database.deleteFrom(table).where('id', 'in', over).execute()
      }
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

const NOBODY: Identity = { role: undefined, email: undefined, cookies: [] }

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

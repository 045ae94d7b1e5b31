import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Accounts } from '../../../accounts/accounts.ts'
import type { Config } from '../../../config/schema.ts'
import { MAX_EMAIL_LENGTH } from '../../../contract/email.ts'
import type { Handlers } from '../../../contract/routes.ts'
import { emailCodeContract } from '../../../contract/sign-in.ts'
import { DomainError } from '../../../errors.ts'
import type { Logger } from '../../../log.ts'
import { EXPIRED_CHALLENGE_KEPT_S } from '../../expiry.ts'
import { type AuthLimits, createAuthLimits } from '../../rate-limits.ts'
import { isSealOf, seal } from '../../session-key.ts'
import type { Sessions } from '../../sessions.ts'
import type { SignInMethod } from '../../sign-in-method.ts'
import type { Challenge } from './challenge-store.ts'
import { type Challenges, createChallenges } from './challenges.ts'
import { codeMail } from './mail.ts'
import { createMailer } from './mailer.ts'

export interface EmailCodeOptions {
  config: Extract<Config['auth'], { kind: 'otp' }>
  accounts: Accounts
  /** Seals codes, and the cookie of a browser in which addresses have signed in. */
  key: string
  readClient: (context: Context) => { address: string; isSecure: boolean }
  log: Logger
}

export interface EmailCodeMethod extends SignInMethod {
  readonly challenges: Challenges
}

interface HandlerOptions extends EmailCodeOptions {
  challenges: Challenges
  limits: AuthLimits
}

const CHALLENGE_COOKIE = 'challenge_token'
/** Version 0.1 issued challenges under this name. They can be completed. */
const CHALLENGE_COOKIE_0_1 = 'sketch-search.challenge'
const CHALLENGE_PATH_0_1 = '/api'
/** Marks a browser in which addresses have signed in: requests of others do not use up their limits. */
const KNOWN_COOKIE = 'sketch-search.known'
/** Maximum number of addresses that a browser is known for: people may share it. */
const MAX_KNOWN = 5
const KNOWN_FOR_S = 180 * 24 * 3600

const challengeSchema = z.object({
  id: z.string().regex(/^[\w-]{24}$/),
  email: z.string().max(MAX_EMAIL_LENGTH),
})

/** Signing in with a code that is sent by e-mail. */
export function openEmailCodeMethod(options: EmailCodeOptions): EmailCodeMethod {
  const { config, accounts, key, log } = options
  const mailer = createMailer(config.smtp, log)
  const challenges = createChallenges({
    accounts,
    key,
    expiresInS: config.expires_in_s,
    maxAttempts: config.max_attempts,
    sendCode: (email, code) => mailer.send(codeMail(email, code, config.expires_in_s)),
    log,
  })
  const limits = createAuthLimits(accounts.limitsStore)
  return {
    kind: config.kind,
    challenges,
    mount: (add, sessions) =>
      add(emailCodeContract, createHandlers({ ...options, challenges, limits }, sessions)),
    async isInProgress(context) {
      const challenge = readChallenge(context)
      return challenge !== undefined && (await challenges.isOpen(challenge))
    },
    cancel: forgetChallenge,
    async close() {
      await challenges.close()
      await mailer.close()
    },
  }
}

function createHandlers(
  { config, challenges, limits, key, readClient, log }: HandlerOptions,
  sessions: Sessions,
): Handlers<typeof emailCodeContract> {
  const attributes = (context: Context) =>
    ({ httpOnly: true, sameSite: 'Lax', secure: readClient(context).isSecure }) as const
  return {
    async start(context) {
      const email = context.req.valid('json').email
      const isKnown = knownSeals(context).some((one) => isSealOf(one, key, knownText(email)))
      await limits.start(readClient(context).address, email, isKnown)
      setCookie(context, CHALLENGE_COOKIE, encodeChallenge(challenges.start(email)), {
        ...attributes(context),
        path: '/',
        maxAge: config.expires_in_s + EXPIRED_CHALLENGE_KEPT_S,
      })
      return context.json({ state: 'challenge_issued' as const }, 200)
    },
    async verify(context) {
      const { address } = readClient(context)
      await limits.verify(address)
      const challenge = readChallenge(context)
      if (challenge === undefined) {
        const isMissing = challengeCookie(context) === undefined
        const reason = 'Challenge token is missing. Please start the OTP process again.'
        throw new DomainError('challenge_gone', isMissing ? reason : 'OTP code not found')
      }
      const user = await challenges.verify(challenge, context.req.valid('json').code)
      await sessions.begin(context, user.id)
      log.info(`${JSON.stringify(challenge.email)} has signed in from ${address}.`)
      forgetChallenge(context)
      const own = seal(key, knownText(challenge.email))
      const known = [own, ...knownSeals(context).filter((one) => one !== own)].slice(0, MAX_KNOWN)
      setCookie(context, KNOWN_COOKIE, known.join('.'), {
        ...attributes(context),
        path: '/',
        maxAge: KNOWN_FOR_S,
      })
      return context.json({ state: 'authenticated' as const, role: user.role }, 200)
    },
  }
}

function challengeCookie(context: Context): string | undefined {
  return getCookie(context, CHALLENGE_COOKIE) ?? getCookie(context, CHALLENGE_COOKIE_0_1)
}

function forgetChallenge(context: Context): void {
  deleteCookie(context, CHALLENGE_COOKIE, { path: '/' })
  if (getCookie(context, CHALLENGE_COOKIE_0_1) !== undefined)
    deleteCookie(context, CHALLENGE_COOKIE_0_1, { path: CHALLENGE_PATH_0_1 })
}

/** The seals of the addresses that signed in last, the latest first. */
function knownSeals(context: Context): string[] {
  return getCookie(context, KNOWN_COOKIE)?.split('.', MAX_KNOWN) ?? []
}

function knownText(email: string): string {
  return `known ${email}`
}

/** Holds no secret. The challenge is stored under a seal of both fields, so that a changed cookie leads nowhere. */
function encodeChallenge(challenge: Challenge): string {
  return Buffer.from(JSON.stringify(challenge)).toString('base64url')
}

function readChallenge(context: Context): Challenge | undefined {
  const cookie = challengeCookie(context)
  if (cookie === undefined) return undefined
  try {
    return challengeSchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

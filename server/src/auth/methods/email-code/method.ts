import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { emailCodeContract, MAX_EMAIL_LENGTH } from '../../../contract/sign-in.ts'
import { DomainError } from '../../../errors.ts'
import type { AuthLimits } from '../../rate-limits.ts'
import { isSealOf, seal } from '../../session-key.ts'
import type { Sessions } from '../../sessions.ts'
import type { SignInMethod } from '../../sign-in-method.ts'
import type { Challenge } from './challenge-store.ts'
import type { Challenges } from './challenges.ts'

export interface EmailCodeOptions {
  challenges: Challenges
  limits: AuthLimits
  /** Seals the cookie of a browser in which an address has signed in. */
  key: string
  codeExpiresInS: number
  readClient: (context: Context) => { address: string; isSecure: boolean }
  log: { info(message: string): void }
}

const CHALLENGE_COOKIE = 'sketch-search.challenge'
const CHALLENGE_PATH = '/api'
/** Marks a browser in which an address has signed in: requests of others do not use up its limits. */
const KNOWN_COOKIE = 'sketch-search.known'
const KNOWN_PATH = '/api/auth'
const KNOWN_FOR_S = 180 * 24 * 3600

const challengeSchema = z.object({
  id: z.string().regex(/^[\w-]{24}$/),
  email: z.email().max(MAX_EMAIL_LENGTH),
})

/** Signing in with a code that is sent by e-mail. */
export function createEmailCodeMethod(options: EmailCodeOptions): SignInMethod {
  const { challenges, readClient } = options
  return {
    kind: 'otp',
    mount: (app, sessions) => void app.route('/api/auth/otp', routes(options, sessions)),
    async isInProgress(context) {
      const challenge = readChallenge(context)
      return challenge !== undefined && challenges.isOpen(challenge)
    },
    cancel: (context) => void deleteCookie(context, CHALLENGE_COOKIE, { path: CHALLENGE_PATH }),
  }

  function routes({ limits, key, codeExpiresInS, log }: EmailCodeOptions, sessions: Sessions): OpenAPIHono {
    const router = new OpenAPIHono({
      // The application turns it into the response to every invalid request.
      defaultHook(result) {
        if (!result.success) throw result.error
      },
    })
    const attributes = (context: Context) =>
      ({ httpOnly: true, sameSite: 'Lax', secure: readClient(context).isSecure }) as const

    router.openapi(emailCodeContract.start, async (context) => {
      const email = context.req.valid('json').email.toLowerCase()
      const known = getCookie(context, KNOWN_COOKIE)
      const isKnown = known !== undefined && isSealOf(known, key, knownText(email))
      await limits.start(readClient(context).address, email, isKnown)
      setCookie(context, CHALLENGE_COOKIE, encodeChallenge(challenges.start(email)), {
        ...attributes(context),
        path: CHALLENGE_PATH,
        maxAge: codeExpiresInS,
      })
      return context.json({ state: 'challenge_issued' as const }, 200)
    })

    router.openapi(emailCodeContract.verify, async (context) => {
      const { address } = readClient(context)
      await limits.verify(address)
      const challenge = readChallenge(context)
      if (challenge === undefined)
        throw new DomainError('challenge_gone', 'No code was asked for in this browser: ask for one.')
      const user = await challenges.verify(challenge, context.req.valid('json').code)
      await sessions.begin(context, user.id)
      log.info(`${JSON.stringify(challenge.email)} has signed in from ${address}.`)
      deleteCookie(context, CHALLENGE_COOKIE, { path: CHALLENGE_PATH })
      setCookie(context, KNOWN_COOKIE, seal(key, knownText(challenge.email)), {
        ...attributes(context),
        path: KNOWN_PATH,
        maxAge: KNOWN_FOR_S,
      })
      return context.json({ state: 'authenticated' as const, role: user.role }, 200)
    })
    return router
  }
}

function knownText(email: string): string {
  return `known ${email}`
}

/** Holds no secret. The challenge is stored under a seal of both fields, so that a changed cookie leads nowhere. */
function encodeChallenge(challenge: Challenge): string {
  return Buffer.from(JSON.stringify(challenge)).toString('base64url')
}

function readChallenge(context: Context): Challenge | undefined {
  const cookie = getCookie(context, CHALLENGE_COOKIE)
  if (cookie === undefined) return undefined
  try {
    return challengeSchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

import { z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { ROLES } from '../accounts/accounts.ts'
import type { Auth, Challenge } from '../auth/auth.ts'
import type { AuthLimits } from '../auth/rate-limits.ts'
import { DomainError } from '../errors.ts'
import type { Client } from './middleware/client-address.ts'
import { createRouter, type HttpEnv, json, type Router, route } from './routing.ts'

export interface SessionOptions {
  /** undefined: nobody has to sign in. */
  auth: Auth | undefined
  limits: AuthLimits
  codeExpiresInS: number
  readClient: (context: Context) => Client
  log: { info(message: string): void }
}

const CHALLENGE_COOKIE = 'sketch-search.challenge'
const CHALLENGE_PATH = '/api'
/** Of a browser in which somebody has signed in before. */
const KNOWN_COOKIE = 'sketch-search.known'
const KNOWN_FOR_S = 180 * 24 * 3600
/** What the page asks for by itself: that keeps no session alive. */
const PASSIVE_PATHS = /^\/api\/(session|index\/status|fs\/events)\/?$/
const MAX_EMAIL = 254

export const roleSchema = z.enum(ROLES)
const challengeSchema = z.object({ id: z.string().regex(/^[\w-]{24}$/), email: z.email().max(MAX_EMAIL) })
export const emailField = z
  .email('it is no e-mail address')
  .max(MAX_EMAIL)
  .openapi({ example: 'anna@example.org' })

const sessionSchema = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('anonymous') }),
    z.object({ state: z.literal('challenge_issued') }),
    z.object({ state: z.literal('authenticated'), role: roleSchema }),
  ])
  .openapi('Session')

/** Tells of each request to the API who sends it, and gives cookies of sessions that are prolonged or over. */
export function authenticate({
  auth,
  readClient,
}: Pick<SessionOptions, 'auth' | 'readClient'>): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    if (auth === undefined) {
      // Without sign-in, whoever reaches the server is admin.
      context.set('role', 'admin')
      return next()
    }
    const { headers } = context.req.raw
    const extendsSession = !PASSIVE_PATHS.test(context.req.path)
    const { role, email, cookies } = await auth.authenticate(headers, { extendsSession })
    context.set('role', role)
    if (email !== undefined) context.set('email', email)
    context.set(
      'isStillSignedIn',
      async () => (await auth.authenticate(headers, { extendsSession: false })).role !== undefined,
    )
    await next()
    giveCookies(context, cookies, readClient(context).isSecure)
  }
}

/** The part of the session that is there with and without sign-in. */
export function sessionRoutes({ auth, readClient }: Pick<SessionOptions, 'auth' | 'readClient'>): Router {
  const router = createRouter()
  router.openapi(
    route('public', {
      method: 'get',
      path: '/',
      summary: 'Who is signed in, or how far signing in has come',
      responses: { 200: { description: 'The state.', ...json(sessionSchema) } },
    }),
    async (context) => {
      context.header('Cache-Control', 'no-store')
      const role = context.get('role')
      if (role !== undefined) return context.json({ state: 'authenticated' as const, role }, 200)
      const challenge = challengeOf(context)
      const isOpen = challenge !== undefined && (await auth?.isOpen(challenge)) === true
      return context.json({ state: isOpen ? ('challenge_issued' as const) : ('anonymous' as const) }, 200)
    },
  )
  if (auth === undefined) return router

  router.openapi(
    route('public', {
      method: 'post',
      path: '/logout',
      summary: 'Sign out: the session ends on the server',
      responses: { 200: { description: 'Nobody is signed in.', ...json(sessionSchema) } },
    }),
    async (context) => {
      const cookies = await auth.signOut(context.req.raw.headers)
      giveCookies(context, cookies, readClient(context).isSecure)
      deleteCookie(context, CHALLENGE_COOKIE, { path: CHALLENGE_PATH })
      // The pictures that the browser has kept.
      context.header('Clear-Site-Data', '"cache"')
      return context.json({ state: 'anonymous' as const }, 200)
    },
  )
  return router
}

/** Signing in by a code that is sent by e-mail. */
export function otpRoutes({
  auth,
  limits,
  codeExpiresInS,
  readClient,
  log,
}: SessionOptions & { auth: Auth }): Router {
  const router = createRouter()
  const body = <S extends z.ZodType>(schema: S) => ({ body: { required: true, ...json(schema) } })

  router.openapi(
    route('public', {
      method: 'post',
      path: '/start',
      summary: 'Ask for a code by e-mail; the answer is the same whether or not anybody has the address',
      request: body(z.object({ email: emailField })),
      responses: {
        200: { description: 'A code is on its way, if somebody has the address.', ...json(sessionSchema) },
      },
    }),
    async (context) => {
      const email = context.req.valid('json').email.toLowerCase()
      const client = readClient(context)
      const isKnown = getCookie(context, KNOWN_COOKIE) === auth.knownBrowserToken(email)
      await limits.start(client.address, email, isKnown)
      const challenge = auth.start(email)
      setCookie(context, CHALLENGE_COOKIE, encodeChallenge(challenge), {
        path: CHALLENGE_PATH,
        httpOnly: true,
        sameSite: 'Lax',
        secure: client.isSecure,
        maxAge: codeExpiresInS,
      })
      return context.json({ state: 'challenge_issued' as const }, 200)
    },
  )

  router.openapi(
    route('public', {
      method: 'post',
      path: '/verify',
      summary: 'Sign in with the code, in the browser that asked for it',
      request: body(z.object({ code: z.string().min(1).max(100) })),
      responses: { 200: { description: 'Signed in.', ...json(sessionSchema) } },
    }),
    async (context) => {
      const { code } = context.req.valid('json')
      const client = readClient(context)
      await limits.verify(client.address)
      const challenge = challengeOf(context)
      if (challenge === undefined)
        throw new DomainError('challenge_gone', 'No code was asked for in this browser: ask for one.')
      const { role, cookies } = await auth.verify(challenge, code, context.req.raw.headers)
      log.info(`${JSON.stringify(challenge.email)} has signed in from ${client.address}.`)
      giveCookies(context, cookies, client.isSecure)
      deleteCookie(context, CHALLENGE_COOKIE, { path: CHALLENGE_PATH })
      setCookie(context, KNOWN_COOKIE, auth.knownBrowserToken(challenge.email), {
        path: '/api/auth',
        httpOnly: true,
        sameSite: 'Lax',
        secure: client.isSecure,
        maxAge: KNOWN_FOR_S,
      })
      return context.json({ state: 'authenticated' as const, role }, 200)
    },
  )
  return router
}

/** Of two cookies of one name the first stands: it is of whoever knew more. */
function giveCookies(context: Context, cookies: readonly string[], isSecure: boolean): void {
  const given = new Set(context.res.headers.getSetCookie().map(nameOf))
  for (const cookie of cookies) {
    if (given.has(nameOf(cookie))) continue
    context.header('Set-Cookie', isSecure ? `${cookie}; Secure` : cookie, { append: true })
  }
}

function nameOf(cookie: string): string {
  return cookie.slice(0, cookie.indexOf('='))
}

/** Nothing in it is secret from the browser that holds it, and changed it leads nowhere. */
function encodeChallenge(challenge: Challenge): string {
  return Buffer.from(JSON.stringify(challenge)).toString('base64url')
}

function challengeOf(context: Context): Challenge | undefined {
  const cookie = getCookie(context, CHALLENGE_COOKIE)
  if (cookie === undefined) return undefined
  try {
    return challengeSchema.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

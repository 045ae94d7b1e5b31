import type { Context, MiddlewareHandler } from 'hono'
import { type ApiKeys, isApiKey } from '../../accounts/api-keys.ts'
import { addCookie } from '../../auth/cookies.ts'
import type { SignIn } from '../../auth/sign-in-method.ts'
import type { HttpEnv } from '../../contract/routes.ts'

/** Requests that any page sends without user action. They do not extend a session. */
const PASSIVE_PATHS = /^\/api\/(session|index\/status|fs\/events|images\/[^/]+\/thumbnail)\/?$/
/** Marks other requests that the page sends by itself (`web/src/api/request.ts`). */
const PASSIVE_HEADER = 'x-passive'
const BEARER = /^Bearer +(\S+) *$/i

/**
 * Sets the role of each request by its API key or its session, and updates the cookie of a session that is extended or has ended.
 * @param signIn undefined: without sign-in, every client is admin
 */
export function authenticate(
  signIn: Pick<SignIn, 'sessions' | 'keys'> | undefined,
): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    if (signIn === undefined) {
      context.set('role', 'admin')
      return next()
    }
    const { sessions, keys } = signIn
    const [, token] = BEARER.exec(context.req.header('authorization') ?? '') ?? []
    if (token !== undefined && isApiKey(token)) {
      await authenticateByKey(context, keys, token)
      return next()
    }
    const isPassive = context.req.header(PASSIVE_HEADER) !== undefined || PASSIVE_PATHS.test(context.req.path)
    const { role, userId, email, cookies } = await sessions.authenticate(context, {
      extendsSession: !isPassive,
    })
    context.set('role', role)
    if (userId !== undefined) context.set('userId', userId)
    if (email !== undefined) context.set('email', email)
    context.set(
      'isStillSignedIn',
      async () => (await sessions.authenticate(context, { extendsSession: false })).role !== undefined,
    )
    await next()
    for (const cookie of cookies) addCookie(context, cookie)
  }
}

/** A request with a wrong key is anonymous, even if it has the cookie of a session. */
async function authenticateByKey(context: Context<HttpEnv>, keys: ApiKeys, token: string): Promise<void> {
  context.set('hasApiKey', true)
  context.set('isStillSignedIn', async () => (await keys.authenticate(token)) !== undefined)
  const owner = await keys.authenticate(token)
  context.set('role', owner?.role)
  if (owner === undefined) return
  context.set('userId', owner.id)
  context.set('email', owner.email)
}

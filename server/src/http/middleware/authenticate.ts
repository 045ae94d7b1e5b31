import type { MiddlewareHandler } from 'hono'
import { addCookie } from '../../auth/cookies.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { HttpEnv } from '../../contract/routes.ts'

/** Requests that the page sends without user action. They do not extend a session. */
const PASSIVE_PATHS = /^\/api\/(session|index\/status|fs\/events)\/?$/

/**
 * Sets the role of each request, and updates the cookie of a session that is extended or has ended.
 * @param sessions undefined: without sign-in, every client is admin
 */
export function authenticate(sessions: Sessions | undefined): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    if (sessions === undefined) {
      context.set('role', 'admin')
      return next()
    }
    const extendsSession = !PASSIVE_PATHS.test(context.req.path)
    const { role, userId, email, cookies } = await sessions.authenticate(context, { extendsSession })
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

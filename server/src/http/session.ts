import type { SignIn } from '../auth/sign-in-method.ts'
import { sessionSchema } from '../contract/sign-in.ts'
import { createRouter, json, type Router, route } from './routing.ts'

/**
 * Routes of the session, which are the same for all methods of signing in.
 * @param signIn undefined: without sign-in, every client is admin
 */
export function sessionRoutes(signIn: SignIn | undefined): Router {
  const router = createRouter()
  router.openapi(
    route('public', {
      method: 'get',
      path: '/',
      summary: 'Role of the client, or the state of signing in',
      responses: { 200: { description: 'The state.', ...json(sessionSchema) } },
    }),
    async (context) => {
      context.header('Cache-Control', 'no-store')
      if ((await signIn?.method.isInProgress(context)) === true)
        return context.json({ state: 'challenge_issued' as const }, 200)
      const role = context.get('role')
      if (role === undefined) return context.json({ state: 'anonymous' as const }, 200)
      return context.json({ state: 'authenticated' as const, role }, 200)
    },
  )

  router.openapi(
    route('public', {
      method: 'post',
      path: '/logout',
      summary: 'Sign out: the session ends on the server',
      responses: { 200: { description: 'Signed out.', ...json(sessionSchema) } },
    }),
    async (context) => {
      await signIn?.sessions.end(context)
      signIn?.method.cancel(context)
      // Deletes the images that the browser has cached.
      context.header('Clear-Site-Data', '"cache"')
      return context.json({ state: 'anonymous' as const }, 200)
    },
  )
  return router
}

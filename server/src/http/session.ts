import type { SignIn } from '../auth/sign-in-method.ts'
import { sessionSchema } from '../contract/sign-in.ts'
import { createRouter, json, type Router, route } from './routing.ts'

/**
 * Routes of the session that all methods of signing in share.
 * @param signIn undefined: nobody has to sign in
 */
export function sessionRoutes(signIn: SignIn | undefined): Router {
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
      const isInProgress = (await signIn?.method.isInProgress(context)) === true
      return context.json(
        { state: isInProgress ? ('challenge_issued' as const) : ('anonymous' as const) },
        200,
      )
    },
  )
  if (signIn === undefined) return router

  router.openapi(
    route('public', {
      method: 'post',
      path: '/logout',
      summary: 'Sign out: the session ends on the server',
      responses: { 200: { description: 'Nobody is signed in.', ...json(sessionSchema) } },
    }),
    async (context) => {
      await signIn.sessions.end(context)
      signIn.method.cancel(context)
      // Deletes the images that the browser has cached.
      context.header('Clear-Site-Data', '"cache"')
      return context.json({ state: 'anonymous' as const }, 200)
    },
  )
  return router
}

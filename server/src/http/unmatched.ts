import type { Context } from 'hono'
import type { HttpEnv } from '../contract/routes.ts'
import { respondWithUnmatched } from './errors.ts'
import type { Router } from './routing.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Responds to a request that no route has handled: 405 if the path has routes of other methods, else 404. */
export function respondToUnmatched(app: Router, context: Context<HttpEnv>): Response {
  const allowed = METHODS.filter((method) => hasRoute(app, method, context.req.path))
  // The route of this method has found nothing.
  if (allowed.includes(context.req.method)) return respondWithUnmatched(context, [])
  if (allowed.includes('GET')) allowed.splice(1, 0, 'HEAD')
  return respondWithUnmatched(context, allowed)
}

/** Middleware matches paths with `*` or all methods; what remains is a route. */
function hasRoute(app: Router, method: string, path: string): boolean {
  const [matches] = app.router.match(method, path)
  return matches.some(([[, route]]) => route.method === method && !route.path.includes('*'))
}

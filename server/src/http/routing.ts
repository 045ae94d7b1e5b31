import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { ROLES, type Role } from '../contract/roles.ts'
import { defineRoute } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { HttpEnv } from './env.ts'
import { readInput } from './input/read-input.ts'

export { json } from '../contract/routes.ts'
export type { HttpEnv } from './env.ts'

export type Router = OpenAPIHono<HttpEnv>

/**
 * A router whose `openapi` describes a route as the library does, but reads the input with `readInput`: the validators of the
 * library stop at the first problem, refuse JSON without a content type and read forms of any size.
 */
export function createRouter(): Router {
  const router = new OpenAPIHono<HttpEnv>({ strict: false })
  const add = (
    definition: RouteConfig & { getRoutingPath(): string },
    handler: MiddlewareHandler<HttpEnv>,
  ) => {
    const { middleware = [], ...description } = definition
    router.openAPIRegistry.registerPath(description)
    const handlers = [middleware, readInput(description.request), handler].flat()
    return router.on([description.method], [definition.getRoutingPath()], ...handlers)
  }
  router.openapi = add as Router['openapi']
  return router
}

/**
 * A route with the role that it needs: `public` for everybody. The role is enforced before anything else is looked at
 * and written into the OpenAPI document.
 */
export function route<const R extends Omit<RouteConfig, 'middleware'>>(role: Role | 'public', config: R) {
  return defineRoute(role, { ...config, middleware: role === 'public' ? [] : [requireRole(role)] })
}

/** Whether the content of an answer is described here or is just bytes. */
export function binary(...contentTypes: string[]) {
  const schema = z.any().openapi({ type: 'string', format: 'binary' })
  return { content: Object.fromEntries(contentTypes.map((type) => [type, { schema }])) }
}

function requireRole(needed: Role): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    context.set('neededRole', needed)
    const role = context.get('role')
    if (role === undefined) throw unauthorized()
    if (ROLES.indexOf(role) < ROLES.indexOf(needed))
      throw new DomainError('forbidden', 'Insufficient permissions')
    return next()
  }
}

export function unauthorized(): DomainError {
  return new DomainError('not_signed_in', 'Authentication required')
}

import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import type { Handler, MiddlewareHandler } from 'hono'
import { ROLES, type Role } from '../contract/roles.ts'
import { type Contract, defineRoute, type Handlers, type HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { readInput } from './input/read-input.ts'

export type { HttpEnv } from '../contract/routes.ts'
export { binary, json } from '../contract/routes.ts'

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

/** Adds the routes of a contract. Input is read by `readInput`, after the role has been checked. */
export function mount<C extends Contract>(app: Router, contract: C, handlers: Handlers<C>): void {
  for (const [name, definition] of Object.entries(contract)) {
    const { method, request, 'x-role': role } = definition
    app.openAPIRegistry.registerPath(definition)
    const checks = role === 'public' ? [] : [requireRole(role)]
    const handler = handlers[name] as Handler<HttpEnv>
    app.on([method], [definition.getRoutingPath()], ...checks, readInput(request), handler)
  }
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

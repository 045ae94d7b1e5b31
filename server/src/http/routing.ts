import type { Handler, Hono, MiddlewareHandler } from 'hono'
import { ROLES, type Role } from '../contract/roles.ts'
import type { ApiDefinition, Contract, Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { readInput } from './input/read-input.ts'

export type Router = Hono<HttpEnv>

/** Every contract of an API needs handlers. */
export type ApiHandlers<A extends ApiDefinition> = { readonly [Name in keyof A]: Handlers<A[Name]> }

/** Adds the routes of all contracts, in their order. */
export function mountAll<A extends ApiDefinition>(app: Router, api: A, handlers: ApiHandlers<A>): void {
  for (const [name, contract] of Object.entries<Contract>(api)) addRoutes(app, contract, handlers[name] ?? {})
}

/** Adds the routes of a contract. */
export function mount<C extends Contract>(app: Router, contract: C, handlers: Handlers<C>): void {
  addRoutes(app, contract, handlers)
}

/**
 * The role is checked before anything else in a request is read.
 * @param handlers by the names of the routes; the types of `mount` and `mountAll` hold both together
 */
function addRoutes(app: Router, contract: Contract, handlers: Readonly<Record<string, unknown>>): void {
  for (const [name, definition] of Object.entries(contract)) {
    const { method, request, 'x-role': role } = definition
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

import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { ROLES, type Role } from '../contract/roles.ts'
import { defineRoute } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import { respondWithInvalid } from './errors.ts'

export { json } from '../contract/routes.ts'

export interface HttpEnv {
  Variables: {
    role: Role | undefined
    /** The role that the route needs. */
    neededRole?: Role
    /** Of whoever is signed in. */
    email?: string
    /** For answers that go on and on; absent where nobody has to sign in. */
    isStillSignedIn?: () => Promise<boolean>
  }
}

export type Router = OpenAPIHono<HttpEnv>

export function createRouter(): Router {
  return new OpenAPIHono<HttpEnv>({
    strict: false,
    defaultHook: (result, context) =>
      result.success ? undefined : respondWithInvalid(result.error, context),
  })
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

/** To whoever is nobody. */
export function unauthorized(context: Context): Response {
  return context.json({ error: 'Sign in first.', code: 'not_signed_in' }, 401)
}

function requireRole(needed: Role): MiddlewareHandler<HttpEnv> {
  return async (context, next) => {
    context.set('neededRole', needed)
    const role = context.get('role')
    if (role === undefined) return unauthorized(context)
    if (ROLES.indexOf(role) < ROLES.indexOf(needed)) {
      return context.json(
        { error: `This needs the role ${needed}; yours is ${role}.`, code: 'forbidden' },
        403,
      )
    }
    return next()
  }
}

/**
 * The value of a field that holds JSON.
 * @throws {DomainError} `invalid_request`
 */
export function parseJson(text: string, field: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DomainError('invalid_request', `${field} is not valid JSON.`, { cause: error })
  }
}

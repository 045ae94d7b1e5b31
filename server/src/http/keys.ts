import type { Context } from 'hono'
import type { User } from '../accounts/accounts.ts'
import type { ApiKey } from '../accounts/api-keys.ts'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { keyContract } from './contract/keys.ts'

export function keyHandlers({ keys }: Pick<SignIn, 'keys'>): Handlers<typeof keyContract> {
  return {
    async list(context) {
      const found = await keys.list(userOf(context).id)
      return context.json({ keys: found.map(toJson) }, 200)
    },
    async create(context) {
      const owner = personOf(context)
      const { name, role = owner.role } = context.req.valid('json')
      const { token, ...key } = await keys.create(owner, { name, role })
      return context.json({ ...toJson(key), token }, 201)
    },
    async revoke(context) {
      await keys.revoke(personOf(context).id, context.req.valid('param').key_id)
      return context.body(null, 204)
    },
  }
}

function userOf(context: Context<HttpEnv>): Pick<User, 'id' | 'role'> {
  const { userId: id, role } = context.var
  if (id === undefined || role === undefined)
    throw new DomainError('not_signed_in', 'Authentication required')
  return { id, role }
}

/** A stolen key must not create others that outlive it. */
function personOf(context: Context<HttpEnv>): Pick<User, 'id' | 'role'> {
  if (context.var.hasApiKey === true)
    throw new DomainError('forbidden', 'Keys are created and revoked by people who have signed in.')
  return userOf(context)
}

function toJson({ id, name, role, createdAt, usedAt }: ApiKey) {
  return { id, name, role, created_at: createdAt, used_at: usedAt ?? null }
}

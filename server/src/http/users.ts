import type { Users } from '../accounts/accounts.ts'
import type { Handlers } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { userContract } from './contract/users.ts'

export function userHandlers(users: Users): Handlers<typeof userContract> {
  return {
    async list(context) {
      const { page = 1, page_size: limit = 10, email, role } = context.req.valid('query')
      const offset = Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER)
      return context.json(await users.list({ email, role }, { offset, limit }), 200)
    },
    async add(context) {
      const { email, role = 'user', id } = context.req.valid('json')
      return context.json(await users.add(email, role, id), 201)
    },
    async get(context) {
      const user = await users.get(context.req.valid('param').user_id)
      if (user === undefined) throw new DomainError('user_not_found', 'User not found')
      return context.json(user, 200)
    },
    async change(context) {
      const user = await users.update(context.req.valid('param').user_id, context.req.valid('json'))
      return context.json(user, 201)
    },
    async remove(context) {
      await users.remove(context.req.valid('param').user_id)
      return context.body(null, 204)
    },
  }
}

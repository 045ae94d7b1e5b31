import { z } from '@hono/zod-openapi'
import type { Users } from '../accounts/accounts.ts'
import { integer, optional, text, uuid } from '../contract/input.ts'
import { emailSchema, roleSchema } from '../contract/sign-in.ts'
import { DomainError } from '../errors.ts'
import { createRouter, json, type Router, route } from './routing.ts'

const userSchema = z.object({ id: z.uuid(), email: z.string(), role: roleSchema }).openapi('User')
const parameters = z.object({ user_id: uuid })
const addSchema = z.object({
  email: emailSchema,
  role: roleSchema.optional(),
  id: optional(uuid).openapi({ description: 'Kept as the id of the user.' }),
})
const changeSchema = z.object({ email: emailSchema.optional(), role: roleSchema.optional() })
const listSchema = z.object({
  page: optional(integer({ min: 1, max: Number.MAX_SAFE_INTEGER, default: 1 })),
  page_size: optional(integer({ min: 0, max: Number.MAX_SAFE_INTEGER, default: 10 })),
  email: optional(text({ max: 320, description: 'Part of the address.' })),
  role: optional(roleSchema),
})

/** Routes that manage users and their roles. */
export function userRoutes(users: Users): Router {
  const router = createRouter()

  router.openapi(
    route('admin', {
      method: 'get',
      path: '/',
      summary: 'Users, by address',
      request: { query: listSchema },
      responses: {
        200: {
          description: 'A page of them, and how many match.',
          ...json(z.object({ users: z.array(userSchema), total: z.int() })),
        },
      },
    }),
    async (context) => {
      const { page = 1, page_size: limit = 10, email, role } = context.req.valid('query')
      const offset = Math.min((page - 1) * limit, Number.MAX_SAFE_INTEGER)
      return context.json(await users.list({ email, role }, { offset, limit }), 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'post',
      path: '/',
      summary: 'Add a user',
      request: { body: { required: true, ...json(addSchema) } },
      responses: { 201: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) => {
      const { email, role = 'user', id } = context.req.valid('json')
      return context.json(await users.add(email, role, id), 201)
    },
  )

  router.openapi(
    route('admin', {
      method: 'get',
      path: '/{user_id}',
      summary: 'One user',
      request: { params: parameters },
      responses: { 200: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) => {
      const user = await users.get(context.req.valid('param').user_id)
      if (user === undefined) throw new DomainError('user_not_found', 'User not found')
      return context.json(user, 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'put',
      path: '/{user_id}',
      summary: 'Change the address, the role or both of a user, who has to sign in again',
      request: { params: parameters, body: { required: true, ...json(changeSchema) } },
      responses: { 201: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) =>
      context.json(await users.update(context.req.valid('param').user_id, context.req.valid('json')), 201),
  )

  router.openapi(
    route('admin', {
      method: 'delete',
      path: '/{user_id}',
      summary: 'Remove a user, whose sessions end',
      request: { params: parameters },
      responses: { 204: { description: 'Removed, or not there.' } },
    }),
    async (context) => {
      await users.remove(context.req.valid('param').user_id)
      return context.body(null, 204)
    },
  )
  return router
}

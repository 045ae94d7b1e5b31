import { z } from '@hono/zod-openapi'
import type { Users } from '../accounts/accounts.ts'
import { emailSchema, roleSchema } from '../contract/sign-in.ts'
import { DomainError } from '../errors.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import { storable } from './schemas.ts'

const userSchema = z.object({ id: z.string(), email: z.string(), role: roleSchema }).openapi('User')
const changeSchema = z.object({ email: emailSchema, role: roleSchema })
const idParameter = z.object({ id: z.string().min(1).max(100) })

/** Routes that manage users and their roles. */
export function userRoutes(users: Users): Router {
  const router = createRouter()
  const body = { body: { required: true, ...json(changeSchema) } }

  router.openapi(
    route('admin', {
      method: 'get',
      path: '/',
      summary: 'Users, by address',
      request: {
        query: z.object({
          page: z.coerce.number().int().min(1).default(1),
          page_size: z.coerce.number().int().min(1).max(1000).default(10),
          email: storable(z.string().max(320)).optional().openapi({ description: 'Part of the address.' }),
          role: roleSchema.optional(),
        }),
      },
      responses: {
        200: {
          description: 'A page of them, and how many match.',
          ...json(z.object({ users: z.array(userSchema), total: z.int() })),
        },
      },
    }),
    async (context) => {
      const { page, page_size: limit, email, role } = context.req.valid('query')
      const filter = { email: email || undefined, role }
      return context.json(await users.list(filter, { offset: (page - 1) * limit, limit }), 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'post',
      path: '/',
      summary: 'Add a user',
      request: body,
      responses: { 201: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) => {
      const { email, role } = context.req.valid('json')
      return context.json(await users.add(email, role), 201)
    },
  )

  router.openapi(
    route('admin', {
      method: 'get',
      path: '/{id}',
      summary: 'One user',
      request: { params: idParameter },
      responses: { 200: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) => {
      const user = await users.get(context.req.valid('param').id)
      if (user === undefined) throw new DomainError('user_not_found', 'There is no user of this id.')
      return context.json(user, 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'put',
      path: '/{id}',
      summary: 'Change the address or the role of a user, who has to sign in again',
      request: { params: idParameter, ...body },
      responses: { 201: { description: 'The user.', ...json(userSchema) } },
    }),
    async (context) =>
      context.json(await users.update(context.req.valid('param').id, context.req.valid('json')), 201),
  )

  router.openapi(
    route('admin', {
      method: 'delete',
      path: '/{id}',
      summary: 'Remove a user, whose sessions end',
      request: { params: idParameter },
      responses: { 204: { description: 'Removed.' } },
    }),
    async (context) => {
      await users.remove(context.req.valid('param').id)
      return context.body(null, 204)
    },
  )
  return router
}

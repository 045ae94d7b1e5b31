import { z } from '@hono/zod-openapi'
import { integer, optional, text, uuid } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { emailSchema, roleSchema } from '../../contract/sign-in.ts'

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

/** Users and their roles. */
export const userContract = {
  list: defineRoute('admin', {
    method: 'get',
    path: '/api/users',
    summary: 'Users, by address',
    request: { query: listSchema },
    responses: {
      200: {
        description: 'A page of them, and how many match.',
        ...json(z.object({ users: z.array(userSchema), total: z.int() })),
      },
    },
  }),
  add: defineRoute('admin', {
    method: 'post',
    path: '/api/users',
    summary: 'Add a user',
    request: { body: { required: true, ...json(addSchema) } },
    responses: { 201: { description: 'The user.', ...json(userSchema) } },
  }),
  get: defineRoute('admin', {
    method: 'get',
    path: '/api/users/{user_id}',
    summary: 'One user',
    request: { params: parameters },
    responses: { 200: { description: 'The user.', ...json(userSchema) } },
  }),
  change: defineRoute('admin', {
    method: 'put',
    path: '/api/users/{user_id}',
    summary: 'Change the address, the role or both of a user, who has to sign in again',
    request: { params: parameters, body: { required: true, ...json(changeSchema) } },
    responses: { 201: { description: 'The user.', ...json(userSchema) } },
  }),
  remove: defineRoute('admin', {
    method: 'delete',
    path: '/api/users/{user_id}',
    summary: 'Remove a user, whose sessions end',
    request: { params: parameters },
    responses: { 204: { description: 'Removed, or not there.' } },
  }),
}

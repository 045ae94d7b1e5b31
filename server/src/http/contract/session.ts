import { z } from '@hono/zod-openapi'
import { defineRoute, json } from '../../contract/routes.ts'
import { roleSchema, sessionSchema } from '../../contract/sign-in.ts'

const accountSchema = z
  .object({
    email: z.string().nullable().describe('Address of the user; null on a server without sign-in.'),
    role: roleSchema,
  })
  .openapi('Account')

/** Routes of the session, which are the same for all methods of signing in. */
export const sessionContract = {
  get: defineRoute('public', {
    method: 'get',
    path: '/api/session',
    summary: 'Role of the client, or the state of signing in',
    responses: { 200: { description: 'The state.', ...json(sessionSchema) } },
  }),
  account: defineRoute('user', {
    method: 'get',
    path: '/api/account',
    summary: 'Address and role of the user whose session or API key the request has',
    responses: { 200: { description: 'The user.', ...json(accountSchema) } },
  }),
  logout: defineRoute('public', {
    method: 'post',
    path: '/api/session/logout',
    summary: 'Sign out: the session ends on the server',
    responses: { 200: { description: 'Signed out.', ...json(sessionSchema) } },
  }),
}

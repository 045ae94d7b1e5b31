import { defineRoute, json } from '../../contract/routes.ts'
import { sessionSchema } from '../../contract/sign-in.ts'

/** Routes of the session, which are the same for all methods of signing in. */
export const sessionContract = {
  get: defineRoute('public', {
    method: 'get',
    path: '/api/session',
    summary: 'Role of the client, or the state of signing in',
    responses: { 200: { description: 'The state.', ...json(sessionSchema) } },
  }),
  logout: defineRoute('public', {
    method: 'post',
    path: '/api/session/logout',
    summary: 'Sign out: the session ends on the server',
    responses: { 200: { description: 'Signed out.', ...json(sessionSchema) } },
  }),
}

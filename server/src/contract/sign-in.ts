import { z } from '@hono/zod-openapi'
import { ROLES } from './roles.ts'
import { defineRoute, json } from './routes.ts'

export const MAX_EMAIL_LENGTH = 254

export const roleSchema = z.enum(ROLES)
export const emailSchema = z
  .email('it is no e-mail address')
  .max(MAX_EMAIL_LENGTH)
  .openapi({ example: 'anna@example.org' })

export const sessionSchema = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('anonymous') }),
    z.object({ state: z.literal('challenge_issued') }),
    z.object({ state: z.literal('authenticated'), role: roleSchema }),
  ])
  .openapi('Session')

/** Routes below `/api/auth/otp`. */
export const emailCodeContract = {
  start: defineRoute('public', {
    method: 'post',
    path: '/start',
    summary: 'Ask for a code by e-mail; the answer is the same whether or not anybody has the address',
    request: { body: { required: true, ...json(z.object({ email: emailSchema })) } },
    responses: {
      200: { description: 'A code is on its way, if somebody has the address.', ...json(sessionSchema) },
    },
  }),
  verify: defineRoute('public', {
    method: 'post',
    path: '/verify',
    summary: 'Sign in with the code, in the browser that asked for it',
    request: { body: { required: true, ...json(z.object({ code: z.string().min(1).max(100) })) } },
    responses: { 200: { description: 'Signed in.', ...json(sessionSchema) } },
  }),
}

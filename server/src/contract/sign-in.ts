import { z } from '@hono/zod-openapi'
import { MAX_EMAIL_LENGTH, parseEmail } from './email.ts'
import { choice, InputProblem, readText, scalar } from './input.ts'
import { ROLES } from './roles.ts'
import { defineRoute, json } from './routes.ts'

export const roleSchema = choice(ROLES, { type: 'enum' })

export const emailSchema = scalar<string>(
  (input) => {
    const text = readText(input, 0, 2 * MAX_EMAIL_LENGTH)
    if (text instanceof InputProblem) return text
    const reason = text.includes('@') ? 'It is no valid address.' : 'An email address must have an @-sign.'
    return (
      parseEmail(text) ??
      new InputProblem('value_error', `value is not a valid email address: ${reason}`, { reason })
    )
  },
  { type: 'string', format: 'email', example: 'anna@example.org' },
)

export const sessionSchema = z
  .discriminatedUnion('state', [
    z.object({ state: z.literal('anonymous') }),
    z.object({ state: z.literal('challenge_issued') }),
    z.object({ state: z.literal('authenticated'), role: roleSchema }),
  ])
  .openapi('Session')

/** A code of any length, so that every wrong one gets the same response. The body has a limit. */
const codeSchema = scalar<string>((input) => readText(input, 0, 16 * 1024), { type: 'string' })

/** Routes of signing in with a code. */
export const emailCodeContract = {
  start: defineRoute('public', {
    method: 'post',
    path: '/api/auth/otp/start',
    summary: 'Ask for a code by e-mail; the response is the same whether or not a user has the address',
    request: { body: { required: true, ...json(z.object({ email: emailSchema })) } },
    responses: {
      200: { description: 'A code is on its way if a user has the address.', ...json(sessionSchema) },
    },
  }),
  verify: defineRoute('public', {
    method: 'post',
    path: '/api/auth/otp/verify',
    summary: 'Sign in with the code, in the browser that asked for it',
    request: { body: { required: true, ...json(z.object({ code: codeSchema })) } },
    responses: { 200: { description: 'Signed in.', ...json(sessionSchema) } },
  }),
}

import { z } from '@hono/zod-openapi'
import { MAX_KEY_NAME } from '../../accounts/api-keys.ts'
import { text } from '../../contract/input.ts'
import { defineRoute, json, SESSION } from '../../contract/routes.ts'
import { roleSchema } from '../../contract/sign-in.ts'

const keySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    created_at: z.iso.datetime(),
    used_at: z.iso.datetime().nullable().describe('Accurate to an hour; null if it has not been used.'),
  })
  .openapi('ApiKey')
const createSchema = z.object({
  name: text({ min: 1, max: MAX_KEY_NAME, description: 'Purpose of the key.' }),
  role: roleSchema.optional().describe('Default: the role of the owner, which is also the highest one.'),
})

/** API keys, with which programs act for a user: `Authorization: Bearer TOKEN`. */
export const keyContract = {
  list: defineRoute('user', {
    method: 'get',
    path: '/api/keys',
    summary: 'Your API keys, the newest first',
    responses: { 200: { description: 'The keys.', ...json(z.object({ keys: z.array(keySchema) })) } },
  }),
  create: defineRoute('user', {
    method: 'post',
    path: '/api/keys',
    summary: 'Create an API key; needs a session',
    security: [SESSION],
    request: { body: { required: true, ...json(createSchema) } },
    responses: {
      201: {
        description: 'The key with its token, which is shown only now.',
        ...json(keySchema.extend({ token: z.string() }).openapi('CreatedApiKey')),
      },
    },
  }),
  revoke: defineRoute('user', {
    method: 'delete',
    path: '/api/keys/{key_id}',
    summary: 'Revoke an API key, which stops working at once; needs a session',
    security: [SESSION],
    request: { params: z.object({ key_id: text({ max: 100 }) }) },
    responses: { 204: { description: 'Revoked.' } },
  }),
}

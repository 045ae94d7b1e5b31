import { createRoute, type RouteConfig, z } from '@hono/zod-openapi'
import type { Role } from './roles.ts'

const errorSchema = z
  .object({
    error: z.string().openapi({ description: 'One clear sentence.' }),
    code: z.string().openapi({ description: 'A stable word for programs.', example: 'image_not_found' }),
    detail: z
      .union([
        z.string(),
        z.array(
          z.object({
            type: z.string(),
            loc: z.array(z.union([z.string(), z.int()])),
            msg: z.string(),
            input: z.unknown(),
            ctx: z.record(z.string(), z.unknown()).optional(),
          }),
        ),
      ])
      .openapi({ description: 'With status 422 each problem with the input; otherwise the sentence.' }),
  })
  .openapi('Error')

/**
 * Defines a route with its role and the response to every error.
 * @param role `public`: no session is needed
 */
export function defineRoute<const R extends RouteConfig>(role: Role | 'public', config: R) {
  const errors = { default: { description: 'An error', ...json(errorSchema) } }
  // Handlers throw errors instead of returning them, therefore the type of the response leaves them out.
  const responses = { ...config.responses, ...errors } as R['responses']
  return createRoute({ ...config, responses, 'x-role': role })
}

/** Content of a request or a response. */
export function json<S extends z.ZodType>(schema: S) {
  return { content: { 'application/json': { schema } } }
}

import { z } from '@hono/zod-openapi'
import { defineRoute, json } from '../../contract/routes.ts'

const statusSchema = <const Word extends string>(word: Word) => z.object({ status: z.literal(word) })

/** Routes for monitoring the server. */
export const healthContract = {
  health: defineRoute('public', {
    method: 'get',
    path: '/health',
    summary: 'Whether the process runs',
    responses: { 200: { description: 'It does.', ...json(statusSchema('ok')) } },
  }),
  ready: defineRoute('public', {
    method: 'get',
    path: '/ready',
    summary: 'Whether the database answers, the embedder is loaded and files can be stored; else 503',
    responses: { 200: { description: 'All of this is true.', ...json(statusSchema('ready')) } },
  }),
  metrics: defineRoute('public', {
    method: 'get',
    path: '/metrics',
    summary: 'Measurements for Prometheus',
    responses: {
      200: { description: 'Prometheus text.', content: { 'text/plain': { schema: z.string() } } },
    },
  }),
}

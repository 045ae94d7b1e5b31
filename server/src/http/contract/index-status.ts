import { z } from '@hono/zod-openapi'
import { flag, optional } from '../../contract/input.ts'
import { defineRoute, json } from '../../contract/routes.ts'
import { indexStatusSchema } from '../index-status-schema.ts'
import { failureSchema, querySchema } from '../schemas.ts'

const acceptedSchema = z.object({ status: z.literal('success') })

/** The state of the index, and the files that could not be indexed. */
export const indexStatusContract = {
  status: defineRoute('user', {
    method: 'get',
    path: '/api/index/status',
    summary: 'State and progress of the index',
    responses: { 200: { description: 'The state of the index.', ...json(indexStatusSchema) } },
  }),
  failures: defineRoute('user', {
    method: 'get',
    path: '/api/index/failures',
    summary: 'Files that could not be indexed',
    request: { query: querySchema.pick({ page: true, items_per_page: true }) },
    responses: {
      200: {
        description: 'One page of them, by path.',
        ...json(z.object({ failures: z.array(failureSchema), total: z.int() })),
      },
    },
  }),
  retryFailures: defineRoute('editor', {
    method: 'post',
    path: '/api/index/failures/retry',
    summary: 'Try all failed files again',
    responses: {
      200: { description: 'They are queued.', ...json(acceptedSchema.extend({ retried: z.int() })) },
    },
  }),
  reconcile: defineRoute('admin', {
    method: 'post',
    path: '/api/index/reconcile',
    summary: 'Compare the whole folder with the index now',
    request: {
      query: z.object({
        accept_missing: optional(flag({ description: 'Forget files that are gone, however many they are.' })),
      }),
    },
    responses: {
      200: { description: 'It has been compared; new files are queued.', ...json(acceptedSchema) },
    },
  }),
}

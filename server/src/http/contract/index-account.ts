import { z } from '@hono/zod-openapi'
import { defineRoute, json } from '../../contract/routes.ts'
import { LEFT_OUT_RULES } from '../../gallery/include.ts'

export const MAX_LISTED_FOLDERS = 1_000
const MAX_REREAD_PATHS = 10_000

const indexAccountSchema = z
  .object({
    found: z.int().describe('Files of the watched folder: the sum of all other numbers.'),
    indexed: z.int(),
    failed: z.int().describe('Listed by `/api/index/failures`, each with its reason.'),
    pending: z.int().describe('Found, and not indexed with the present embedder yet.'),
    left_out: z
      .array(
        z.object({
          rule: z.enum(LEFT_OUT_RULES),
          count: z.int(),
          example: z.string().describe('Path of one of the files.'),
        }),
      )
      .describe('Files that a rule leaves out. A link, or a folder that can’t be read, counts as one.'),
    folders: z
      .array(
        z.object({
          path: z.string(),
          rule: z.enum(LEFT_OUT_RULES),
          files: z.int().describe('Files in it and below it; part of `left_out`.'),
          reason: z.string().nullable(),
        }),
      )
      .describe('Folders that are left out as a whole, by path; at most 1,000.'),
  })
  .openapi('IndexAccount')

export type IndexAccountJson = z.output<typeof indexAccountSchema>

const rereadSchema = z
  .object({
    all: z.literal(true).optional().describe('Every file.'),
    directory: z.string().max(4096).optional().describe('A folder with all below it; `.` is the root.'),
    paths: z.array(z.string().max(4096)).min(1).max(MAX_REREAD_PATHS).optional(),
  })
  .refine(
    (body) => Object.values(body).filter((value) => value !== undefined).length === 1,
    'give one of all, directory and paths',
  )
  .openapi('Reread', { minProperties: 1, maxProperties: 1 })
export type Reread = z.output<typeof rereadSchema>

/** Routes that account for every file of the watched folder, and that read files again. */
export const indexAccountContract = {
  account: defineRoute('user', {
    method: 'get',
    path: '/api/index/account',
    summary: 'State of each file of the watched folder',
    responses: {
      200: {
        description: 'Every file is indexed, failed, pending, or left out under a rule.',
        ...json(indexAccountSchema),
      },
    },
  }),
  reread: defineRoute('editor', {
    method: 'post',
    path: '/api/index/reread',
    summary: 'Read files again, whatever their size and times are',
    request: { body: { required: true, ...json(rereadSchema) } },
    responses: {
      200: {
        description: 'The files are queued.',
        ...json(z.object({ status: z.literal('success'), queued: z.int() })),
      },
    },
  }),
}

import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import { LEFT_OUT_RULES } from '../gallery/include.ts'
import { parseExistingPath, ROOT } from '../gallery/paths.ts'
import type { IndexQueue } from '../indexing/indexer.ts'
import { type RereadSelection, reread } from '../indexing/reread.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import { createRouter, json, type Router, route } from './routing.ts'

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

const MAX_FOLDERS = 1_000
const MAX_REREAD_PATHS = 10_000

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
  .openapi('Reread')

export interface IndexAccountOptions {
  catalog: Catalog
  sync: Pick<GallerySync, 'unindexed' | 'recheck'>
  indexer: Pick<IndexQueue, 'enqueue'>
}

/** Routes that account for every file of the watched folder, and that read files again. */
export function indexAccountRoutes({ catalog, sync, indexer }: IndexAccountOptions): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'get',
      path: '/account',
      summary: 'What became of each file of the watched folder',
      responses: {
        200: {
          description: 'Every file is indexed, failed, pending, or left out under a rule.',
          ...json(indexAccountSchema),
        },
      },
    }),
    async (context) => context.json(await indexAccount(catalog, sync), 200),
  )

  router.openapi(
    route('editor', {
      method: 'post',
      path: '/reread',
      summary: 'Read files again, whatever their size and times are',
      request: { body: json(rereadSchema) },
      responses: {
        200: {
          description: 'The files are queued.',
          ...json(z.object({ status: z.literal('success'), queued: z.int() })),
        },
      },
    }),
    async (context) => {
      const selection = selectionOf(context.req.valid('json'))
      const queued = await reread(catalog, indexer, selection)
      // New files among them are found, too.
      sync.recheck('paths' in selection ? selection.paths : ['all' in selection ? ROOT : selection.directory])
      return context.json({ status: 'success' as const, queued }, 200)
    },
  )
  return router
}

function selectionOf({ directory, paths }: z.output<typeof rereadSchema>): RereadSelection {
  if (paths !== undefined) return { paths: paths.map(parseExistingPath) }
  return directory === undefined ? { all: true } : { directory: parseExistingPath(directory) }
}

/** Adds up what became of the files of the watched folder. */
export async function indexAccount(
  catalog: Catalog,
  sync: Pick<GallerySync, 'unindexed'>,
): Promise<IndexAccountJson> {
  const { indexed, unembedded, failed } = await catalog.images.counts()
  const { sums, folders } = await catalog.files.leftOutSums(MAX_FOLDERS)
  const pending = unembedded + sync.unindexed
  const leftOut = sums.filter(({ files }) => files > 0)
  return {
    found: indexed + failed + pending + leftOut.reduce((sum, { files }) => sum + files, 0),
    indexed,
    failed,
    pending,
    left_out: leftOut.map(({ rule, files, example }) => ({ rule, count: files, example })),
    folders: folders.map(({ path, rule, files, reason }) => ({ path, rule, files, reason: reason ?? null })),
  }
}

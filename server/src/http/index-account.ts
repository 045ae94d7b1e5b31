import { z } from '@hono/zod-openapi'
import type { Catalog } from '../catalog/catalog.ts'
import { LEFT_OUT_RULES } from '../gallery/include.ts'
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

export interface IndexAccountOptions {
  catalog: Catalog
  sync: Pick<GallerySync, 'unindexed'>
}

/** The route that accounts for every file of the watched folder. */
export function indexAccountRoutes({ catalog, sync }: IndexAccountOptions): Router {
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
  return router
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

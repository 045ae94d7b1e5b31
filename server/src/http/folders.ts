import { z } from '@hono/zod-openapi'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { flag, optional } from '../contract/input.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import { directoryOf, ROOT } from '../gallery/paths.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import { createRouter, json, type Router, route } from './routing.ts'
import {
  failureSchema,
  type IndexStatusJson,
  indexStatusSchema,
  pageOf,
  querySchema,
  type WatchedDirectoryJson,
  watchedDirectorySchema,
} from './schemas.ts'

export interface FolderRoutesOptions {
  catalog: Catalog
  embedder: EmbedderClient
  /** The words of an embedder without a text encoder. */
  vocabulary: Vocabulary | undefined
  /** Another embedder that images have vectors of. */
  previousEmbedder: string | undefined
  indexer: Indexer
  backfill: Pick<Backfill, 'pending'>
  sync: GallerySync
  storage: Pick<StorageMonitor, 'problem'>
  /** undefined: without sign-in. */
  signIn: Pick<SignIn, 'method'> | undefined
}

export function watchedDirectoryRoutes({ catalog, sync }: FolderRoutesOptions): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'get',
      path: '/watched-directories',
      summary: 'The tree of folders',
      responses: { 200: { description: 'The root with its children.', ...json(watchedDirectorySchema) } },
    }),
    async (context) => {
      const counts = new Map(
        (await catalog.images.countByDirectory()).map(({ directory, images }) => [directory, images]),
      )
      return context.json(directoryTree(sync.folders, counts), 200)
    },
  )
  return router
}

export function indexRoutes({
  catalog,
  embedder,
  vocabulary,
  previousEmbedder,
  indexer,
  backfill,
  sync,
  storage,
  signIn,
}: FolderRoutesOptions): Router {
  const router = createRouter()
  const accepted = z.object({ status: z.literal('success') })

  router.openapi(
    route('user', {
      method: 'get',
      path: '/status',
      summary: 'How far the index is',
      responses: { 200: { description: 'The state of the index.', ...json(indexStatusSchema) } },
    }),
    async (context) => {
      const { indexed, unembedded, failed } = await catalog.images.counts()
      const { ratePerSecond, etaSeconds, pending } = indexer.progress()
      const status: IndexStatusJson = {
        indexed,
        failed,
        pending,
        embedder: embedder.name,
        dimensions: embedder.dimensions,
        watching: sync.watching,
        last_reconcile: sync.lastScan === undefined ? null : new Date(sync.lastScan).toISOString(),
        rate_per_s: ratePerSecond,
        eta_s: etaSeconds,
        to_embed: unembedded,
        metadata_pending: backfill.pending,
        previous_embedder: unembedded > 0 ? (previousEmbedder ?? null) : null,
        words: wordsStatus(embedder, vocabulary),
        auth: signIn?.method.kind ?? 'none',
        embedder_state: embedder.processId === undefined ? 'not_working' : 'working',
        absence: sync.massRemoval ?? null,
        problem: sync.problem ?? storage.problem?.message ?? null,
        storage_problem: storage.problem?.code ?? null,
        polling_reason: sync.pollingReason ?? null,
      }
      return context.json(status, 200)
    },
  )

  router.openapi(
    route('user', {
      method: 'get',
      path: '/failures',
      summary: 'Files that could not be indexed',
      request: { query: querySchema.pick({ page: true, items_per_page: true }) },
      responses: {
        200: {
          description: 'One page of them, by path.',
          ...json(z.object({ failures: z.array(failureSchema), total: z.int() })),
        },
      },
    }),
    async (context) => {
      const { failures, total } = await catalog.failures.list(pageOf(context.req.valid('query')))
      const list = failures.map(({ path, code, reason, failedAt }) => ({
        path,
        code,
        reason,
        failed_at: new Date(failedAt).toISOString(),
      }))
      return context.json({ failures: list, total }, 200)
    },
  )

  router.openapi(
    route('editor', {
      method: 'post',
      path: '/failures/retry',
      summary: 'Try all failed files again',
      responses: { 200: { description: 'They are queued.', ...json(accepted.extend({ retried: z.int() })) } },
    }),
    async (context) => {
      const retried = await catalog.failures.clear()
      await sync.scan()
      return context.json({ status: 'success' as const, retried }, 200)
    },
  )

  router.openapi(
    route('admin', {
      method: 'post',
      path: '/reconcile',
      summary: 'Compare the whole folder with the index now',
      request: {
        query: z.object({
          accept_missing: optional(
            flag({ description: 'Forget files that are gone, however many they are.' }),
          ),
        }),
      },
      responses: { 200: { description: 'It has been compared; new files are queued.', ...json(accepted) } },
    }),
    async (context) => {
      const { accept_missing: acceptsMissing = false } = context.req.valid('query')
      await sync.scan({ acceptsMissing })
      return context.json({ status: 'success' as const }, 200)
    },
  )
  return router
}

/** Folders with images are in the tree even before they have been looked at in this run. */
function directoryTree(
  folders: ReadonlyMap<string, FolderTimes>,
  counts: ReadonlyMap<string, number>,
): WatchedDirectoryJson {
  const nodes = new Map<string, WatchedDirectoryJson>()
  nodeOf(ROOT)
  for (const path of [...folders.keys(), ...counts.keys()].sort()) nodeOf(path)
  return nodes.get(ROOT)!

  function nodeOf(path: string): WatchedDirectoryJson {
    const known = nodes.get(path)
    if (known !== undefined) return known
    const times = folders.get(path)
    const node: WatchedDirectoryJson = {
      path,
      parent: path === ROOT ? null : directoryOf(path),
      created_at: new Date(times?.createdAt ?? 0).toISOString(),
      modified_at: new Date(times?.modifiedAt ?? 0).toISOString(),
      image_count: counts.get(path) ?? 0,
      children: [],
    }
    nodes.set(path, node)
    if (path !== ROOT) nodeOf(directoryOf(path)).children.push(node)
    return node
  }
}

function wordsStatus(
  { embedsText }: Pick<EmbedderClient, 'embedsText'>,
  vocabulary: Vocabulary | undefined,
): IndexStatusJson['words'] {
  if (vocabulary !== undefined)
    return { kind: 'vocabulary', language: vocabulary.language, count: vocabulary.size }
  return { kind: embedsText ? 'any' : 'none', language: null, count: null }
}

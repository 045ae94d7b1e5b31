import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { ReadOnlyFolders } from '../images/write-access.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { FormerIndex } from '../search/former-index.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import type { indexStatusContract } from './contract/index-status.ts'
import type { IndexStatusJson } from './index-status-schema.ts'
import { mayReveal, type RevealAccess } from './reveal.ts'
import { pageOf } from './schemas.ts'

export interface IndexStatusOptions extends RevealAccess {
  catalog: Catalog
  embedder: EmbedderClient
  /** The words of an embedder without a text encoder. */
  vocabulary: Vocabulary | undefined
  /** Another embedder that has vectors of images. */
  previousEmbedder: string | undefined
  former: { index: Pick<FormerIndex, 'answers' | 'check'> | undefined; problem: string | undefined }
  indexer: Indexer
  backfill: Pick<Backfill, 'pending'>
  sync: GallerySync
  storage: Pick<StorageMonitor, 'problem'>
  /** undefined: without sign-in. */
  signIn: Pick<SignIn, 'method'> | undefined
  /** Number of users in the database although nobody has to sign in. */
  ignoredUsers: number
  trash: Pick<Trash, 'days'>
  maxUploadBytes: number
  readOnlyFolders: ReadOnlyFolders
}

export function indexStatusHandlers(options: IndexStatusOptions): Handlers<typeof indexStatusContract> {
  const { catalog, sync } = options
  return {
    async status(context) {
      const status = await statusOf(options)
      const { folders, isAll } = await options.readOnlyFolders()
      const readOnly = { read_only: folders, is_read_only: isAll }
      return context.json({ ...status, ...readOnly, can_reveal: mayReveal(context, options) }, 200)
    },
    async failures(context) {
      const { failures, total } = await catalog.failures.list(pageOf(context.req.valid('query')))
      const list = failures.map(({ path, code, reason, failedAt }) => ({
        path,
        code,
        reason,
        failed_at: new Date(failedAt).toISOString(),
      }))
      return context.json({ failures: list, total }, 200)
    },
    async retryFailures(context) {
      const retried = await catalog.failures.clear()
      await sync.scan()
      return context.json({ status: 'success' as const, retried }, 200)
    },
    async reconcile(context) {
      const { accept_missing: acceptsMissing = false } = context.req.valid('query')
      await sync.scan({ acceptsMissing })
      return context.json({ status: 'success' as const }, 200)
    },
  }
}

async function statusOf({
  catalog,
  embedder,
  vocabulary,
  previousEmbedder,
  former,
  indexer,
  backfill,
  sync,
  storage,
  signIn,
  ignoredUsers,
  trash,
  maxUploadBytes,
}: IndexStatusOptions): Promise<Omit<IndexStatusJson, 'can_reveal' | 'read_only' | 'is_read_only'>> {
  const { indexed, unembedded, failed } = await catalog.images.counts()
  await former.index?.check()
  const { ratePerSecond, etaSeconds, pending } = indexer.progress()
  return {
    indexed,
    failed,
    pending,
    embedder: embedder.name,
    dimensions: embedder.dimensions,
    watching: sync.watching,
    unwatched: sync.isUnwatched,
    last_reconcile: sync.lastScan === undefined ? null : new Date(sync.lastScan).toISOString(),
    rate_per_s: ratePerSecond,
    eta_s: etaSeconds,
    to_embed: unembedded,
    metadata_pending: backfill.pending,
    previous_embedder: unembedded > 0 ? (previousEmbedder ?? null) : null,
    search_embedder: former.index?.answers ? (previousEmbedder ?? embedder.name) : embedder.name,
    search_problem: unembedded > 0 ? (former.problem ?? null) : null,
    words: wordsStatus(embedder, vocabulary),
    auth: signIn?.method.kind ?? 'none',
    ignored_users: ignoredUsers,
    trash_days: trash.days,
    max_upload_bytes: maxUploadBytes,
    embedder_state: embedder.processId === undefined ? 'not_working' : 'working',
    absence: absenceOf(sync),
    problem: sync.problem ?? storage.problem?.message ?? null,
    storage_problem: storage.problem?.code ?? null,
    polling_reason: sync.pollingReason ?? null,
  }
}

function absenceOf({ massRemoval }: GallerySync): IndexStatusJson['absence'] {
  return massRemoval === undefined ? null : { ...massRemoval, places: [...(massRemoval.places ?? [])] }
}

function wordsStatus(
  { embedsText }: Pick<EmbedderClient, 'embedsText'>,
  vocabulary: Vocabulary | undefined,
): IndexStatusJson['words'] {
  if (vocabulary !== undefined)
    return { kind: 'vocabulary', languages: [...vocabulary.languages], count: vocabulary.size }
  return { kind: embedsText ? 'any' : 'none', languages: [], count: null }
}

import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { parseExistingPath, ROOT } from '../gallery/paths.ts'
import type { IndexQueue } from '../indexing/indexer.ts'
import { type RereadSelection, reread } from '../indexing/reread.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import {
  type IndexAccountJson,
  type indexAccountContract,
  MAX_LISTED_FOLDERS,
  type Reread,
} from './contract/index-account.ts'

export interface IndexAccountOptions {
  catalog: Catalog
  sync: Pick<GallerySync, 'unindexed' | 'recheck'>
  indexer: Pick<IndexQueue, 'enqueue'>
}

export function indexAccountHandlers({
  catalog,
  sync,
  indexer,
}: IndexAccountOptions): Handlers<typeof indexAccountContract> {
  return {
    account: async (context) => context.json(await indexAccount(catalog, sync), 200),
    async reread(context) {
      const selection = selectionOf(context.req.valid('json'))
      const queued = await reread(catalog, indexer, selection)
      // New files among them are found, too.
      sync.recheck('paths' in selection ? selection.paths : ['all' in selection ? ROOT : selection.directory])
      return context.json({ status: 'success' as const, queued }, 200)
    },
  }
}

function selectionOf({ directory, paths }: Reread): RereadSelection {
  if (paths !== undefined) return { paths: paths.map(parseExistingPath) }
  return directory === undefined ? { all: true } : { directory: parseExistingPath(directory) }
}

/** Counts the files of the watched folder by their state. */
export async function indexAccount(
  catalog: Catalog,
  sync: Pick<GallerySync, 'unindexed'>,
): Promise<IndexAccountJson> {
  const { indexed, unembedded, failed } = await catalog.images.counts()
  const { sums, folders } = await catalog.files.leftOutSums(MAX_LISTED_FOLDERS)
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

import type { Catalog, FailureRecord } from '../catalog/catalog.ts'
import type { EventBus } from '../events.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { removeUnusedContent } from './unused-content.ts'

/** Records that a file can't be indexed. It replaces an image of an earlier version of the file, whose content may be unused then. */
export async function replaceByFailure(
  failure: FailureRecord,
  { catalog, thumbnails, events }: { catalog: Catalog; thumbnails: ThumbnailStore; events: EventBus },
): Promise<void> {
  const { path } = failure
  const replaced = await catalog.failures.put(failure)
  if (replaced !== undefined) {
    events.emit('fileDeleted', { path })
    await removeUnusedContent(catalog, thumbnails, [replaced])
  }
  events.emit('fileFailed', { path })
}

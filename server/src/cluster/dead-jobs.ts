import type { Catalog } from '../catalog/catalog.ts'
import type { EventBus } from '../events.ts'
import type { GalleryFiles } from '../gallery/gallery-files.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { replaceByFailure } from '../indexing/replace-by-failure.ts'
import type { DeadFileJob } from './job-queue.ts'

export interface DeadJobOptions {
  catalog: Catalog
  files: GalleryFiles
  thumbnails: ThumbnailStore
  events: EventBus
}

/** Records the failure of a file that has not changed since, and that no later job has indexed. */
export async function recordDeadJob(
  { path, bytes, modifiedAt, reason }: DeadFileJob,
  { catalog, files, thumbnails, events }: DeadJobOptions,
): Promise<void> {
  const now = await files.stat(path).catch(() => undefined)
  if (now?.bytes !== bytes || now.modifiedAt !== modifiedAt) return
  const image = await catalog.images.getByPath(path)
  const isCurrent = image?.bytes === bytes && image.modifiedAt === modifiedAt
  // After a change of the embedder, the image of this version may still lack a vector.
  if (isCurrent && (await catalog.vectors.embeddedContents([image.contentHash])).length > 0) return
  await replaceByFailure(
    {
      path,
      bytes,
      modifiedAt,
      inode: String(now.inode),
      contentHash: undefined,
      code: 'internal_error',
      reason: `Indexing it has failed repeatedly: ${reason}.`,
      failedAt: Date.now(),
    },
    { catalog, thumbnails, events },
  )
}

import type { Catalog } from '../catalog/catalog.ts'
import { messageOf } from '../errors.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'

export interface MaintenanceOptions {
  catalog: Catalog
  queries: SavedQueries
  thumbnails: ThumbnailStore
  trash: Pick<Trash, 'removeExpired'>
  /** Whether other processes delete images, too: their thumbnails here are removed later. A single process removes them after a scan. */
  isShared: boolean
  log: { warn(message: string): void }
}

const EXPIRY_INTERVAL_MS = 3_600_000
const ORPHAN_REMOVAL_INTERVAL_MS = 24 * 3_600_000

/** Removes expired queries, images in the trash and orphaned thumbnails, now and at intervals. @returns a function that stops this */
export function startMaintenance({
  catalog,
  queries,
  thumbnails,
  trash,
  isShared,
  log,
}: MaintenanceOptions): () => void {
  const removeExpiredQueries = () =>
    void queries
      .removeExpired()
      .catch((error) => log.warn(`Old searches could not be removed: ${messageOf(error)}`))
  const removeOrphans = () =>
    void thumbnails
      .removeOrphans((hashes) => catalog.images.unknownContents(hashes))
      .catch((error) => log.warn(`Orphaned thumbnails could not be removed: ${messageOf(error)}`))
  const removeExpiredImages = () =>
    void trash
      .removeExpired()
      .catch((error) => log.warn(`Old images in the trash could not be removed: ${messageOf(error)}`))
  removeExpiredQueries()
  removeExpiredImages()
  const timers = [removeExpiredQueries, removeExpiredImages].map((remove) =>
    setInterval(remove, EXPIRY_INTERVAL_MS).unref(),
  )
  if (isShared) {
    removeOrphans()
    timers.push(setInterval(removeOrphans, ORPHAN_REMOVAL_INTERVAL_MS).unref())
  }
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

import type { Users } from '../accounts/accounts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { messageOf } from '../errors.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { Log } from '../log.ts'
import { releaseQueries, removeExpiredQueries, type SavedQueries } from '../saved-queries/saved-queries.ts'

export interface MaintenanceOptions {
  catalog: Catalog
  queries: SavedQueries
  thumbnails: ThumbnailStore
  /** undefined for a process without the folder of the gallery. */
  trash: Pick<Trash, 'removeExpired' | 'repair'> | undefined
  /** undefined without sign-in. */
  users: Pick<Users, 'removedIds'> | undefined
  /** Whether other processes delete images, too: their thumbnails here are removed later. A single process removes them after a scan. */
  isShared: boolean
  log: Pick<Log, 'warn'>
}

const EXPIRY_INTERVAL_MS = 3_600_000
const ORPHAN_REMOVAL_INTERVAL_MS = 24 * 3_600_000

/**
 * Removes expired queries, images in the trash and orphaned thumbnails, and brings collections in step with the gallery, now and at
 * intervals.
 * @returns a function that stops this
 */
export function startMaintenance({
  catalog,
  queries,
  thumbnails,
  trash,
  users,
  isShared,
  log,
}: MaintenanceOptions): () => void {
  const maintainQueries = () =>
    void removeExpiredQueries(queries, () => catalog.collections.searches()).catch((error) =>
      log.warn(`Old searches could not be removed: ${messageOf(error)}`),
    )
  const removeOrphans = () =>
    void thumbnails
      .removeOrphans((hashes) => catalog.images.unknownContents(hashes))
      .catch((error) => log.warn(`Orphaned thumbnails could not be removed: ${messageOf(error)}`))
  const warnOfTrash = (error: unknown) =>
    log.warn(`The trash could not be brought up to date: ${messageOf(error)}`)
  let isMaintainingTrash = false
  const maintainTrash = async () => {
    // A drive may keep a run waiting until the next one is due.
    if (isMaintainingTrash) return
    isMaintainingTrash = true
    await trash?.repair().catch(warnOfTrash)
    await trash?.removeExpired().catch(warnOfTrash)
    isMaintainingTrash = false
  }
  const refreshCollections = () =>
    void updateCollections({ catalog, queries, users }).catch((error) =>
      log.warn(`Collections could not be compared with the gallery: ${messageOf(error)}`),
    )
  maintainQueries()
  void maintainTrash()
  refreshCollections()
  const timers = [maintainQueries, maintainTrash, refreshCollections].map((work) =>
    setInterval(work, EXPIRY_INTERVAL_MS).unref(),
  )
  if (isShared) {
    removeOrphans()
    timers.push(setInterval(removeOrphans, ORPHAN_REMOVAL_INTERVAL_MS).unref())
  }
  return () => {
    for (const timer of timers) clearInterval(timer)
  }
}

/** Removes what belonged to removed users, and finds images again that have other ids. */
async function updateCollections({
  catalog,
  queries,
  users,
}: Pick<MaintenanceOptions, 'catalog' | 'queries' | 'users'>): Promise<void> {
  if (users !== undefined) {
    const removed = await catalog.collections.removePrivate(await users.removedIds())
    if (removed.length > 0) await releaseQueries(queries, removed, await catalog.collections.searches())
  }
  await catalog.collections.refresh()
}

import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import type { WatchTable } from './tables/watch-table.ts'

/** Keeps the table of folders in step with the folders that the leader has listed. */
export class PublishedFolders {
  readonly #watch: Pick<WatchTable, 'putFolders'>
  #published = new Map<string, FolderTimes>()
  #areAllPublished = false

  constructor(watch: Pick<WatchTable, 'putFolders'>) {
    this.#watch = watch
  }

  /** Before the first scan has ended, the list of folders is incomplete. */
  async publish(sync: Pick<GallerySync, 'folders' | 'lastScan'>): Promise<void> {
    const isAll = sync.lastScan !== undefined && !this.#areAllPublished
    const now = new Map(sync.folders)
    const seen = [...now].filter(
      ([directory, status]) => isAll || isChanged(this.#published.get(directory), status),
    )
    const gone = [...this.#published.keys()].filter((directory) => !now.has(directory))
    await this.#watch.putFolders(
      seen.map(([directory, times]) => ({ directory, ...times })),
      gone,
      isAll,
    )
    this.#published = now
    this.#areAllPublished ||= isAll
  }
}

function isChanged(before: FolderTimes | undefined, now: FolderTimes): boolean {
  return before?.createdAt !== now.createdAt || before.modifiedAt !== now.modifiedAt
}

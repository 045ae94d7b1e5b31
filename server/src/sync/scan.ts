import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError } from '../errors.ts'
import { ROOT } from '../gallery/paths.ts'
import type { FileStat } from '../gallery/stat-file.ts'
import { walk } from '../gallery/walk.ts'
import { removeAllUnusedContent, removeUnusedContent } from '../indexing/unused-content.ts'
import type { Account } from './account.ts'
import type { PlanExecutor } from './apply.ts'
import type { Changes } from './changes.ts'
import type { SyncContext } from './context.ts'
import type { FolderTree } from './folder-tree.ts'
import type { Hints } from './hints.ts'
import type { InodeStability } from './inode-stability.ts'
import type { MountPoints } from './mount-points.ts'
import { countKnown, type Removals } from './removals.ts'
import type { GalleryRoot } from './root-monitor.ts'
import type { UnreadableEntries } from './unreadable-entries.ts'

export interface ScannerOptions {
  context: SyncContext
  gallery: GalleryRoot
  tree: FolderTree
  executor: PlanExecutor
  changes: Changes
  removals: Removals
  unreadable: UnreadableEntries
  mountPoints: MountPoints
  inodes: InodeStability
  hints: Hints
  account: Account
  /** Whether the system reports changes, if only in a part of the gallery. */
  isWatching(): boolean
  /** The root is readable: folders are listed from now on. */
  onListing(): void
}

/** Delay after which file-system events have arrived. */
const EVENT_LATENCY_MS = 100

/** Compares the whole gallery with the catalog. */
export class Scanner {
  /** Milliseconds since 1970; undefined until a first scan has passed. */
  lastScan: number | undefined
  readonly #options: ScannerOptions
  readonly #context: SyncContext
  #hasRemovedAllUnused = false
  #hasRemovedOrphans = false

  constructor(options: ScannerOptions) {
    this.#options = options
    this.#context = options.context
  }

  /**
   * @returns whether hints were applied on the way
   * @throws {DomainError} `directory_not_found` if the gallery could not be read at some point, or something else was in doubt: unseen files may exist
   */
  async scan(acceptsMissing: boolean): Promise<boolean> {
    const { isClosed } = this.#context
    const { gallery, inodes, mountPoints, executor, isWatching } = this.#options
    await gallery.assertReadable()
    await inodes.update()
    await mountPoints.begin()
    await this.#options.account.load()
    this.#options.onListing()
    const newFiles = await this.#compareFolders()
    if (newFiles === undefined) return false
    await executor.take(newFiles)
    const walkedAt = performance.now()
    const hasHints = await this.#drainHints()
    this.#assertReliable()
    // Files that vanished after the walk may have been moved a moment ago.
    await this.#finish(acceptsMissing, isWatching() ? walkedAt : Infinity)
    if (!isClosed()) this.lastScan = Date.now()
    return hasHints
  }

  #assertReliable(): void {
    const { root, log, currentDoubt } = this.#context
    const doubt = currentDoubt()
    if (doubt === undefined) return
    const text = `The scan of ${root} is unreliable (${doubt}) and will be repeated.`
    // The monitor of the root logs an unreadable one itself.
    if (doubt !== 'root unreadable') log.warn(text)
    throw new DomainError('directory_not_found', text)
  }

  /** @returns files at new paths; undefined if sync was closed meanwhile */
  async #compareFolders(): Promise<FileStat[] | undefined> {
    const { root, catalog, indexer, isClosed, doubt } = this.#context
    const { tree, changes, account } = this.#options
    const visited = new Set<string>()
    const unreadable: string[] = []
    const onUnreadable = (directory: string, error: unknown) => {
      unreadable.push(directory)
      // Without the root, nothing has been scanned.
      if (directory === ROOT) doubt('root unreadable')
      else changes.unreadable(directory, error, true)
    }
    // Without rows, no file can have moved, so files are indexed during the walk.
    const isFirst = (await countKnown(catalog)) === 0
    const newFiles: FileStat[] = []
    const enter = (directory: string) => tree.enter(directory)
    for await (const listing of walk(root, this.#context.walk, onUnreadable, ROOT, enter)) {
      if (isClosed()) return undefined
      visited.add(listing.directory)
      const found = await changes.compare(listing, true)
      if (isFirst) indexer.enqueue(found)
      else for (const file of found) newFiles.push(file)
    }
    await tree.markUnvisited(ROOT, visited, unreadable)
    await account.scanned(visited, unreadable)
    return newFiles
  }

  /** A file that moved during the walk may have been missed at both places; its events have been reported. */
  async #drainHints(): Promise<boolean> {
    const { changes, hints, isWatching } = this.#options
    if (!isWatching() || this.#context.missing.size === 0) return false
    await sleep(EVENT_LATENCY_MS)
    const taken = hints.take()
    await changes.apply(taken)
    return taken.length > 0
  }

  /** Removes missing files, and rows without references. */
  async #finish(acceptsMissing: boolean, before: number): Promise<void> {
    const { catalog, thumbnails, isClosed } = this.#context
    const { removals, mountPoints, unreadable, gallery, executor } = this.#options
    const kept = await removals.remove({ acceptsMissing, before, isWhole: true })
    if (isClosed()) return
    await mountPoints.settle(kept)
    await removals.accountForAbsent()
    await unreadable.recordConfirmed()
    if (removals.massRemoval === undefined) gallery.trustDevice()
    // Other changes that remove the last image of a content remove the content as well.
    const replaced = [...executor.replacedContents]
    if (replaced.length > 0) await removeUnusedContent(catalog, thumbnails, replaced)
    for (const hash of replaced) executor.replacedContents.delete(hash)
    await this.#removeAllUnusedOnce()
    await this.#removeOrphansOnce()
  }

  /** Removes contents that a crash left behind, once. */
  async #removeAllUnusedOnce(): Promise<void> {
    const { catalog, thumbnails, isClosed } = this.#context
    if (this.#hasRemovedAllUnused) return
    await removeAllUnusedContent(catalog, thumbnails, isClosed)
    this.#hasRemovedAllUnused = true
  }

  /** Removes thumbnails that a crash left behind, once, while no thumbnail is being written. */
  async #removeOrphansOnce(): Promise<void> {
    const { catalog, indexer, thumbnails } = this.#context
    if (this.#hasRemovedOrphans || !indexer.isIdle) return
    this.#hasRemovedOrphans = true
    await thumbnails.removeOrphans((hashes) => catalog.images.unknownContents(hashes))
  }
}

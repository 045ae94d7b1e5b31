import { lstat } from '../gallery/disk.ts'
import type { UnreadableEntry } from '../gallery/list-folder.ts'
import { toAbsolute } from '../gallery/paths.ts'
import type { SyncContext } from './context.ts'

/**
 * Entries with the name of an image that can't be read, such as pipes. One in place of an indexed image waits until the removal
 * of that image is confirmed: the image may have been moved.
 */
export class UnreadableEntries {
  readonly #context: SyncContext
  readonly #onRecorded: () => void
  readonly #waiting = new Map<string, UnreadableEntry>()

  constructor(context: SyncContext, onRecorded: () => void) {
    this.#context = context
    this.#onRecorded = onRecorded
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0
  }

  awaitRemoval(entry: UnreadableEntry): void {
    this.#waiting.set(entry.stat.path, entry)
  }

  /** A file is at the path again. */
  replacedByFile(path: string): void {
    this.#waiting.delete(path)
  }

  async record({ stat, reason }: UnreadableEntry): Promise<void> {
    const { catalog, events } = this.#context
    const { path, bytes, modifiedAt, changedAt, inode } = stat
    await catalog.failures.put({
      path,
      bytes,
      modifiedAt,
      changedAt,
      inode: String(inode),
      contentHash: undefined,
      code: 'image_unreadable',
      reason: `The image can't be read: ${reason}.`,
      failedAt: Date.now(),
    })
    this.#onRecorded()
    events.emit('fileFailed', { path })
  }

  /** Records the entries whose image has been removed from the index or found elsewhere. */
  async recordConfirmed(): Promise<void> {
    const { root, catalog, missing } = this.#context
    for (const [path, entry] of this.#waiting) {
      if (missing.has(path)) continue
      this.#waiting.delete(path)
      const isThere = (await lstat(toAbsolute(root, path)).catch(() => undefined)) !== undefined
      if (isThere && (await catalog.images.getByPath(path)) === undefined) await this.record(entry)
    }
  }
}

import { type BigIntStats, type FSWatcher, lstatSync, watch as watchOneDirectory } from 'node:fs'
import { basename, join } from 'node:path'
import { type AsyncSubscription, subscribe } from '@parcel/watcher'
import { systemCodeOf } from '../errors.ts'
import { directoriesOf } from './directories.ts'
import { lstat } from './disk.ts'
import { isUnresponsive } from './drive-timeout.ts'
import { decodeName, toSystemPath } from './file-names.ts'
import type { IncludeRules } from './include.ts'

/** A change at an absolute path. The receiver examines what exists there now. */
export interface Change {
  path: string
  /** Only the content or the attributes of a file changed: nothing appeared or disappeared. */
  isWithinFile: boolean
}

/** Reports changes natively. Events are hints: some may be lost. */
export interface GalleryWatcher {
  /**
   * Watches a folder from now on. Called before the folder is listed. Costs nothing if it is watched already.
   * @throws the system's error if it watches no more folders
   */
  enter(directory: string): void
  /** Called when the folder is gone. */
  leave(directory: string): void
  close(): Promise<void>
}

export interface WatchOptions extends IncludeRules {
  onChange: (changes: Change[]) => void
  onError: (error: Error) => void
  /** The root itself was moved or deleted: no more changes are reported. */
  onRootGone: () => void
}

/** @throws the system's error if a native watch is not possible */
export async function watchGallery(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  const isTreeWatched = process.platform === 'darwin' || process.platform === 'win32'
  return isTreeWatched ? watchTree(root, options) : watchFolders(root, options)
}

interface WatchedFolder {
  watcher: FSWatcher
  /** Another folder may take its place under the same path. */
  identity: string
}

/**
 * Watches each folder by itself, as Linux does. @parcel/watcher does so, too, but after a folder has been moved, it reports changes
 * below it under the old path or not at all (measured with 2.6.0 on Linux).
 */
function watchFolders(root: string, { onChange, onError, onRootGone }: WatchOptions): GalleryWatcher {
  const folders = new Map<string, WatchedFolder>()
  const watcher: GalleryWatcher = {
    enter(directory) {
      // A request would block the thread. The folder is entered before it is listed again.
      if (isUnresponsive(directory)) return
      const identity = identityNow(directory)
      const known = folders.get(directory)
      if (known?.identity === identity) return
      watcher.leave(directory)
      if (identity !== undefined) folders.set(directory, { watcher: watch(directory), identity })
    },
    leave(directory) {
      folders.get(directory)?.watcher.close()
      folders.delete(directory)
    },
    async close() {
      for (const folder of folders.values()) folder.watcher.close()
      folders.clear()
    },
  }
  watcher.enter(root)
  return watcher

  function watch(directory: string): FSWatcher {
    const raised = watchOneDirectory(toSystemPath(directory), { encoding: 'buffer' }, (type, bytes) => {
      const name = bytes === null ? undefined : decodeName(bytes)
      // The removal of the folder itself is reported under its own name, and ends the watch. Its inode may be that of the next folder here.
      if (type === 'rename' && name === basename(directory)) {
        watcher.leave(directory)
        if (directory === root) onRootGone()
      }
      const path = name === undefined ? directory : join(directory, name)
      onChange([{ path, isWithinFile: type === 'change' }])
    })
    return raised.on('error', onError)
  }
}

/** Where the system watches whole trees. */
async function watchTree(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  const subscriptions: AsyncSubscription[] = []
  const close = async () => void (await Promise.all(subscriptions.map((one) => one.unsubscribe())))
  try {
    subscriptions.push(await subscribeTo(root, options))
    // A directory whose drive is absent is subscribed to when the gallery is watched again, after its drive is back.
    for (const { path } of directoriesOf(root))
      if ((await identityOf(path)) !== undefined) subscriptions.push(await subscribeTo(path, options))
  } catch (error) {
    await close()
    throw error
  }
  return { enter() {}, leave() {}, close }
}

function subscribeTo(folder: string, options: WatchOptions): Promise<AsyncSubscription> {
  return subscribe(
    folder,
    (error, events) => {
      if (error !== null) options.onError(error)
      else options.onChange(events.map(({ path, type }) => ({ path, isWithinFile: type === 'update' })))
    },
    { ignore: [...options.excluded, '**/.*/**'] },
  )
}

/** inotify returns ENOSPC if no more folders, and EMFILE if no more watchers are allowed. */
export function isExhaustion(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE'].includes(systemCodeOf(error) ?? '')
}

/**
 * Distinguishes a folder from another that takes its place, for example when a drive is mounted there.
 * @returns undefined if there is no folder
 */
export async function identityOf(directory: string): Promise<string | undefined> {
  return describe(await lstat(directory).catch(() => undefined))
}

/** Blocks, and is called only for drives of this machine. */
function identityNow(directory: string): string | undefined {
  try {
    return describe(lstatSync(toSystemPath(directory), { bigint: true, throwIfNoEntry: false }))
  } catch {
    return undefined
  }
}

function describe(stat: BigIntStats | undefined): string | undefined {
  if (stat?.isSymbolicLink()) return `${stat.dev}:${stat.ino}:link`
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined
}

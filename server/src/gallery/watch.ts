import { type FSWatcher, lstatSync, type Stats, watch as watchOneDirectory } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { subscribe } from '@parcel/watcher'
import { systemCodeOf } from '../errors.ts'
import type { IncludeRules } from './include.ts'

/** Something happened at an absolute path; what is there now is for the receiver to look up. */
export interface Change {
  path: string
  /** Only what a file holds was changed, or its attributes: nothing has come or gone. */
  isWithinFile: boolean
}

/** Follows changes natively. Events are hints, not truth: some may be lost. */
export interface GalleryWatcher {
  /**
   * Watches a folder from now on; whoever looks at one calls this before. Costs nothing if it is watched already.
   * @throws the system's error where it watches no more folders
   */
  enter(directory: string): void
  /** The folder is gone. */
  leave(directory: string): void
  close(): Promise<void>
}

export interface WatchOptions extends IncludeRules {
  onChange: (changes: Change[]) => void
  onError: (error: Error) => void
  /** The root itself was moved or deleted: no more changes will be told. */
  onRootGone: () => void
}

/** @throws the system's error where a native watch is not possible */
export async function watchGallery(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  const isTreeWatched = process.platform === 'darwin' || process.platform === 'win32'
  return isTreeWatched && options.recursive ? watchTree(root, options) : watchFolders(root, options)
}

interface WatchedFolder {
  watcher: FSWatcher
  /** Another folder may take its place under the same path. */
  identity: string
}

/**
 * Watches each folder by itself, as Linux does. @parcel/watcher would do so, too, but tells of what lies below a folder that was
 * moved under its old path or not at all (measured with 2.6.0 on Linux).
 */
function watchFolders(root: string, { onChange, onError, onRootGone }: WatchOptions): GalleryWatcher {
  const folders = new Map<string, WatchedFolder>()
  const watcher: GalleryWatcher = {
    enter(directory) {
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
    const watcher = watchOneDirectory(directory, (type, name) => {
      // That the folder itself is gone is told under its own name.
      if (type === 'rename' && directory === root && name === basename(root)) onRootGone()
      onChange([{ path: name === null ? directory : join(directory, name), isWithinFile: type === 'change' }])
    })
    return watcher.on('error', onError)
  }
}

/** Where the system watches whole trees. */
async function watchTree(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  const subscription = await subscribe(
    root,
    (error, events) => {
      if (error !== null) options.onError(error)
      else options.onChange(events.map(({ path, type }) => ({ path, isWithinFile: type === 'update' })))
    },
    { ignore: [...options.excluded, '**/.*/**'] },
  )
  return { enter() {}, leave() {}, close: () => subscription.unsubscribe() }
}

/** inotify says ENOSPC where no more folders, and EMFILE where no more watchers are allowed. */
export function isExhaustion(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE'].includes(systemCodeOf(error) ?? '')
}

/**
 * Tells one folder from another that takes its place, as when a drive is mounted there.
 * @returns undefined if there is none
 */
export async function identityOf(directory: string): Promise<string | undefined> {
  return describe(await lstat(directory).catch(() => undefined))
}

/** Just where files are on a drive of this machine: another may keep everybody waiting. */
function identityNow(directory: string): string | undefined {
  try {
    return describe(lstatSync(directory, { throwIfNoEntry: false }))
  } catch {
    return undefined
  }
}

function describe(stat: Stats | undefined): string | undefined {
  if (stat?.isSymbolicLink()) return `${stat.dev}:${stat.ino}:link`
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined
}

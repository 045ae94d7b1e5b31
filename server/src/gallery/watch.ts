import { type FSWatcher, type Stats, watch as watchOneDirectory } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { basename } from 'node:path'
import { subscribe } from '@parcel/watcher'
import { systemCodeOf } from '../errors.ts'
import type { WalkOptions } from './scope.ts'

export interface GalleryWatcher {
  close(): Promise<void>
}

/** Something happened at an absolute path; what is there now is for the receiver to look up. */
export interface Change {
  path: string
  isNew: boolean
}

export interface WatchOptions extends WalkOptions {
  onChange: (changes: Change[]) => void
  onError: (error: Error) => void
  /** The folder itself was moved or deleted: no more changes will be told. */
  onRootGone: () => void
}

/**
 * Follows changes natively. Events are hints, not truth: a renamed folder comes as one deletion and one creation, and
 * some may be lost.
 * @throws the system's error where a native watch is not possible (too many folders)
 */
export async function watchGallery(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  const { onChange, onError, onRootGone, recursive, excluded } = options
  // @parcel/watcher says nothing when the folder that it watches is moved away, and nothing after it has come back.
  const own: FSWatcher = watchOneDirectory(root, { persistent: true }, (type, name) => {
    if (type === 'rename' && name === basename(root)) onRootGone()
    // It also always watches the whole tree, which may be all of somebody's home.
    if (!recursive) onChange([{ path: root, isNew: false }])
  })
  own.on('error', onError)
  if (!recursive) return { close: async () => own.close() }
  try {
    const subscription = await subscribe(
      root,
      (error, events) => {
        if (error !== null) onError(error)
        else onChange(events.map(({ path, type }) => ({ path, isNew: type === 'create' })))
      },
      { ignore: [...excluded, '**/.*/**'] },
    )
    return {
      async close() {
        own.close()
        await subscription.unsubscribe()
      },
    }
  } catch (error) {
    own.close()
    throw error
  }
}

/**
 * Whether the system refuses to watch one more folder. Where its limit is reached while a watch goes on, new folders are silently left
 * out of it, so it is tried with one of them.
 */
export async function isWatchingExhausted(directory: string): Promise<boolean> {
  try {
    watchOneDirectory(directory).close()
    return false
  } catch (error) {
    return isExhaustion(error)
  }
}

/** inotify says ENOSPC where no more folders, and EMFILE where no more watchers are allowed. */
export function isExhaustion(error: unknown): boolean {
  const code = systemCodeOf(error)
  if (code === 'ENOSPC' || code === 'EMFILE') return true
  return error instanceof Error && /No space left on device|Too many open files/i.test(error.message)
}

/** Tells one folder from another that takes its place, as when a drive is mounted there; undefined if there is none. */
export async function identityOf(directory: string): Promise<string | undefined> {
  const stat: Stats | undefined = await lstat(directory).catch(() => undefined)
  return stat?.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined
}

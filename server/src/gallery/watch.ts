import { type FSWatcher, watch as watchOneDirectory } from 'node:fs'
import { subscribe } from '@parcel/watcher'

export interface GalleryWatcher {
  close(): Promise<void>
}

export interface WatchOptions {
  recursive: boolean
  /** Absolute folders whose changes do not matter. */
  excluded: readonly string[]
  /** Absolute paths at which something happened: what, is for the receiver to look up. */
  onChange: (paths: string[]) => void
  onError: (error: Error) => void
}

/**
 * Follows changes natively. Events are hints, not truth: a renamed folder comes as one deletion and one creation, and
 * some may be lost.
 * @throws the system's error where a native watch is not possible (too many folders, a network drive)
 */
export async function watchGallery(root: string, options: WatchOptions): Promise<GalleryWatcher> {
  if (!options.recursive) return watchFlat(root, options)
  const subscription = await subscribe(
    root,
    (error, events) => {
      if (error !== null) options.onError(error)
      else options.onChange(events.map((event) => event.path))
    },
    { ignore: [...options.excluded, '**/.*/**'] },
  )
  return { close: () => subscription.unsubscribe() }
}

/** @parcel/watcher always watches the whole tree, which may be all of somebody's home. */
function watchFlat(root: string, { onChange, onError }: WatchOptions): GalleryWatcher {
  const watcher: FSWatcher = watchOneDirectory(root, { persistent: true }, () => onChange([root]))
  watcher.on('error', onError)
  return {
    async close() {
      watcher.close()
    },
  }
}

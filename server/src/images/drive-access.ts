import pLimit, { type LimitFunction } from 'p-limit'
import { withTimeout } from '../gallery/drive-timeout.ts'
import { mountsOf } from '../gallery/mount-table.ts'
import { directoryWith, toAbsolute } from '../gallery/paths.ts'

/** Maximum number of requests to one drive at a time. A drive that does not answer must not occupy all threads, also while it is listed. */
const MAX_REQUESTS_AT_ONCE = 4

/**
 * Sends a request to the drive of a file of the gallery.
 * @throws {DomainError} `gallery_unavailable` if the drive does not answer in time, or has not answered an earlier request
 */
export type DriveAccess = <T>(path: string, request: () => Promise<T>) => Promise<T>

export function createDriveAccess(root: string): DriveAccess {
  /**
   * By mount and directory at the top of the gallery. Systems other than Linux list no mounts; the watched folder itself is not one of
   * `watcher.directories`.
   */
  const limits = new Map<string, LimitFunction>()
  return async (path, request) => {
    const absolute = toAbsolute(root, path)
    const drive = `${mountsOf(absolute)[0]?.path}\0${directoryWith(root, path)?.name}`
    const limit = limits.get(drive) ?? pLimit(MAX_REQUESTS_AT_ONCE)
    limits.set(drive, limit)
    return limit(() => withTimeout(absolute, request))
  }
}

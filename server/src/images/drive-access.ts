import pLimit, { type LimitFunction } from 'p-limit'
import { DomainError } from '../errors.ts'
import { isNoAnswer, withTimeout } from '../gallery/drive-timeout.ts'
import { directoryWith, toAbsolute } from '../gallery/paths.ts'

/** Together with those of a listing, the requests to a drive that does not answer leave a few threads of the system to the others. */
const MAX_REQUESTS_AT_ONCE = 4

/**
 * Sends a request to the drive of a file of the gallery.
 * @throws {DomainError} `gallery_unavailable` if the drive does not answer in time, or has not answered an earlier request
 */
export type DriveAccess = <T>(path: string, request: () => Promise<T>) => Promise<T>

export function createDriveAccess(root: string): DriveAccess {
  /** By the name of a directory at the top of the gallery; the watched folder has none. */
  const limits = new Map<string | undefined, LimitFunction>()
  return async (path, request) => {
    const top = directoryWith(root, path)?.name
    const limit = limits.get(top) ?? pLimit(MAX_REQUESTS_AT_ONCE)
    limits.set(top, limit)
    return limit(() => withTimeout(toAbsolute(root, path), request)).catch((error: unknown) => {
      throw isNoAnswer(error) ? noAnswer(error) : error
    })
  }
}

function noAnswer(cause: unknown): DomainError {
  const message = 'The drive of this image does not answer: try again when it is back.'
  return new DomainError('gallery_unavailable', message, { cause })
}

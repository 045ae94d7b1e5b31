import { messageOf, systemCodeOf } from '../errors.ts'
import type { DirectoryListing } from '../gallery/list-folder.ts'
import type { SyncLog } from './context.ts'

/** Logs each problem of a folder once; an unreadable folder again if it was readable in between. */
export interface OnceLogger {
  unreadableFolder(directory: string, error: unknown): void
  /** Logs entries of a folder that are left out or can't be examined. */
  entries(listing: DirectoryListing): void
  /** A folder could be read. */
  readable(directory: string): void
  /**
   * Runs work on a folder. Without permission to enter it, logs that: its rows are kept, and other folders are examined
   * all the same.
   * @returns undefined without permission
   */
  unlessForbidden<T>(directory: string, work: () => Promise<T>): Promise<T | undefined>
}

export function createOnceLogger(log: SyncLog): OnceLogger {
  const logged = new Set<string>()
  return {
    unreadableFolder,
    entries({ directory, leftOutFolders, unknown }) {
      // A circular link leads only to files that the index has already.
      for (const { path, rule, reason } of leftOutFolders)
        if (reason !== undefined && rule !== 'link_loop')
          logOnce(`${JSON.stringify(path)} is not followed: ${reason}.`)
      const [first] = unknown
      if (first !== undefined)
        logOnce(
          `${unknown.length} files of the folder ${JSON.stringify(directory)} can't be examined (${messageOf(first.error)}): their index entries are kept.`,
        )
    },
    readable: (directory) => void logged.delete(directory),
    async unlessForbidden(directory, work) {
      try {
        return await work()
      } catch (error) {
        if (!['EACCES', 'EPERM'].includes(systemCodeOf(error) ?? '')) throw error
        unreadableFolder(directory, error)
        return undefined
      }
    },
  }

  function unreadableFolder(directory: string, error: unknown): void {
    if (logged.has(directory)) return
    logged.add(directory)
    log.warn(
      `The folder ${JSON.stringify(directory)} can't be read (${messageOf(error)}): its index entries are kept.`,
    )
  }

  function logOnce(text: string): void {
    if (!logged.has(text)) log.warn(text)
    logged.add(text)
  }
}

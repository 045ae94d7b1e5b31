import { constants, type Stats } from 'node:fs'
import { access, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, systemCodeOf } from '../errors.ts'

export const STORAGE_PROBLEMS = [
  'disk_full',
  'data_directory_read_only',
  'data_directory_missing',
  'data_directory_unreachable',
  'thumbnails_unreachable',
  'catalog_damaged',
] as const

/** A reason why nothing can be stored at present. */
export interface StorageProblem {
  code: (typeof STORAGE_PROBLEMS)[number]
  /** One sentence, without the path. */
  message: string
  /** The folder that has the problem, for the log. */
  folder: string
}

/** A reason for which indexing waits, without a fault of the files. */
export interface IndexingPause {
  /** undefined while there is none. */
  readonly problem: { message: string } | undefined
  /** @returns whether an error is due to this reason; then it is the problem */
  report(error: unknown): boolean
  /** Calls a listener whenever a problem is over. */
  onResumed(listener: () => void): void
}

/** Pauses for the first of several reasons. */
export function anyPause(pauses: readonly IndexingPause[]): IndexingPause {
  return {
    get problem() {
      return pauses.find(({ problem }) => problem !== undefined)?.problem
    },
    report: (error) => pauses.some((pause) => pause.report(error)),
    onResumed(listener) {
      for (const pause of pauses) pause.onResumed(listener)
    },
  }
}

export interface StorageMonitorOptions {
  dataDirectory: string
  thumbnailDirectory: string
  /** The folders of the gallery, some of which may lie in the data directory. */
  galleryFolders: readonly string[]
  /** A file of the data directory that must stay the same one; none with a database server. */
  database: string | undefined
  checkEveryMs: number
  log: { error(message: string): void; info(message: string): void }
}

/** Less free space counts as a full disk. Also the size of the file whose writing shows that a problem is over. */
const MIN_FREE_BYTES = 1024 ** 2
const FULL = /ENOSPC|EDQUOT|database or disk is full/i
/** Messages of SQLite when it can't write. Errors lose their codes between threads. */
const SQLITE_FAILURE = /disk I\/O error|readonly database|unable to open database file/i
const DAMAGED = /disk image is malformed|file is not a database/i
const READ_ONLY = /EROFS|EACCES|EPERM|readonly/

/** Whether an error by itself shows that the disk is full or can't be written to. Other errors may have their cause in a request. */
export function isWriteFailure(error: unknown): boolean {
  const message = messageOf(error)
  return FULL.test(message) || SQLITE_FAILURE.test(message) || /EROFS/.test(message)
}

const PROBE_FILE = '.write-test'

/**
 * Detects a full disk, and a data directory or a thumbnail folder that can't be written to. While there is such a problem,
 * indexing pauses.
 */
export class StorageMonitor implements IndexingPause {
  readonly #options: StorageMonitorOptions
  readonly #listeners = new Set<() => void>()
  #problem: StorageProblem | undefined
  /** Whether writing has failed: only a successful write shows that the problem is over. */
  #hasFailed = false
  /** No write shows that a damaged catalog is whole again. */
  #damage: StorageProblem | undefined
  #database: Stats | undefined
  #timer: NodeJS.Timeout | undefined
  #checking: Promise<void> | undefined

  constructor(options: StorageMonitorOptions) {
    this.#options = options
  }

  get problem(): StorageProblem | undefined {
    return this.#problem
  }

  /** Begins to check at intervals. Called when the database is open. */
  async start(): Promise<void> {
    const { database, checkEveryMs } = this.#options
    if (database !== undefined) this.#database = await stat(database)
    await this.check()
    this.#timer = setInterval(() => void this.check(), checkEveryMs).unref()
  }

  /** Calls a listener whenever a problem is over. */
  onResumed(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** @returns whether an error that has occurred while something was stored is due to the storage */
  report(error: unknown): boolean {
    const problem = this.#problemOf(error)
    if (problem === undefined) return false
    this.#hasFailed = true
    if (problem.code === 'catalog_damaged') this.#damage = problem
    this.#set(problem)
    return true
  }

  check(): Promise<void> {
    this.#checking ??= this.#examine()
      .then((problem) => {
        if (problem === undefined) this.#hasFailed = false
        this.#set(problem ?? this.#damage)
      })
      .finally(() => {
        this.#checking = undefined
      })
    return this.#checking
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#checking
  }

  #problemOf(error: unknown): StorageProblem | undefined {
    const { dataDirectory, thumbnailDirectory } = this.#options
    const message = messageOf(error)
    const isAbout = (folder: string) => namesPathIn(message, folder, this.#options.galleryFolders)
    if (FULL.test(message)) return diskFull(isAbout(thumbnailDirectory) ? thumbnailDirectory : dataDirectory)
    if (DAMAGED.test(message)) return damaged(dataDirectory)
    if (SQLITE_FAILURE.test(message)) return unwritable(dataDirectory, message)
    if (isAbout(thumbnailDirectory)) return noThumbnails(thumbnailDirectory, message)
    return isAbout(dataDirectory) ? unwritable(dataDirectory, message) : undefined
  }

  async #examine(): Promise<StorageProblem | undefined> {
    const { dataDirectory, thumbnailDirectory, database } = this.#options
    try {
      await this.#examineFolder(dataDirectory)
      if (database !== undefined && !(await this.#isSameDatabase(database))) return missing(dataDirectory)
    } catch (error) {
      const code = systemCodeOf(error)
      if (code === 'ENOENT' || code === 'ENOTDIR') return missing(dataDirectory)
      return error instanceof FullError ? diskFull(dataDirectory) : unwritable(dataDirectory, error)
    }
    try {
      await mkdir(thumbnailDirectory, { recursive: true, mode: 0o700 })
      await this.#examineFolder(thumbnailDirectory)
    } catch (error) {
      if (error instanceof FullError) return diskFull(thumbnailDirectory)
      return noThumbnails(thumbnailDirectory, error)
    }
    return undefined
  }

  /** Writes only after a failure, because a disk that sleeps should not wake up for this. */
  async #examineFolder(folder: string): Promise<void> {
    await access(folder, constants.W_OK)
    const { bavail, bsize } = await statfs(folder)
    if (bavail * bsize < MIN_FREE_BYTES) throw new FullError()
    if (!this.#hasFailed) return
    const probe = join(folder, PROBE_FILE)
    try {
      await writeFile(probe, Buffer.alloc(MIN_FREE_BYTES))
    } catch (error) {
      throw FULL.test(messageOf(error)) ? new FullError() : error
    } finally {
      await rm(probe, { force: true }).catch(() => {
        // It is overwritten by the next check.
      })
    }
  }

  /** The files of a folder that was removed or replaced are still open: writing to them succeeds and is lost. */
  async #isSameDatabase(database: string): Promise<boolean> {
    const { ino, dev } = await stat(database)
    return ino === this.#database?.ino && dev === this.#database.dev
  }

  #set(problem: StorageProblem | undefined): void {
    const before = this.#problem
    if (before?.code === problem?.code && before?.message === problem?.message) return
    const { log } = this.#options
    this.#problem = problem
    if (problem !== undefined) {
      log.error(`${problem.message} Indexing waits until this is solved: ${problem.folder}`)
      return
    }
    log.info('Files can be stored again: indexing resumes.')
    for (const listener of this.#listeners) listener()
  }
}

class FullError extends Error {}

function diskFull(folder: string): StorageProblem {
  const message = 'The disk with the data of Sketch-Search is full: free some space.'
  return { code: 'disk_full', message, folder }
}

function missing(folder: string): StorageProblem {
  const message =
    'The data directory is missing, or another one has taken its place: bring it back, or start the server again to build a new index.'
  return { code: 'data_directory_missing', message, folder }
}

function unwritable(folder: string, error: unknown): StorageProblem {
  const reason = reasonOf(error)
  if (READ_ONLY.test(reason))
    return {
      code: 'data_directory_read_only',
      message: `The data directory is read-only (${reason}).`,
      folder,
    }
  const message = `The data directory can't be written to (${reason}).`
  return { code: 'data_directory_unreachable', message, folder }
}

function damaged(folder: string): StorageProblem {
  // The error of SQLite names no file, and the connection of the catalog has collections.sqlite attached.
  const message =
    'A database in the data directory is damaged: stop the server, delete the files catalog.sqlite*, and start it again to build a new catalog. If this message returns, restore collections.sqlite from a backup.'
  return { code: 'catalog_damaged', message, folder }
}

/**
 * Whether a message names a path in a folder, but not in a folder of the gallery within it. Errors lose the paths that they are about
 * between threads.
 */
function namesPathIn(message: string, folder: string, gallery: readonly string[]): boolean {
  for (let at = message.indexOf(folder); at !== -1; at = message.indexOf(folder, at + 1)) {
    const [before, rest] = [message.slice(0, at), message.slice(at)]
    const isIn = (other: string) => rest.startsWith(other) && /^([/\\'"]|$)/.test(rest.slice(other.length))
    const isInGallery = gallery.some((top) => top.startsWith(folder) && isIn(top))
    if (/(^|['"\s])$/.test(before) && isIn(folder) && !isInGallery) return true
  }
  return false
}

function noThumbnails(folder: string, error: unknown): StorageProblem {
  const message = `The thumbnail folder can't be written to (${reasonOf(error)}).`
  return { code: 'thumbnails_unreachable', message, folder }
}

/** Returns the code of the system, or SQLite's message, which contain no path. */
function reasonOf(error: unknown): string {
  return (
    systemCodeOf(error) ??
    /\bE[A-Z]{2,}\b/.exec(messageOf(error))?.[0] ??
    SQLITE_FAILURE.exec(messageOf(error))?.[0] ??
    'unknown reason'
  )
}

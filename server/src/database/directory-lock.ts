import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { DomainError, messageOf } from '../errors.ts'

export interface DirectoryLock {
  /** Stores the address at which this process serves the page, for a second start on the same directory. */
  publishAddress(url: string): void
  /** From now on, a second start waits for the end of this process. */
  announceEnd(): void
  release(): void
}

const OWNER_FILE = 'lock.pid'
/** Empty while its process is ending. */
const ADDRESS_FILE = 'lock.url'
/** A server with a large index writes it for tens of seconds when it ends. */
const END_TIMEOUT_MS = 60_000
const LOOK_EVERY_MS = 100

/** Does nothing, for processes that share a data directory. */
export const NO_LOCK: DirectoryLock = { publishAddress() {}, announceEnd() {}, release() {} }

/** Returns the address at which the owner of a data directory that is in use serves the page, if it does. */
export function addressOfOwner(directory: string): string | undefined {
  return contentOf(join(directory, ADDRESS_FILE)) || undefined
}

/**
 * As `lockDirectory`, but waits for an owner that is ending.
 * @param onWaiting called if there is one
 */
export async function lockDirectoryWhenFree(
  directory: string,
  onWaiting: () => void,
  timeoutMs = END_TIMEOUT_MS,
): Promise<DirectoryLock> {
  const start = performance.now()
  for (let isWaiting = false; ; await sleep(LOOK_EVERY_MS)) {
    try {
      return lockDirectory(directory)
    } catch (error) {
      const isInUse = error instanceof DomainError && error.code === 'data_directory_in_use'
      const address = contentOf(join(directory, ADDRESS_FILE))
      // An owner removes the file just before it releases the lock.
      const isEnding = address === '' || (isWaiting && address === undefined)
      if (!isInUse || !isEnding || performance.now() - start > timeoutMs) throw error
      if (!isWaiting) onWaiting()
      isWaiting = true
    }
  }
}

/**
 * Makes this process the only owner of a data directory. The lock is SQLite's own on an empty database, which the
 * operating system releases when the process ends in any way. The file with the process id is only for the message.
 * @throws {DomainError} `data_directory_in_use` with the owner's process id
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const ownerFile = join(directory, OWNER_FILE)
  const addressFile = join(directory, ADDRESS_FILE)
  const database = openLock(directory)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!/locked|busy/i.test(messageOf(error))) throw unwritable(directory, error)
    throw new DomainError(
      'data_directory_in_use',
      `The data directory ${directory} is in use by process ${contentOf(ownerFile) ?? '(unknown)'}${servedBy(contentOf(addressFile))}: stop it first.`,
      { cause: error },
    )
  }
  try {
    writeFileSync(ownerFile, String(process.pid))
    rmSync(addressFile, { force: true })
  } catch (error) {
    database.close()
    throw unwritable(directory, error)
  }
  return {
    publishAddress: (url) => writeFileSync(addressFile, url),
    announceEnd() {
      try {
        rmSync(addressFile, { force: true })
        writeFileSync(addressFile, '')
      } catch {
        // The disk is full or read-only: a second start ends at once instead of waiting.
      }
    },
    release() {
      rmSync(ownerFile, { force: true })
      rmSync(addressFile, { force: true })
      database.close()
    },
  }
}

function servedBy(address: string | undefined): string {
  return address ? `, the server at ${address}` : ''
}

function openLock(directory: string): DatabaseSync {
  try {
    return new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 })
  } catch (error) {
    throw unwritable(directory, error)
  }
}

function unwritable(directory: string, error: unknown): DomainError {
  return new DomainError(
    'unavailable',
    `The data directory ${directory} can't be written to (${messageOf(error)}): give another with --data-directory.`,
    { cause: error },
  )
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DomainError, messageOf } from '../errors.ts'

export interface DirectoryLock {
  release(): void
}

/**
 * Makes this process the only owner of a data directory. The lock is SQLite's own on an empty database, which the
 * operating system releases when the process ends in any way. The file with the process id is only for the message.
 * @throws {DomainError} `data_directory_in_use` with the owner's process id
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const ownerFile = join(directory, 'lock.pid')
  const database = new DatabaseSync(join(directory, 'lock.sqlite'), { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!/locked|busy/i.test(messageOf(error))) throw error
    throw new DomainError(
      'data_directory_in_use',
      `The data directory ${directory} is in use by process ${ownerIn(ownerFile)}: stop that one, or give this one another with --data-directory.`,
      { cause: error },
    )
  }
  writeFileSync(ownerFile, String(process.pid))
  return {
    release() {
      rmSync(ownerFile, { force: true })
      database.close()
    },
  }
}

function ownerIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '(unknown)'
  }
}

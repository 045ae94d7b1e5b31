import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DomainError, systemCodeOf } from '../errors.ts'

export interface DirectoryLock {
  release(): void
}

/** Locks of this process. A file with our own id that is not among them is left from an earlier process of that id. */
const held = new Set<string>()

/**
 * One process at a time owns a data directory. The lock of a process that is gone is taken over.
 * @throws {DomainError} `data_directory_in_use` with the owner's process id
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'lock')
  for (let attempt = 0; ; attempt++) {
    try {
      const descriptor = openSync(file, 'wx')
      writeSync(descriptor, String(process.pid))
      closeSync(descriptor)
      held.add(file)
      return {
        release() {
          held.delete(file)
          rmSync(file, { force: true })
        },
      }
    } catch (error) {
      if (systemCodeOf(error) !== 'EEXIST') throw error
    }
    const owner = Number.parseInt(readFileSync(file, 'utf8'), 10)
    if (attempt > 2 || (owner === process.pid ? held.has(file) : isRunning(owner))) {
      throw new DomainError(
        'data_directory_in_use',
        `The data directory ${directory} is in use by process ${owner}: stop that one, or give this one another with --data-directory.`,
      )
    }
    rmSync(file, { force: true })
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCodeOf(error) === 'EPERM'
  }
}

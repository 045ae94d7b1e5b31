import { rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'

/** Removes files if writing them fails: parts of files would keep a full disk full. */
export async function orRemoved(files: readonly string[], write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    // The reason for the failure is worth more than that of a file that can't be removed.
    await Promise.allSettled(files.map((file) => rm(file, { force: true })))
    throw error
  }
}

export function orRemovedSync(file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    try {
      rmSync(file, { force: true })
    } catch {
      // As above.
    }
    throw error
  }
}

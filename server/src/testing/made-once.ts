import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const CHECK_EVERY_MS = 100
/** A test that makes a folder may have died meanwhile. */
const MAX_WAIT_MS = 300_000

/**
 * Creates a folder only once in a run of the tests (see shared-setup.ts), because that takes long; later calls copy it, and those that
 * come meanwhile wait.
 */
export async function madeOnce(
  name: string,
  directory: string,
  make: () => Promise<void> | void,
): Promise<void> {
  const shared = process.env.TEST_SHARED_DIRECTORY
  if (shared === undefined) return make()
  const kept = join(shared, name)
  const start = performance.now()
  while (!existsSync(kept)) {
    if (performance.now() - start > MAX_WAIT_MS)
      throw new Error(`${kept}.lock is held, and ${kept} is not made.`)
    if (await isMade(kept, directory, make)) return
    await new Promise((resolve) => setTimeout(resolve, CHECK_EVERY_MS))
  }
  copy(kept, directory)
}

/** @returns false if another test is making it */
async function isMade(kept: string, directory: string, make: () => Promise<void> | void): Promise<boolean> {
  const lock = `${kept}.lock`
  try {
    mkdirSync(lock)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  try {
    if (existsSync(kept)) return false
    await make()
    rmSync(`${kept}.new`, { recursive: true, force: true })
    copy(directory, `${kept}.new`)
    renameSync(`${kept}.new`, kept)
    return true
  } finally {
    rmdirSync(lock)
  }
}

/** Copies times and owner, too. The owner may be another user than the one who runs the tests. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Creates a folder only once in a run of the tests (see shared-setup.ts), because that takes long; later calls copy it. */
export async function madeOnce(
  name: string,
  directory: string,
  make: () => Promise<void> | void,
): Promise<void> {
  const shared = process.env.TEST_SHARED_DIRECTORY
  const kept = shared && join(shared, name)
  if (kept && existsSync(kept)) {
    copy(kept, directory)
    return
  }
  await make()
  if (!kept) return
  const own = `${kept}-${randomUUID()}`
  copy(directory, own)
  try {
    renameSync(own, kept)
  } catch {
    // Another test was faster.
    rmSync(own, { recursive: true })
  }
}

/** Copies times and owner, too. The owner may be another user than the one who runs the tests. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}

import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Makes a folder that takes long to make: only the first time in a run of the tests (see shared-setup.ts), after that it is copied. @param name of what is made */
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
    // Another test was sooner.
    rmSync(own, { recursive: true })
  }
}

/** With times and owner, who need not be who runs the tests. */
function copy(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}

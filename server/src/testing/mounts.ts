import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Whether this process may mount drives, as root in most containers may not. */
export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    mountMemory(directory)
    unmount(directory)
    return true
  } catch {
    return false
  } finally {
    rmdirSync(directory)
  }
}

/** Mounts an empty drive that lies in memory; what is still there at the end of the test is unmounted. */
export function mountDrive(directory: string): void {
  mountMemory(directory)
  onTestFinished(() => {
    try {
      unmount(directory)
    } catch {
      // The test has unmounted it.
    }
  })
}

export function unmount(directory: string): void {
  execFileSync('umount', [directory], { stdio: 'ignore' })
}

function mountMemory(directory: string): void {
  execFileSync('mount', ['-t', 'tmpfs', 'test', directory], { stdio: 'ignore' })
}

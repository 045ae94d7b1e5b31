import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Whether this process may mount drives. In most containers, not even root may. */
export function canMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'mount-'))
  try {
    mountMemory(directory, 'drive')
    unmount(directory)
    return true
  } catch {
    return false
  } finally {
    rmdirSync(directory)
  }
}

/**
 * Mounts an empty drive in memory, and unmounts it at the end of the test.
 * @param name another name is another drive
 * @param size for example `16m`
 */
export function mountDrive(directory: string, name = 'drive', size = '50%'): void {
  mountMemory(directory, name, size)
  onTestFinished(() => unmountIfThere(directory))
}

/** Shows a folder at another place, too. */
export function mountFolder(source: string, directory: string): void {
  execFileSync('mount', ['--bind', source, directory], { stdio: 'ignore' })
  onTestFinished(() => unmountIfThere(directory))
}

/** Unmounts a drive even while it is used, as if it were unplugged. */
export function unmount(directory: string): void {
  execFileSync('umount', ['--lazy', directory], { stdio: 'ignore' })
}

function unmountIfThere(directory: string): void {
  try {
    unmount(directory)
  } catch {
    // The test has unmounted it.
  }
}

/** Makes a folder read-only for files that are opened from now on, until it is unmounted. */
export function mountReadOnly(directory: string): void {
  mountFolder(directory, directory)
  execFileSync('mount', ['-o', 'remount,bind,ro', directory], { stdio: 'ignore' })
}

function mountMemory(directory: string, name: string, size = '50%'): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, name, directory], { stdio: 'ignore' })
}

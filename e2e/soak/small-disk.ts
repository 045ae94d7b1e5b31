import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A disk that can be filled. */
export interface SmallDisk {
  fill(): void
  free(): void
  unmount(): void
}

const SIZE_MIB = 96

/** Mounts a small disk in memory, which needs root on Linux. @returns undefined if this is not possible */
export function mountSmallDisk(directory: string): SmallDisk | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'soak', directory], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  const filler = join(directory, 'filler')
  return {
    fill() {
      // The server takes and frees space meanwhile, so that a second piece may be needed.
      for (let n = 0; n < 2; n++) {
        const { bavail, bsize } = statfsSync(directory)
        try {
          writeFileSync(filler, Buffer.alloc(bavail * bsize + 1), { flag: 'a' })
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['--lazy', directory], { stdio: 'ignore' }),
  }
}

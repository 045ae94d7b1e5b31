import type { BigIntStats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Catalog } from '../catalog/catalog.ts'
import { directoryOf, isWithin, ROOT, toAbsolute } from '../gallery/paths.ts'
import type { DirectoryListing } from '../gallery/walk.ts'

/** Where other drives are mounted in the gallery. The files of one that is away are absent, not deleted. Paths of the gallery. */
export interface MountPoints {
  /** What earlier runs saw. */
  load(): Promise<void>
  /** Takes on which drive a folder lies; parents before children. */
  see(listing: Pick<DirectoryListing, 'directory' | 'device'>): void
  /** Those whose drive is away, or another one than before. */
  lost(): Promise<string[]>
  /**
   * Ends a comparison of the whole gallery.
   * @param absent lost ones of which files are missing: they stay known until the drive is back or its files are forgotten
   */
  settle(absent: readonly string[]): Promise<void>
}

export function createMountPoints(root: string, catalog: Catalog): MountPoints {
  /** With the drive that was there last; undefined if it has not been looked at since the start. */
  const known = new Map<string, bigint | undefined>()
  /** Of the folders that lie on another drive than the root. */
  const devices = new Map<string, bigint>()
  let rootDevice: bigint | undefined
  let isChanged = false
  return {
    async load() {
      for (const directory of await catalog.mountPoints()) known.set(directory, undefined)
    },
    see({ directory, device }) {
      if (directory === ROOT) {
        rootDevice = device
        return
      }
      const above = devices.get(directoryOf(directory)) ?? rootDevice
      if (device === rootDevice) devices.delete(directory)
      else devices.set(directory, device)
      if (device === above) return
      isChanged ||= !known.has(directory)
      known.set(directory, known.get(directory) ?? device)
    },
    async lost() {
      const lost: string[] = []
      for (const [directory, device] of known) {
        const now = await mountedAt(directory)
        if (now === undefined || (device !== undefined && device !== now)) lost.push(directory)
      }
      return lost
    },
    async settle(absent) {
      for (const directory of known.keys()) {
        if (absent.includes(directory)) continue
        const now = await mountedAt(directory)
        if (now !== undefined) known.set(directory, now)
        else {
          known.delete(directory)
          isChanged = true
        }
      }
      if (isChanged) await catalog.keepMountPoints([...known.keys()])
      isChanged = false
    },
  }

  /** @returns the drive that is mounted right at a folder; undefined if there is none */
  async function mountedAt(directory: string): Promise<bigint | undefined> {
    const absolute = toAbsolute(root, directory)
    const [own, above] = await Promise.all([look(absolute), look(dirname(absolute))])
    return own === undefined || own.dev === above?.dev ? undefined : own.dev
  }
}

/** The one of some mount points that a path lies on. */
export function mountPointOf(path: string, mountPoints: readonly string[]): string | undefined {
  return mountPoints.find((directory) => isWithin(path, directory))
}

/** A drive that does not answer is away. */
function look(absolute: string): Promise<BigIntStats | undefined> {
  return stat(absolute, { bigint: true }).catch(() => undefined)
}

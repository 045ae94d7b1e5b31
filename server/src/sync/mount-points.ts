import type { Catalog } from '../catalog/catalog.ts'
import { directoriesOf, liesInGallery } from '../gallery/directories.ts'
import { lstat } from '../gallery/disk.ts'
import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import { pointsAt } from '../gallery/links.ts'
import type { Mount } from '../gallery/mount-table.ts'
import { mountsOfGallery } from '../gallery/mounts.ts'
import { isInside, toAbsolute, toGalleryPath } from '../gallery/paths.ts'

/** Mount points in the gallery. Files of a drive that is not mounted are absent, not deleted. Paths are relative to the gallery. */
export interface MountPoints {
  /** Called when a scan begins. */
  begin(): Promise<void>
  /** Returns the mount points and directories without a mounted drive, and the mount points where it may be another drive than before. */
  look(): Promise<{ absent: string[]; replaced: string[] }>
  /**
   * Called when a scan has removed missing files.
   * @param kept mount points whose missing files are kept: they stay known until the drive is back or its files are removed
   */
  settle(kept: ReadonlySet<string>): Promise<void>
}

export interface MountPointsOptions {
  root: string
  catalog: Catalog
  walk: IncludeRules
  mountTable?: string | undefined
}

/** Reads the system's table of mounts, which only Linux has. Elsewhere the directories of the gallery are the only mount points. */
export function createMountPoints({ root, catalog, walk, mountTable }: MountPointsOptions): MountPoints {
  /** By mount point, the drive that was mounted there when all its files were last found; undefined after a start. */
  const known = new Map<string, string | undefined>()
  let isLoaded = false
  let isChanged = false
  let atStart = new Map<string, string>()

  return {
    async begin() {
      if (!isLoaded)
        for (const directory of await catalog.files.mountPoints()) known.set(directory, undefined)
      isLoaded = true
      atStart = await mounted()
      for (const [directory, drive] of atStart) {
        isChanged ||= !known.has(directory)
        if (!known.has(directory)) known.set(directory, drive)
      }
      // Stored before anything else, because the process may be killed.
      await persist()
    },
    async look() {
      if (known.size === 0 && directoriesOf(root).length === 0) return { absent: [], replaced: [] }
      const now = await mounted()
      const names = [...known.keys()]
      return {
        absent: [...new Set([...names, ...directories()])].filter((directory) => !now.has(directory)),
        replaced: names.filter(
          (directory) => now.has(directory) && now.get(directory) !== known.get(directory),
        ),
      }
    },
    async settle(kept) {
      const now = await mounted()
      for (const directory of known.keys()) {
        if (kept.has(directory)) continue
        const drive = now.get(directory)
        // The next scan decides about a drive that was mounted or unmounted meanwhile.
        if (drive !== undefined && drive === atStart.get(directory)) known.set(directory, drive)
        else if (drive === undefined && !atStart.has(directory))
          isChanged = known.delete(directory) || isChanged
      }
      await persist()
    },
  }

  /** Directories of the gallery, also those that no scan has found yet. */
  function directories(): string[] {
    const names = directoriesOf(root).map(({ name }) => name)
    return names.filter((name) => isIncluded(root, name, walk))
  }

  async function persist(): Promise<void> {
    if (isChanged) await catalog.files.saveMountPoints([...known.keys()])
    isChanged = false
  }

  /** Returns the mount points in the gallery with their drives. */
  async function mounted(): Promise<Map<string, string>> {
    const below = (await mountsOfGallery(root, mountTable)).filter((mount) => isInGallery(root, mount, walk))
    return new Map(below.map(({ path, drive }) => [toGalleryPath(root, path), drive]))
  }
}

/** Whether a mount lies in a folder that is scanned. */
export function isInGallery(root: string, { path }: Mount, walk: IncludeRules): boolean {
  if (path === root || !liesInGallery(root, path)) return false
  return isIncluded(root, toGalleryPath(root, path), walk)
}

/** Returns those of some mount points that a path lies on, or leads to by a symbolic link that still exists. */
export async function mountPointsOf(root: string, path: string, among: readonly string[]): Promise<string[]> {
  if (among.length === 0) return []
  const direct = among.filter((directory) => isInside(path, directory))
  if (direct.length > 0) return direct
  const target = await targetOf(root, path)
  return target === undefined ? [] : among.filter((directory) => isInside(target, directory))
}

/** Returns the target of the first symbolic link on a path, with the rest of the path. */
async function targetOf(root: string, path: string): Promise<string | undefined> {
  const names = path.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const absolute = toAbsolute(root, names.slice(0, depth).join('/'))
    const info = await lstat(absolute).catch(() => undefined)
    if (info === undefined) return undefined
    if (!info.isSymbolicLink()) continue
    const target = await pointsAt(root, absolute).catch(() => undefined)
    return target && [target, ...names.slice(depth)].join('/')
  }
  return undefined
}

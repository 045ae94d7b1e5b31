import { lstat } from 'node:fs/promises'
import type { Catalog } from '../catalog/catalog.ts'
import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import { pointsAt } from '../gallery/links.ts'
import { type Mount, mountsOf } from '../gallery/mounts.ts'
import { isInside, toAbsolute, toGalleryPath } from '../gallery/paths.ts'

/** Where other drives are mounted in the gallery. The files of one that is away are absent, not deleted. Paths of the gallery. */
export interface MountPoints {
  /** A comparison of the whole gallery begins. */
  begin(): Promise<void>
  /** Those where no drive is mounted, or where it is not known to be the one that was there before. */
  look(): Promise<{ absent: string[]; replaced: string[] }>
  /**
   * Ends a comparison of the whole gallery.
   * @param kept those of which missing files are kept: they stay known until the drive is back or its files are forgotten
   */
  settle(kept: ReadonlySet<string>): Promise<void>
}

export interface MountPointsOptions {
  root: string
  catalog: Catalog
  walk: IncludeRules
  mountTable?: string | undefined
}

/** Told from the system's table of mounts, which only Linux has: elsewhere nothing is known. */
export function createMountPoints({ root, catalog, walk, mountTable }: MountPointsOptions): MountPoints {
  /** With what was mounted there when it was last seen with all its files; undefined if that is not known. */
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
      // Before anything else is done: the server may be killed.
      await persist()
    },
    async look() {
      if (known.size === 0) return { absent: [], replaced: [] }
      const now = await mounted()
      const names = [...known.keys()]
      return {
        absent: names.filter((directory) => !now.has(directory)),
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
        // One that came or went meanwhile is judged by the next comparison.
        if (drive !== undefined && drive === atStart.get(directory)) known.set(directory, drive)
        else if (drive === undefined && !atStart.has(directory))
          isChanged = known.delete(directory) || isChanged
      }
      await persist()
    },
  }

  async function persist(): Promise<void> {
    if (isChanged) await catalog.files.saveMountPoints([...known.keys()])
    isChanged = false
  }

  /** Mount points in the gallery, and what is mounted there. */
  async function mounted(): Promise<Map<string, string>> {
    const below = (await mountsOf(root, mountTable)).filter((mount) => isInGallery(root, mount, walk))
    return new Map(below.map(({ path, drive }) => [toGalleryPath(root, path), drive]))
  }
}

/** Whether a mount lies where images are looked for. */
export function isInGallery(root: string, { path }: Mount, walk: IncludeRules): boolean {
  if (!isInside(path, root) || path === root) return false
  return walk.recursive && isIncluded(root, toGalleryPath(root, path), walk)
}

/** Those of some mount points that a path lies on, or leads to by a symbolic link that is still there. */
export async function mountPointsOf(root: string, path: string, among: readonly string[]): Promise<string[]> {
  if (among.length === 0) return []
  const direct = among.filter((directory) => isInside(path, directory))
  if (direct.length > 0) return direct
  const target = await targetOf(root, path)
  return target === undefined ? [] : among.filter((directory) => isInside(target, directory))
}

/** Where the first symbolic link on a way points, followed by the rest of the way. */
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

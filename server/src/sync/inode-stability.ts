import { keepsIdentities, mountsOfGallery } from '../gallery/mounts.ts'
import { isInside, ROOT, toGalleryPath } from '../gallery/paths.ts'

/** Where file systems keep the inode of a file as long as it exists. FAT, for one, does not. */
export interface InodeStability {
  /** Reads the table of mounts again. */
  update(): Promise<void>
  isStable(path: string): boolean
}

export function createInodeStability(root: string, mountTable: string | undefined): InodeStability {
  /** Outer mounts come before those inside them, so the last one that holds a path is its own. */
  let mounts: { path: string; isStable: boolean }[] = []
  return {
    async update() {
      mounts = (await mountsOfGallery(root, mountTable)).map((mount, n) => ({
        path: n === 0 ? ROOT : toGalleryPath(root, mount.path),
        isStable: keepsIdentities(mount),
      }))
    },
    isStable: (path) => mounts.findLast((mount) => isInside(path, mount.path))?.isStable ?? true,
  }
}

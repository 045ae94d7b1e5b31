import { directoriesOf } from './directories.ts'
import { stat } from './disk.ts'
import { isNoAnswer } from './drive-timeout.ts'
import { type Mount, mountsOf } from './mount-table.ts'

/** File systems whose files others can change without an event of this kernel. */
const REMOTE = new Set(
  `9p afs beegfs ceph cifs coda davfs drvfs fuse gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs
   prl_fs smb3 smbfs vboxsf virtiofs vmhgfs`.split(/\s+/),
)
/** File systems in user space that lie on a local disk: every change goes through this kernel. */
const LOCAL_FUSE = new Set(['fuseblk', 'fuse.ntfs', 'fuse.exfat', 'fuse.lowntfs-3g'])

/** File systems whose inode numbers change at each mount, or when the kernel drops an inode from memory. */
const UNSTABLE_INODES = new Set(['vfat', 'msdos', 'exfat', 'fuse.exfat', 'vboxsf'])

/** Whether files keep their identity (inode). */
export function keepsIdentities({ type, makesInodes = false }: Mount): boolean {
  return !makesInodes && !UNSTABLE_INODES.has(type) && (!type.startsWith('fuse') || LOCAL_FUSE.has(type))
}

export function isRemote({ type }: Mount): boolean {
  return (type.startsWith('fuse') && !LOCAL_FUSE.has(type)) || REMOTE.has(type)
}

/**
 * Lists the mounts of a gallery: first the one that contains it, then those in it. Each of its directories that exists counts
 * as a mount.
 * @returns an empty list if the system has no table of mounts and the gallery no directories
 */
export async function mountsOfGallery(root: string, table?: string): Promise<Mount[]> {
  const mounts = mountsOf(root, table)
  const directories = directoriesOf(root)
  if (mounts.length === 0 && directories.length > 0) mounts.push({ ...UNKNOWN, path: root })
  for (const { path } of directories) {
    if (!(await isFolder(path))) continue
    const [holding = { ...UNKNOWN, path }, ...below] = mountsOf(path, table)
    mounts.push({ ...holding, path }, ...below)
  }
  return mounts
}

const UNKNOWN = { type: 'unknown', drive: 'unknown' }

/** A drive that does not answer is not absent. */
async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((info) => info.isDirectory(), isNoAnswer)
}

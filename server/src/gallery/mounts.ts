import { readFile } from 'node:fs/promises'
import { sep } from 'node:path'
import { directoriesOf } from './directories.ts'
import { stat } from './disk.ts'

export interface Mount {
  /** Absolute path at which the file system appears. */
  path: string
  /** As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  type: string
  /** A mount by the names that it keeps when it is mounted again: its source, and the part of it. */
  drive: string
}

/** Linux lists its mounts here; see proc(5). */
const MOUNT_TABLE = '/proc/self/mountinfo'

/** File systems whose files others can change without an event of this kernel. */
const REMOTE = new Set(
  `9p afs beegfs ceph cifs coda davfs drvfs fuse gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs
   prl_fs smb3 smbfs vboxsf virtiofs vmhgfs`.split(/\s+/),
)
/** File systems in user space that lie on a local disk: every change goes through this kernel. */
const LOCAL_FUSE = new Set(['fuseblk', 'fuse.ntfs', 'fuse.exfat', 'fuse.lowntfs-3g'])

/** File systems whose inode numbers change at each mount, or when the kernel drops an inode from memory. */
const UNSTABLE_INODES = new Set(['vfat', 'msdos', 'exfat', 'fuse.exfat'])

/** Whether files keep their identity (inode). */
export function keepsIdentities({ type }: Mount): boolean {
  return !UNSTABLE_INODES.has(type) && (!type.startsWith('fuse') || LOCAL_FUSE.has(type))
}

export function isRemote({ type }: Mount): boolean {
  return (type.startsWith('fuse') && !LOCAL_FUSE.has(type)) || REMOTE.has(type)
}

/**
 * Lists the mounts of a folder: first the one that contains it, then those below it.
 * @returns an empty list on systems other than Linux, which have no table of mounts
 */
export async function mountsOf(folder: string, table = MOUNT_TABLE): Promise<Mount[]> {
  const text = await readFile(table, 'utf8').catch(() => '')
  const mounts = parseMountTable(text)
  // If several are mounted at one place, the last hides the others.
  const holding = mounts
    .filter(({ path }) => path === folder || path === sep || folder.startsWith(path + sep))
    .reduce<Mount | undefined>(
      (best, mount) => (best && best.path.length > mount.path.length ? best : mount),
      undefined,
    )
  return [...(holding ? [holding] : []), ...mounts.filter(({ path }) => path.startsWith(folder + sep))]
}

/**
 * Lists the mounts of a gallery: first the one that contains it, then those in it. Each of its directories that exists counts
 * as a mount.
 * @returns an empty list if the system has no table of mounts and the gallery no directories
 */
export async function mountsOfGallery(root: string, table?: string): Promise<Mount[]> {
  const mounts = await mountsOf(root, table)
  const directories = directoriesOf(root)
  if (mounts.length === 0 && directories.length > 0) mounts.push({ ...UNKNOWN, path: root })
  for (const { path } of directories) {
    if (!(await isFolder(path))) continue
    const [holding = { ...UNKNOWN, path }, ...below] = await mountsOf(path, table)
    mounts.push({ ...holding, path }, ...below)
  }
  return mounts
}

const UNKNOWN = { type: 'unknown', drive: 'unknown' }

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  )
}

/** `36 35 98:0 /root /mount/point options [optional …] - type source options`, a line each. */
function parseMountTable(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const [, , , part, path] = before?.split(' ') ?? []
    const [type, source] = after?.split(' ') ?? []
    if (path === undefined || type === undefined) return []
    return [{ path: unescapeOctal(path), type, drive: `${type} ${source} ${part}` }]
  })
}

/** Blanks and backslashes of a path stand as `\040` and `\134`, its bytes in UTF-8. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

import { readFileSync } from 'node:fs'
import { sep } from 'node:path'

export interface Mount {
  /** Absolute path at which the file system appears. */
  path: string
  /** As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`. */
  type: string
  /** A mount by the names that it keeps when it is mounted again: its source, and the part of it. */
  drive: string
  /** Whether the client of a network drive makes up the inode numbers, which then change when the kernel drops one from memory. */
  makesInodes?: boolean
}

const SMB = new Set(['cifs', 'smb3'])
/** Listed while the inode numbers are those of the server: the kernel removes it if the server has none that are unique. */
const SERVER_INODES = 'serverino'

/** Linux lists its mounts here; see proc(5). Reading it asks no drive. */
const MOUNT_TABLE = '/proc/self/mountinfo'

/**
 * Lists the mounts of a folder: first the one that contains it, then those below it.
 * @returns an empty list on systems other than Linux, which have no table of mounts
 */
export function mountsOf(folder: string, table = MOUNT_TABLE): Mount[] {
  const mounts = parseMountTable(textOf(table))
  // If several are mounted at one place, the last hides the others.
  const holding = mounts
    .filter(({ path }) => path === folder || path === sep || folder.startsWith(path + sep))
    .reduce<Mount | undefined>(
      (best, mount) => (best && best.path.length > mount.path.length ? best : mount),
      undefined,
    )
  return [...(holding ? [holding] : []), ...mounts.filter(({ path }) => path.startsWith(folder + sep))]
}

/** Blocks for less than a millisecond. An asynchronous read would wait for a thread, and drives that do not answer can occupy all. */
function textOf(table: string): string {
  try {
    return readFileSync(table, 'utf8')
  } catch {
    return ''
  }
}

/** `36 35 98:0 /root /mount/point options [optional …] - type source options`, a line each. */
function parseMountTable(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ')
    const [, , , part, path] = before?.split(' ') ?? []
    const [type, source, options = ''] = after?.split(' ') ?? []
    if (path === undefined || type === undefined) return []
    const makesInodes = SMB.has(type) && !options.split(',').includes(SERVER_INODES)
    return [{ path: unescapeOctal(path), type, drive: `${type} ${source} ${part}`, makesInodes }]
  })
}

/** Blanks and backslashes of a path stand as `\040` and `\134`, its bytes in UTF-8. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
}

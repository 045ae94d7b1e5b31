import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import { lstat, readNames, stat } from './disk.ts'
import type { IncludeRules } from './include.ts'
import { followLink } from './links.ts'
import { directoryOf, isTop, joinPath, nameOf, normalizeName, toAbsolute } from './paths.ts'

/** The result of one `stat`. Times in milliseconds since 1970. */
export interface FileStat {
  path: string
  bytes: number
  modifiedAt: number
  /** Time of the last change of content, name, owner or permissions. Unlike `modifiedAt`, no program can set it. */
  changedAt: number
  createdAt: number
  /** Identity of the file on its file system; survives a rename. A symbolic link has its own. */
  inode: bigint
  /** Version of the XMP file beside it; null if there is none, undefined if nobody has looked. */
  sidecar?: string | null | undefined
}

/** @returns undefined if the path is not an ordinary file (any more), nor a link to one that is followed */
export async function statFile(
  root: string,
  path: string,
  options: IncludeRules,
): Promise<FileStat | undefined> {
  const absolute = toAbsolute(root, path)
  const linkInfo = await lstat(absolute).catch(undefinedIfNotFound)
  if (linkInfo === undefined || !linkInfo.isSymbolicLink())
    return linkInfo?.isFile() ? toFileStat(path, linkInfo) : undefined
  const link = await followLink(root, absolute, options)
  if ('reason' in link) return undefined
  const info = await statOf(link.target, path, stat)
  return info && { ...info, inode: linkInfo.ino }
}

/** Names in folders that were read while several files are examined. */
export type SeenNames = Map<string, Promise<ReadonlySet<string>>>

/**
 * Whether every step of a path is spelled as on the disk: where upper and lower case are the same to the file system, a file
 * is found under its old name, too, and in a folder under that folder's old name. Names of directories come from the configuration.
 */
export async function hasExactCase(
  root: string,
  path: string,
  seen: SeenNames = new Map(),
): Promise<boolean> {
  for (let at = path; !isTop(root, at); at = directoryOf(at)) {
    const directory = directoryOf(at)
    const names = seen.get(directory) ?? readNames(toAbsolute(root, directory)).then((list) => new Set(list))
    seen.set(directory, names)
    if (!(await names).has(nameOf(at))) return false
  }
  return true
}

/**
 * Returns the path under which a listing finds a file: where upper and lower case, or the forms of Unicode, are the same to the
 * file system, its names may be spelled in another way.
 */
export async function spellingOnDisk(root: string, path: string): Promise<string> {
  if (isTop(root, path)) return path
  const directory = await spellingOnDisk(root, directoryOf(path))
  const [name, folder] = [nameOf(path), toAbsolute(root, directory)]
  const names = await readNames(folder)
  if (names.includes(name)) return joinPath(directory, name)
  const found = await lstat(join(folder, name)).catch(undefinedIfNotFound)
  for (const other of names.filter((one) => normalizeName(one) === normalizeName(name)))
    if ((await lstat(join(folder, other)).catch(undefinedIfNotFound))?.ino === found?.ino)
      return joinPath(directory, other)
  return joinPath(directory, name)
}

export async function statOf(
  absolute: string,
  path: string,
  look: typeof lstat | typeof stat,
): Promise<FileStat | undefined> {
  const info = await look(absolute).catch(undefinedIfNotFound)
  return info?.isFile() ? toFileStat(path, info) : undefined
}

/** Whether an error of the system means that nothing exists at the path. */
export function isNotFound(error: unknown): boolean {
  const code = systemCodeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function undefinedIfNotFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}

export function toFileStat(path: string, info: BigIntStats): FileStat {
  return {
    path,
    bytes: Number(info.size),
    inode: info.ino,
    changedAt: toTime(info.ctimeMs),
    ...timesOf(info),
  }
}

/** Milliseconds from 1970 to the last time that `Date` has; as many before 1970 is the first. */
const MAX_TIME_MS = 8.64e15

/** File systems with seconds of 64 bits hold times for which there is no date. */
export function toTime(ms: bigint): number {
  return Math.min(MAX_TIME_MS, Math.max(-MAX_TIME_MS, Number(ms)))
}

/** Times of a folder, which changes with each file in it. */
export function folderTimesOf({ birthtimeMs, mtimeMs }: Pick<BigIntStats, 'birthtimeMs' | 'mtimeMs'>): {
  modifiedAt: number
  createdAt: number
} {
  const created = birthtimeMs > 0n && birthtimeMs < mtimeMs ? birthtimeMs : mtimeMs
  return { modifiedAt: toTime(mtimeMs), createdAt: toTime(created) }
}

/** A copy may keep the modification time of its original. The time of birth, which some file systems lack, ignores files that were moved in. */
export function timesOf(stat: { mtimeMs: bigint; ctimeMs: bigint }): {
  modifiedAt: number
  createdAt: number
} {
  return { modifiedAt: toTime(stat.mtimeMs), createdAt: toTime(stat.ctimeMs) }
}

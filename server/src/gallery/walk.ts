import type { BigIntStats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { sep } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import { hasImageExtension } from './formats.ts'
import { joinPath, ROOT, toAbsolute } from './paths.ts'

/** What one `stat` tells of a file. Times in milliseconds since 1970, whole for `modifiedAt`. */
export interface FileFacts {
  path: string
  bytes: number
  modifiedAt: number
  createdAt: number
  /** Identity of the file on its file system; survives a rename. */
  inode: bigint
}

export interface DirectoryListing {
  directory: string
  files: FileFacts[]
  subdirectories: string[]
  /** The folder's own times. */
  modifiedAt: number
  createdAt: number
}

export interface WalkOptions {
  recursive: boolean
  /** Absolute folders that are never entered: our own data, when it lies in the gallery. */
  excluded: readonly string[]
}

/** Whether a path of the gallery lies where images are looked for; symbolic links on the way are not looked at. */
export function isWithinWalk(root: string, path: string, { recursive, excluded }: WalkOptions): boolean {
  if (path === ROOT) return true
  if (path.split('/').some(isIgnoredName)) return false
  const absolute = toAbsolute(root, path)
  if (excluded.some((folder) => absolute === folder || absolute.startsWith(folder + sep))) return false
  return recursive || !path.includes('/')
}

const SYSTEM_NAMES = new Set(
  [
    '@eaDir',
    '#recycle',
    '#snapshot',
    '$RECYCLE.BIN',
    'System Volume Information',
    '__MACOSX',
    'lost+found',
  ].map((name) => name.toLowerCase()),
)
const STATS_AT_ONCE = 32

/** Hidden files and what operating systems and network drives leave behind. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase())
}

/**
 * Lists one folder of the gallery: its image files and its subfolders.
 * @returns undefined if there is no such folder (any more)
 * @throws the system's error if the folder is there but can't be read
 */
export async function listDirectory(
  root: string,
  directory: string,
  { recursive, excluded }: WalkOptions,
): Promise<DirectoryListing | undefined> {
  const absolute = toAbsolute(root, directory)
  try {
    const [entries, own] = await Promise.all([
      readdir(absolute, { withFileTypes: true }),
      lstat(absolute, { bigint: true }),
    ])
    const visible = entries.filter((entry) => !isIgnoredName(entry.name))
    const names = visible
      .filter((entry) => entry.isFile() && hasImageExtension(entry.name))
      .map((entry) => entry.name)
    const subdirectories = recursive
      ? visible.filter((entry) => entry.isDirectory()).map((entry) => joinPath(directory, entry.name))
      : []
    return {
      directory,
      files: await statAll(root, directory, names),
      subdirectories: subdirectories.filter((path) => !excluded.includes(toAbsolute(root, path))),
      ...timesOf(own),
    }
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** @returns undefined if the path is not an ordinary file (any more) */
export async function statFile(root: string, path: string): Promise<FileFacts | undefined> {
  try {
    const stat = await lstat(toAbsolute(root, path), { bigint: true })
    if (!stat.isFile()) return undefined
    return toFileFacts(path, stat)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

/** Walks the gallery, folder by folder, parents before children. */
export async function* walk(
  root: string,
  options: WalkOptions,
  onUnreadable: (directory: string, error: unknown) => void,
  start: string = ROOT,
): AsyncGenerator<DirectoryListing> {
  const waiting = [start]
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    let listing: DirectoryListing | undefined
    try {
      listing = await listDirectory(root, directory, options)
    } catch (error) {
      onUnreadable(directory, error)
      continue
    }
    if (listing === undefined) continue
    yield listing
    waiting.push(...listing.subdirectories.toReversed())
  }
}

async function statAll(root: string, directory: string, names: string[]): Promise<FileFacts[]> {
  const files: FileFacts[] = []
  for (let start = 0; start < names.length; start += STATS_AT_ONCE) {
    const chunk = names.slice(start, start + STATS_AT_ONCE)
    const facts = await Promise.all(chunk.map((name) => statFile(root, joinPath(directory, name))))
    files.push(...facts.filter((fact) => fact !== undefined))
  }
  return files
}

export function toFileFacts(path: string, stat: BigIntStats): FileFacts {
  return { path, bytes: Number(stat.size), inode: stat.ino, ...timesOf(stat) }
}

/** Some file systems know no time of birth and say 1970, or a time after the last change. */
function timesOf(stat: { mtimeMs: bigint; birthtimeMs: bigint }): { modifiedAt: number; createdAt: number } {
  const modifiedAt = Number(stat.mtimeMs)
  const bornAt = Number(stat.birthtimeMs)
  return { modifiedAt, createdAt: bornAt > 0 ? Math.min(bornAt, modifiedAt) : modifiedAt }
}

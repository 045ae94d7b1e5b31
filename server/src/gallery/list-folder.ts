import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { hasImageExtension } from './formats/index.ts'
import { type IncludeRules, isIgnoredName, isIgnoredPath } from './include.ts'
import { followDirectoryLink, followLink, isReached, type Link, pointsAt } from './links.ts'
import { joinPath, nameOf, ROOT, toAbsolute, toGalleryPath } from './paths.ts'
import { type FileStat, isNotFound, statOf, timesOf, toFileStat } from './stat-file.ts'

/** What bears the name of an image but is no file that could be read, with the reason. */
export interface UnreadableEntry {
  stat: FileStat
  reason: string
}

/** A symbolic link that leads, or would lead if there were anything, to a place in the gallery. */
export interface ListedLink {
  /** Its own. */
  path: string
  target: string
  isFollowed: boolean
}

export interface DirectoryListing {
  directory: string
  files: FileStat[]
  unreadable: UnreadableEntry[]
  /** Files that are there and can't be looked at. */
  unknown: { path: string; error: unknown }[]
  subdirectories: string[]
  links: ListedLink[]
  /** Links to folders that are not followed, with the reason; links in a circle are none. */
  excluded: { path: string; reason: string }[]
  /** The folder's own times. */
  modifiedAt: number
  createdAt: number
}

/** Some of the system's threads are left to others, also if a drive hangs that all of these wait for. */
const MAX_CONCURRENT_STATS = 8
/** A drive that does not answer for so long is away. */
const LISTING_TIMEOUT_MS = 60_000
const NOT_UTF8 = 'its name is not valid UTF-8: rename it'

/**
 * Lists one folder of the gallery: its image files and its subfolders. Symbolic links are followed inside the gallery.
 * @returns undefined if there is no such folder (any more)
 * @throws the system's error if the folder is there but can't be read
 */
export async function listDirectory(
  root: string,
  directory: string,
  options: IncludeRules,
): Promise<DirectoryListing | undefined> {
  const absolute = toAbsolute(root, directory)
  try {
    const [entries, info] = await withTimeout(absolute, () =>
      Promise.all([readdir(absolute, { withFileTypes: true }), stat(absolute, { bigint: true })]),
    )
    // A link that leads elsewhere may have taken its place before it was read.
    if (directory !== ROOT && !(await isReached(root, directory, options))) return undefined
    const listing: DirectoryListing = {
      directory,
      files: [],
      unreadable: [],
      unknown: [],
      subdirectories: [],
      links: [],
      excluded: [],
      ...timesOf(info),
    }
    const included = entries.filter(
      ({ name }) => !isIgnoredName(name) && !isIgnoredPath(joinPath(directory, name), options),
    )
    const paths = (entries: Dirent[]) => entries.map(({ name }) => joinPath(directory, name))
    if (options.recursive) {
      const below = paths(included.filter((entry) => entry.isDirectory()))
      listing.subdirectories = below.filter((path) => !options.excluded.includes(toAbsolute(root, path)))
    }
    const images = included.filter((entry) => !entry.isDirectory() && hasImageExtension(entry.name))
    await addFiles(root, listing, paths(images.filter((entry) => entry.isFile())))
    for (const path of paths(images.filter((entry) => !entry.isFile() && !entry.isSymbolicLink())))
      await addSpecial(root, listing, path)
    for (const path of paths(included.filter((entry) => entry.isSymbolicLink())))
      await addLink(root, listing, path, options)
    return listing
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

async function addFiles(root: string, listing: DirectoryListing, paths: string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += MAX_CONCURRENT_STATS) {
    const chunk = paths.slice(start, start + MAX_CONCURRENT_STATS)
    const results = await withTimeout(toAbsolute(root, listing.directory), () =>
      Promise.allSettled(chunk.map((path) => statOf(toAbsolute(root, path), path, lstat))),
    )
    for (const [n, path] of chunk.entries()) {
      const result = results[n]!
      if (result.status === 'rejected') listing.unknown.push({ path, error: result.reason })
      else if (result.value !== undefined) listing.files.push(result.value)
      // Node can't name what is not UTF-8: the name that it gives leads nowhere.
      else if (path.includes('\ufffd')) listing.unreadable.push({ stat: unknownStat(path), reason: NOT_UTF8 })
    }
  }
}

async function addSpecial(
  root: string,
  { unreadable, unknown }: DirectoryListing,
  path: string,
): Promise<void> {
  const info = await lstat(toAbsolute(root, path), { bigint: true }).catch((error) => {
    if (!isNotFound(error)) unknown.push({ path, error })
    return undefined
  })
  if (info === undefined || info.isFile() || info.isDirectory()) return
  unreadable.push({ stat: toFileStat(path, info), reason: `it is ${fileType(info)}, not a file` })
}

async function addLink(
  root: string,
  listing: DirectoryListing,
  path: string,
  options: IncludeRules,
): Promise<void> {
  const absolute = toAbsolute(root, path)
  const unanswered = (error: unknown): undefined => {
    if (!isNotFound(error)) listing.unknown.push({ path, error })
  }
  const info = await lstat(absolute, { bigint: true }).catch(unanswered)
  if (info === undefined) return
  const isImage = hasImageExtension(nameOf(path))
  const refuse = ({ reason, isLoop }: { reason: string; isLoop?: boolean }) => {
    if (isImage) listing.unreadable.push({ stat: toFileStat(path, info), reason })
    else if (!isLoop) listing.excluded.push({ path, reason })
  }
  const link = await followLink(root, absolute, options)
  if ('reason' in link) {
    // What it points at may come.
    const pointed = await pointsAt(root, absolute)
    if (pointed !== undefined) listing.links.push({ path, target: pointed, isFollowed: false })
    return refuse(link)
  }
  const target = await stat(link.target, { bigint: true }).catch(unanswered)
  if (target === undefined) return
  const followed = { path, target: toGalleryPath(root, link.target), isFollowed: true }
  if (target.isDirectory()) {
    if (!options.recursive) return
    const way: Link = await followDirectoryLink(root, absolute, options)
    if ('reason' in way) return refuse({ ...way, isLoop: true })
    listing.subdirectories.push(path)
    listing.links.push(followed)
  } else if (isImage && target.isFile()) {
    listing.files.push({ ...toFileStat(path, target), inode: info.ino })
    listing.links.push(followed)
  } else if (isImage) {
    refuse({ reason: `the link leads to ${fileType(target)}, not to a file` })
  }
}

/** Folders that have not answered yet: nothing more is asked of them until they do. */
const unresponsive = new Set<string>()

/** @throws {Error} if a folder does not answer in time, or has not yet when it was asked before */
async function withTimeout<T>(directory: string, request: () => Promise<T>): Promise<T> {
  if (unresponsive.has(directory)) throw new Error('the drive does not answer')
  unresponsive.add(directory)
  const result = request().finally(() => unresponsive.delete(directory))
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the drive does not answer')), LISTING_TIMEOUT_MS).unref()
  })
  return Promise.race([result, timeout]).finally(() => clearTimeout(timer))
}

function fileType(info: BigIntStats): string {
  if (info.isFIFO()) return 'a named pipe'
  if (info.isSocket()) return 'a socket'
  return info.isDirectory() ? 'a folder' : 'a device'
}

function unknownStat(path: string): FileStat {
  return { path, bytes: 0, modifiedAt: 0, createdAt: 0, inode: 0n }
}

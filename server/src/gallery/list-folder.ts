import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { hasImageExtension } from './formats/index.ts'
import { isIgnoredName, isIgnoredPath, type WalkOptions } from './include.ts'
import { followDirectoryLink, followLink, isReached, type Link, pointsAt } from './links.ts'
import { joinPath, nameOf, ROOT, toAbsolute, toGalleryPath } from './paths.ts'
import { type FileFacts, factsOf, isAbsent, timesOf, toFileFacts } from './stat-file.ts'

/** What bears the name of an image but is no file that could be read, with the reason. */
export interface UnfitFile {
  facts: FileFacts
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
  files: FileFacts[]
  unfit: UnfitFile[]
  /** Files that are there and can't be looked at. */
  unknown: { path: string; error: unknown }[]
  subdirectories: string[]
  links: ListedLink[]
  /** Links to folders that are not followed, with the reason; links in a circle are none. */
  leftOut: { path: string; reason: string }[]
  /** The folder's own times. */
  modifiedAt: number
  createdAt: number
}

/** Some of the system's threads are left to others, also if a drive hangs that all of these wait for. */
const STATS_AT_ONCE = 8
/** A drive that does not answer for so long is away. */
const PATIENCE_MS = 60_000
const NOT_UTF8 = 'its name is not valid UTF-8: rename it'

/**
 * Lists one folder of the gallery: its image files and its subfolders. Symbolic links are followed inside the gallery.
 * @returns undefined if there is no such folder (any more)
 * @throws the system's error if the folder is there but can't be read
 */
export async function listDirectory(
  root: string,
  directory: string,
  options: WalkOptions,
): Promise<DirectoryListing | undefined> {
  const absolute = toAbsolute(root, directory)
  try {
    const [entries, own] = await answered(absolute, () =>
      Promise.all([readdir(absolute, { withFileTypes: true }), stat(absolute, { bigint: true })]),
    )
    // A link that leads elsewhere may have taken its place before it was read.
    if (directory !== ROOT && !(await isReached(root, directory, options))) return undefined
    const listing: DirectoryListing = {
      directory,
      files: [],
      unfit: [],
      unknown: [],
      subdirectories: [],
      links: [],
      leftOut: [],
      ...timesOf(own),
    }
    const wanted = entries.filter(
      ({ name }) => !isIgnoredName(name) && !isIgnoredPath(joinPath(directory, name), options),
    )
    const paths = (entries: Dirent[]) => entries.map(({ name }) => joinPath(directory, name))
    if (options.recursive) {
      const below = paths(wanted.filter((entry) => entry.isDirectory()))
      listing.subdirectories = below.filter((path) => !options.excluded.includes(toAbsolute(root, path)))
    }
    const images = wanted.filter((entry) => !entry.isDirectory() && hasImageExtension(entry.name))
    await addFiles(root, listing, paths(images.filter((entry) => entry.isFile())))
    for (const path of paths(images.filter((entry) => !entry.isFile() && !entry.isSymbolicLink())))
      await addSpecial(root, listing, path)
    for (const path of paths(wanted.filter((entry) => entry.isSymbolicLink())))
      await addLink(root, listing, path, options)
    return listing
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw error
  }
}

async function addFiles(root: string, listing: DirectoryListing, paths: string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += STATS_AT_ONCE) {
    const chunk = paths.slice(start, start + STATS_AT_ONCE)
    const looks = await answered(toAbsolute(root, listing.directory), () =>
      Promise.allSettled(chunk.map((path) => factsOf(toAbsolute(root, path), path, lstat))),
    )
    for (const [n, path] of chunk.entries()) {
      const look = looks[n]!
      if (look.status === 'rejected') listing.unknown.push({ path, error: look.reason })
      else if (look.value !== undefined) listing.files.push(look.value)
      // Node can't name what is not UTF-8: the name that it gives leads nowhere.
      else if (path.includes('\ufffd')) listing.unfit.push({ facts: unknownFacts(path), reason: NOT_UTF8 })
    }
  }
}

async function addSpecial(root: string, { unfit, unknown }: DirectoryListing, path: string): Promise<void> {
  const facts = await lstat(toAbsolute(root, path), { bigint: true }).catch((error) => {
    if (!isAbsent(error)) unknown.push({ path, error })
    return undefined
  })
  if (facts === undefined || facts.isFile() || facts.isDirectory()) return
  unfit.push({ facts: toFileFacts(path, facts), reason: `it is ${kindOf(facts)}, not a file` })
}

async function addLink(
  root: string,
  listing: DirectoryListing,
  path: string,
  options: WalkOptions,
): Promise<void> {
  const absolute = toAbsolute(root, path)
  const unanswered = (error: unknown): undefined => {
    if (!isAbsent(error)) listing.unknown.push({ path, error })
  }
  const own = await lstat(absolute, { bigint: true }).catch(unanswered)
  if (own === undefined) return
  const isImage = hasImageExtension(nameOf(path))
  const refuse = ({ reason, isLoop }: { reason: string; isLoop?: boolean }) => {
    if (isImage) listing.unfit.push({ facts: toFileFacts(path, own), reason })
    else if (!isLoop) listing.leftOut.push({ path, reason })
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
    listing.files.push({ ...toFileFacts(path, target), inode: own.ino })
    listing.links.push(followed)
  } else if (isImage) {
    refuse({ reason: `the link leads to ${kindOf(target)}, not to a file` })
  }
}

/** Folders that have not answered yet: nothing more is asked of them until they do. */
const hanging = new Set<string>()

/** @throws {Error} if a folder does not answer in time, or has not yet when it was asked before */
async function answered<T>(directory: string, ask: () => Promise<T>): Promise<T> {
  if (hanging.has(directory)) throw new Error('the drive does not answer')
  hanging.add(directory)
  const answer = ask().finally(() => hanging.delete(directory))
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the drive does not answer')), PATIENCE_MS).unref()
  })
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

function kindOf(facts: BigIntStats): string {
  if (facts.isFIFO()) return 'a named pipe'
  if (facts.isSocket()) return 'a socket'
  return facts.isDirectory() ? 'a folder' : 'a device'
}

function unknownFacts(path: string): FileFacts {
  return { path, bytes: 0, modifiedAt: 0, createdAt: 0, inode: 0n }
}

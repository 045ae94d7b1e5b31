import type { BigIntStats } from 'node:fs'
import { directoriesOf } from './directories.ts'
import { type DirectoryEntry, lstat, readEntries, stat } from './disk.ts'
import { isNoAnswer } from './drive-timeout.ts'
import { hasImageExtension } from './formats/index.ts'
import { entryRule, type IncludeRules, isOwnData, type LeftOutRule } from './include.ts'
import {
  type FolderIdentity,
  followDirectoryLink,
  followLink,
  isInReached,
  isReached,
  type Link,
  pointsAt,
  type RefusedLink,
} from './links.ts'
import { isTop, joinPath, nameOf, ROOT, toAbsolute, toGalleryPath } from './paths.ts'
import { hasImageContent, recognise } from './recognise.ts'
import { withSidecars } from './sidecar.ts'
import { type FileStat, folderTimesOf, isNotFound, statOf, toFileStat } from './stat-file.ts'

/** An entry with the name of an image that is no file that can be read, with the reason. */
export interface UnreadableEntry {
  stat: FileStat
  reason: string
}

/** A symbolic link that leads to a place in the gallery, whether anything exists there or not. */
export interface ListedLink {
  /** Path of the link itself. */
  path: string
  target: string
  isFollowed: boolean
}

/** Entries of one folder that the gallery leaves out under one rule. */
interface LeftOutEntries {
  rule: LeftOutRule
  count: number
  /** Path of one of them. */
  example: string
}

/** A folder, or a link to one, that is not entered. */
export interface LeftOutFolder {
  path: string
  rule: LeftOutRule
  reason?: string
}

export interface DirectoryListing {
  directory: string
  files: FileStat[]
  unreadable: UnreadableEntry[]
  /** Files that exist and can't be examined. */
  unknown: { path: string; error: unknown }[]
  subdirectories: string[]
  links: ListedLink[]
  leftOut: LeftOutEntries[]
  leftOutFolders: LeftOutFolder[]
  /** The folder's own times. */
  modifiedAt: number
  createdAt: number
  identity: FolderIdentity
}

/** Leaves some threads of the system to other work while a drive does not answer. */
const MAX_CONCURRENT_STATS = 8

/**
 * Lists one folder of the gallery: its image files, its subfolders, and what the gallery leaves out. Symbolic links are followed
 * inside the gallery.
 * @param parent the folder above, if a walk has just listed it
 * @returns undefined if the folder does not exist (any more)
 * @throws the system's error if the folder exists but can't be read
 */
export async function listDirectory(
  root: string,
  directory: string,
  options: IncludeRules,
  parent?: FolderIdentity,
): Promise<DirectoryListing | undefined> {
  const absolute = toAbsolute(root, directory)
  try {
    const [entries, info] = await Promise.all([readEntries(absolute), stat(absolute)])
    // A link that leads elsewhere may have taken its place before it was read.
    const isBelow = parent !== undefined && (await isInReached(absolute, info, parent))
    if (directory !== ROOT && !isBelow && !(await isReached(root, directory, options))) return undefined
    const { dev, ino } = info
    const own = { ...folderTimesOf(info), identity: { dev, ino } }
    return await new Lister(root, directory, options, own).list(entries)
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

type OwnFacts = Pick<DirectoryListing, 'modifiedAt' | 'createdAt' | 'identity'>

/** Sorts the entries of one folder. */
class Lister {
  readonly #root: string
  readonly #options: IncludeRules
  readonly #listing: DirectoryListing
  readonly #leftOut = new Map<LeftOutRule, LeftOutEntries>()

  constructor(root: string, directory: string, options: IncludeRules, own: OwnFacts) {
    this.#root = root
    this.#options = options
    this.#listing = {
      directory,
      files: [],
      unreadable: [],
      unknown: [],
      subdirectories: [],
      links: [],
      leftOut: [],
      leftOutFolders: [],
      ...own,
    }
  }

  async list(entries: readonly DirectoryEntry[]): Promise<DirectoryListing> {
    const known = await this.#knownFiles()
    const images: string[] = []
    const others: string[] = []
    const special: string[] = []
    const links: string[] = []
    for (const entry of entries) {
      const path = joinPath(this.#listing.directory, entry.name)
      if (isTop(this.#root, path)) continue
      const rule = entryRule(path, this.#options)
      if (entry.isDirectory()) this.#addDirectory(path, rule)
      else if (rule !== undefined) this.#leaveOut(rule, path)
      else if (known?.has(path) === false) this.#leaveOut('subfolder', path)
      else if (entry.isSymbolicLink()) links.push(path)
      else if (!entry.isFile()) special.push(path)
      else if (hasImageExtension(entry.name)) images.push(path)
      else others.push(path)
    }
    // Not by spread arguments, whose number is limited.
    this.#listing.files = await this.#stats(images)
    const rest = await this.#addByContent(others)
    for (const path of special) await this.#addSpecial(path)
    for (const path of links) await this.#addLinkUnlessLate(path)
    const { files, read } = withSidecars(this.#listing.files, rest)
    this.#listing.files = files
    for (const { path } of rest) this.#leaveOut(read.has(path) ? 'sidecar' : 'not_an_image', path)
    if (this.#listing.directory === ROOT) await this.#addGalleryDirectories()
    this.#listing.leftOut = [...this.#leftOut.values()]
    return this.#listing
  }

  /** Adds existing folders. One that can't be read or does not answer is reported when it is listed itself. */
  async #addGalleryDirectories(): Promise<void> {
    for (const { name } of directoriesOf(this.#root)) {
      const isThere = await this.#examine(name, stat).then((info) => info?.isDirectory(), isNoAnswer)
      if (isThere) this.#addDirectory(name, entryRule(name, this.#options))
    }
  }

  #addDirectory(path: string, rule: LeftOutRule | undefined): void {
    const { subdirectories, leftOutFolders } = this.#listing
    if (rule !== undefined) leftOutFolders.push({ path, rule })
    else if (isOwnData(toAbsolute(this.#root, path), this.#options))
      leftOutFolders.push({ path, rule: 'own_data' })
    else subdirectories.push(path)
  }

  /** @returns the only files that belong to the gallery here; undefined if all do */
  async #knownFiles(): Promise<ReadonlySet<string> | undefined> {
    const { recursive, knownIn } = this.#options
    const { directory } = this.#listing
    if (recursive || isTop(this.#root, directory)) return undefined
    return (await knownIn?.(directory)) ?? new Set()
  }

  /** Adds files whose names do not end as those of images do, if they hold one. @returns the others */
  async #addByContent(paths: readonly string[]): Promise<readonly FileStat[]> {
    const { directory, files } = this.#listing
    const stats = await this.#stats(paths)
    const { images, others, unreadable } = await recognise(this.#root, directory, stats)
    for (const image of images) files.push(image)
    for (const { path } of unreadable) this.#leaveOut('unreadable_file', path)
    return others
  }

  async #stats(paths: readonly string[]): Promise<FileStat[]> {
    const found: FileStat[] = []
    for (let start = 0; start < paths.length; start += MAX_CONCURRENT_STATS) {
      const chunk = paths.slice(start, start + MAX_CONCURRENT_STATS)
      const results = await Promise.allSettled(
        chunk.map((path) => statOf(toAbsolute(this.#root, path), path, lstat)),
      )
      for (const [n, path] of chunk.entries()) {
        const result = results[n]!
        if (result.status === 'rejected') this.#addUnknown(path, result.reason)
        else if (result.value !== undefined) found.push(result.value)
      }
    }
    return found
  }

  async #addSpecial(path: string): Promise<void> {
    const info = await this.#examine(path, lstat)
    if (info === undefined || info.isFile() || info.isDirectory()) return
    const reason = `it is ${fileType(info)}, not a file`
    if (hasImageExtension(nameOf(path)))
      this.#listing.unreadable.push({ stat: toFileStat(path, info), reason })
    else this.#leaveOut('special_file', path)
  }

  /** A link may lead to another drive, which does not answer. */
  async #addLinkUnlessLate(path: string): Promise<void> {
    try {
      await this.#addLink(path)
    } catch (error) {
      if (!isNoAnswer(error)) throw error
      this.#listing.unknown.push({ path, error })
    }
  }

  async #addLink(path: string): Promise<void> {
    const absolute = toAbsolute(this.#root, path)
    const info = await this.#examine(path, lstat)
    if (info === undefined) return
    const link = await followLink(this.#root, absolute, this.#options)
    if ('reason' in link) {
      // Its target may appear later.
      const pointed = await pointsAt(this.#root, absolute)
      if (pointed !== undefined) this.#listing.links.push({ path, target: pointed, isFollowed: false })
      return this.#refuseLink(path, info, link)
    }
    const target = await this.#examine(path, () => stat(link.target))
    if (target === undefined) return
    const followed = { path, target: toGalleryPath(this.#root, link.target), isFollowed: true }
    if (target.isDirectory()) return this.#addDirectoryLink(followed, info)
    if (!target.isFile()) {
      const reason = `the link leads to ${fileType(target)}, not to a file`
      return this.#refuseLink(path, info, { reason, rule: 'link_not_followed' })
    }
    if (!hasImageExtension(nameOf(path)) && !(await this.#showsImage(link.target)))
      return this.#leaveOut('not_an_image', path)
    this.#listing.files.push({ ...toFileStat(path, target), inode: info.ino })
    this.#listing.links.push(followed)
  }

  async #addDirectoryLink(followed: ListedLink, info: BigIntStats): Promise<void> {
    const { path } = followed
    if (!this.#options.recursive) return this.#leaveOut('subfolder', path)
    const way: Link = await followDirectoryLink(this.#root, toAbsolute(this.#root, path), this.#options)
    if ('reason' in way) return this.#refuseLink(path, info, way)
    this.#listing.subdirectories.push(path)
    this.#listing.links.push(followed)
  }

  #refuseLink(path: string, info: BigIntStats, { reason, rule }: RefusedLink): void {
    if (hasImageExtension(nameOf(path)))
      this.#listing.unreadable.push({ stat: toFileStat(path, info), reason })
    else if (rule === 'link_broken') this.#leaveOut(rule, path)
    else this.#listing.leftOutFolders.push({ path, rule, reason })
  }

  /** A file that can't be read is examined at its own path. */
  #showsImage(target: string): Promise<boolean> {
    return hasImageContent(target).catch((error) => {
      if (isNoAnswer(error)) throw error
      return false
    })
  }

  async #examine(
    path: string,
    look: (absolute: string) => Promise<BigIntStats>,
  ): Promise<BigIntStats | undefined> {
    try {
      return await look(toAbsolute(this.#root, path))
    } catch (error) {
      if (!isNotFound(error)) this.#addUnknown(path, error)
      return undefined
    }
  }

  /** @throws {Error} if the drive of the folder does not answer: the folder can't be listed */
  #addUnknown(path: string, error: unknown): void {
    if (isNoAnswer(error)) throw error
    this.#listing.unknown.push({ path, error })
  }

  #leaveOut(rule: LeftOutRule, path: string): void {
    const entries = this.#leftOut.get(rule)
    if (entries === undefined) this.#leftOut.set(rule, { rule, count: 1, example: path })
    else entries.count++
  }
}

function fileType(info: BigIntStats): string {
  if (info.isFIFO()) return 'a named pipe'
  if (info.isSocket()) return 'a socket'
  return info.isDirectory() ? 'a folder' : 'a device'
}

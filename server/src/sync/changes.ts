import { lstat } from '../gallery/disk.ts'
import { hasImageExtension } from '../gallery/formats/index.ts'
import { isIncluded } from '../gallery/include.ts'
import { type DirectoryListing, listDirectory } from '../gallery/list-folder.ts'
import { directoryOf, nameOf, normalizeName, ROOT, toAbsolute } from '../gallery/paths.ts'
import { type FileStat, isNotFound, toFileStat } from '../gallery/stat-file.ts'
import { walk } from '../gallery/walk.ts'
import type { Account } from './account.ts'
import type { PlanExecutor } from './apply.ts'
import type { SyncContext } from './context.ts'
import type { DelayedListings } from './delayed-listings.ts'
import type { FailedListings } from './failed-listings.ts'
import type { FolderTree } from './folder-tree.ts'
import type { ChangeHint } from './hints.ts'
import type { OnceLogger } from './once-logger.ts'
import { mayPass } from './plan/relisting.ts'
import type { GalleryRoot } from './root-monitor.ts'

export interface ChangesOptions {
  context: SyncContext
  gallery: GalleryRoot
  tree: FolderTree
  executor: PlanExecutor
  logger: OnceLogger
  account: Account
  /** Lists a folder after a pause. */
  listLater: DelayedListings
  failedListings: FailedListings
}

/** With changes in more folders than this, a scan costs less. */
const MAX_FOLDERS_PER_PASS = 2_000
/** In a folder with more files than this, a few changed paths are examined without listing the folder. */
const LARGE_FOLDER_FILES = 2_000
const MAX_SINGLE_PATHS = 500

/** Brings the index in line with the folder where hints report changes, and compares listed folders. */
export class Changes {
  readonly #options: ChangesOptions
  readonly #context: SyncContext

  constructor(options: ChangesOptions) {
    this.#options = options
    this.#context = options.context
  }

  async apply(hints: readonly ChangeHint[]): Promise<void> {
    const { executor, logger } = this.#options
    const folders = new Set<string>(this.#options.listLater.due())
    const newFiles: FileStat[] = []
    const [leftOut, included] = [
      hints.filter(this.#isLeftOut),
      hints.filter((hint) => !this.#isLeftOut(hint)),
    ]
    for (const directory of new Set(leftOut.map(({ path }) => folderOf(path))))
      if (!this.#options.listLater.defer(directory)) folders.add(directory)
    for (const [directory, changes] of Map.groupBy(included, ({ path }) => folderOf(path))) {
      const found = await logger.unlessForbidden(directory, () => this.#checkChanged(directory, changes))
      if (found === undefined) folders.add(directory)
      else for (const file of found) newFiles.push(file)
    }
    for (const { path } of included)
      await logger.unlessForbidden(folderOf(path), async () => {
        if (path === ROOT || !(await this.#options.tree.exists(path))) return
        for (const file of await this.#scanTree(path)) newFiles.push(file)
      })
    if (folders.size > MAX_FOLDERS_PER_PASS) return this.#context.doubt('too many changes')
    for (const directory of folders) {
      const found = await logger.unlessForbidden(directory, () => this.#scanFolder(directory))
      for (const file of found ?? []) newFiles.push(file)
    }
    for (const { directory, isTree } of this.#options.failedListings.due())
      for (const file of await this.#listAgain(directory, isTree)) newFiles.push(file)
    await executor.take([...new Map(newFiles.map((file) => [file.path, file])).values()])
    await this.#options.account.save()
  }

  /** Records a folder that can't be listed. @param isTree whether the folders below were to be listed, too */
  unreadable(directory: string, error: unknown, isTree: boolean): void {
    this.#options.logger.unreadableFolder(directory, error)
    this.#options.account.unreadableFolder(directory, error)
    this.#options.failedListings.add(directory, error, isTree)
  }

  /** Changes of files that are left out only affect their number. */
  readonly #isLeftOut = ({ path }: ChangeHint): boolean =>
    !isIncluded(this.#context.root, path, this.#context.walk)

  /**
   * Brings the rows of one folder in line with its files.
   * @param isTree whether the folders below are listed, too
   * @returns files at new paths
   */
  async compare(listing: DirectoryListing, isTree: boolean): Promise<FileStat[]> {
    const { tree, executor, logger, account, failedListings } = this.#options
    const { error } = listing.unknown.find((entry) => mayPass(entry.error)) ?? {}
    failedListings.listed(listing.directory, isTree, error)
    await tree.markVanished(listing.directory, tree.subfolders(listing.directory), listing)
    tree.update(listing)
    logger.entries(listing)
    logger.readable(listing.directory)
    account.begin()
    const newFiles = await executor.compareFolder(listing)
    await account.listed(listing, newFiles)
    return newFiles
  }

  /**
   * Examines single paths where a folder need not be listed: files that were written to, or a few changes in a large folder.
   * @returns files at new paths; undefined if the folder has to be listed
   */
  async #checkChanged(directory: string, hints: readonly ChangeHint[]): Promise<FileStat[] | undefined> {
    const paths = hints.map(({ path }) => path)
    if (paths.includes(ROOT) || paths.length > MAX_SINGLE_PATHS) return undefined
    const { walk } = this.#context
    // Only a listing decides which files below the root belong to the gallery.
    const takesAll = walk.recursive || directory === ROOT
    const isLarge = takesAll && this.#options.tree.fileCount(directory) > LARGE_FOLDER_FILES
    if (!isLarge && !hints.every(({ isWithinFile }) => isWithinFile)) return undefined
    return this.#checkPaths(directory, paths, isLarge)
  }

  async #checkPaths(
    directory: string,
    paths: readonly string[],
    acceptsNew: boolean,
  ): Promise<FileStat[] | undefined> {
    const { catalog } = this.#context
    const { tree, executor, account } = this.#options
    if (directory !== ROOT && !(await tree.exists(directory))) return undefined
    tree.enter(directory)
    const examined = await this.#examine(directory, paths)
    if (examined === undefined) return undefined
    const { files, gone } = examined
    account.begin()
    const rows = await catalog.files.at([...files.map(({ path }) => path), ...gone])
    const known = new Set(rows.map(({ path }) => path))
    if (!acceptsNew && files.some(({ path }) => !known.has(path))) return undefined
    await tree.updateTimes(directory)
    const newFiles = await executor.compareFiles({ files, unreadable: [], unknown: [] }, rows)
    account.examined(newFiles, gone)
    return newFiles
  }

  /** @returns undefined if one of the paths needs its folder to be listed */
  async #examine(
    directory: string,
    paths: readonly string[],
  ): Promise<{ files: FileStat[]; gone: string[] } | undefined> {
    const { root, links } = this.#context
    const files: FileStat[] = []
    const gone: string[] = []
    const names = new Set<string>()
    for (const path of paths) {
      // Links, and names that may be two spellings of one file.
      if (links.isLink(path) || names.has(normalizeName(path))) return undefined
      names.add(normalizeName(path))
      const info = await lstat(toAbsolute(root, path)).catch((error) =>
        isNotFound(error) ? undefined : ('unknown' as const),
      )
      if (info === 'unknown' || (info !== undefined && !info.isFile())) return undefined
      if (info === undefined && this.#options.tree.subfolders(directory).includes(path)) return undefined
      const hasOtherName = !hasImageExtension(nameOf(path)) || !isIncluded(root, path, this.#context.walk)
      // Only a listing counts the files that are left out, and recognises images by their content.
      if (hasOtherName && !this.#options.listLater.defer(directory)) return undefined
      if (info === undefined) gone.push(path)
      else if (!hasOtherName) files.push(toFileStat(path, info))
    }
    return { files, gone }
  }

  /** Compares one folder. Files in subfolders that have vanished are marked missing. */
  async #scanFolder(directory: string): Promise<FileStat[]> {
    const { root, doubt } = this.#context
    const { gallery, tree } = this.#options
    tree.enter(directory)
    if (!(await tree.exists(directory))) {
      // While the gallery itself is unreadable, no folder of it can be found missing.
      await gallery.assertReadable()
      if (await tree.exists(directory)) doubt('folder vanished while listed')
      else for (const below of await tree.knownBelow(directory)) await tree.markMissing(below)
      return []
    }
    let isReadable = true
    const listing = await listDirectory(root, directory, this.#context.walk).catch((error) => {
      isReadable = false
      this.unreadable(directory, error, false)
      return undefined
    })
    if (listing === undefined) {
      if (isReadable) doubt('folder vanished while listed')
      return []
    }
    if (!tree.isListed(directory))
      await tree.markVanished(directory, await tree.knownChildren(directory), listing)
    return this.compare(listing, false)
  }

  /** Scans a folder that has appeared: it may hold more than its events reported. */
  async #scanTree(directory: string): Promise<FileStat[]> {
    const { root } = this.#context
    const { tree } = this.#options
    const newFiles: FileStat[] = []
    tree.addToParent(directory)
    const enter = (below: string) => tree.enter(below)
    const onUnreadable = (below: string, error: unknown) => this.unreadable(below, error, true)
    for await (const listing of walk(root, this.#context.walk, onUnreadable, directory, enter)) {
      for (const file of await this.compare(listing, true)) newFiles.push(file)
    }
    return newFiles
  }

  /** Lists a folder that could not be listed, without further requests to its drive, which may not answer. */
  async #listAgain(directory: string, isTree: boolean): Promise<FileStat[]> {
    const { root } = this.#context
    const { tree, failedListings } = this.#options
    const newFiles: FileStat[] = []
    const visited = new Set<string>()
    const failed: string[] = []
    const enter = (below: string) => tree.enter(below)
    const onUnreadable = (below: string, error: unknown) => {
      failed.push(below)
      this.unreadable(below, error, isTree)
    }
    for await (const listing of walk(root, this.#context.walk, onUnreadable, directory, enter)) {
      visited.add(listing.directory)
      for (const file of await this.compare(listing, isTree)) newFiles.push(file)
      if (!isTree) break
    }
    // Without a listing the folder is gone, which the one above it reports.
    if (!visited.has(directory) && failed.length === 0) failedListings.settle(directory)
    if (isTree && visited.has(directory)) await tree.markUnvisited(directory, visited, failed)
    return newFiles
  }
}

function folderOf(path: string): string {
  return path === ROOT ? ROOT : directoryOf(path)
}

import { stat } from '../gallery/disk.ts'
import { isNoAnswer } from '../gallery/drive-timeout.ts'
import { isReached } from '../gallery/links.ts'
import type { DirectoryListing } from '../gallery/list-folder.ts'
import { directoryOf, isInside, ROOT, toAbsolute } from '../gallery/paths.ts'
import { forgetRecognised } from '../gallery/recognise.ts'
import { folderTimesOf, isNotFound } from '../gallery/stat-file.ts'
import type { Account } from './account.ts'
import type { FolderWatch, SyncContext } from './context.ts'
import type { OnceLogger } from './once-logger.ts'

/** Times of a folder in milliseconds since 1970. */
export interface FolderTimes {
  createdAt: number
  modifiedAt: number
}

/** Folders of the gallery as they were last listed. */
export class FolderTree {
  /** Complete after the first scan. */
  readonly times = new Map<string, FolderTimes>()
  readonly #listed = new Map<string, { subdirectories: string[]; files: number }>()
  readonly #account: Account
  readonly #context: SyncContext
  readonly #logger: OnceLogger
  readonly #watch: FolderWatch

  constructor(context: SyncContext, logger: OnceLogger, watch: FolderWatch, account: Account) {
    this.#account = account
    this.#context = context
    this.#logger = logger
    this.#watch = watch
  }

  /** Watches a folder. Called before the folder is listed, so that no change in between is missed. */
  enter(directory: string): void {
    this.#watch.enter(directory, this.#context.links.resolve(directory))
  }

  update(listing: DirectoryListing): void {
    const { directory, files, subdirectories, createdAt, modifiedAt } = listing
    this.times.set(directory, { createdAt, modifiedAt })
    this.#listed.set(directory, { subdirectories: [...subdirectories], files: files.length })
    this.#context.links.update(listing)
  }

  isListed(directory: string): boolean {
    return this.#listed.has(directory)
  }

  fileCount(directory: string): number {
    return this.#listed.get(directory)?.files ?? 0
  }

  subfolders(directory: string): readonly string[] {
    return this.#listed.get(directory)?.subdirectories ?? []
  }

  /** Adds a folder to the one that holds it, so that its removal is noticed before that one is listed again. */
  addToParent(directory: string): void {
    const parent = this.#listed.get(directoryOf(directory))
    if (parent !== undefined && !parent.subdirectories.includes(directory))
      parent.subdirectories.push(directory)
  }

  /** Reads the times of a known folder again. */
  async updateTimes(directory: string): Promise<void> {
    const info = await stat(toAbsolute(this.#context.root, directory)).catch(() => undefined)
    if (info === undefined || !this.times.has(directory)) return
    this.times.set(directory, folderTimesOf(info))
  }

  /** Whether a folder exists and a walk reaches it. Without an answer of the disk, it may be there. */
  async exists(directory: string): Promise<boolean> {
    const { root, walk } = this.#context
    if (directory === ROOT) return true
    const isOnWay = await isReached(root, directory, walk).catch((error) => {
      if (isNoAnswer(error)) return true
      throw error
    })
    if (!isOnWay) return false
    return stat(toAbsolute(root, directory)).then(
      (info) => info.isDirectory(),
      (error) => !isNotFound(error),
    )
  }

  /** Returns the folders in and below one that were listed or have rows. */
  async knownBelow(directory: string): Promise<Set<string>> {
    const listed = [...this.times.keys()].filter((folder) => isInside(folder, directory))
    return new Set([...listed, ...(await this.#context.catalog.files.folders(directory))])
  }

  /** Returns the direct subfolders that were listed or have rows in or below them. */
  async knownChildren(directory: string): Promise<Set<string>> {
    const below = [...(await this.knownBelow(directory))].filter((folder) => folder !== directory)
    return new Set(below.map((folder) => childOf(directory, folder)))
  }

  /** Marks all files of a folder missing, without those of its subfolders. */
  async markMissing(directory: string): Promise<void> {
    const { catalog, links, missing } = this.#context
    this.times.delete(directory)
    this.#listed.delete(directory)
    links.forget(directory)
    this.#watch.leave(directory)
    this.#account.folderGone(directory)
    forgetRecognised(this.#context.root, directory)
    for (const row of await catalog.files.inFolder(directory)) missing.note(row)
  }

  /** Marks the files of all known folders in and below one missing that a walk has neither visited nor failed to list. */
  async markUnvisited(
    directory: string,
    visited: ReadonlySet<string>,
    unreadable: readonly string[],
  ): Promise<void> {
    for (const below of await this.knownBelow(directory))
      if (!visited.has(below) && !unreadable.some((parent) => isInside(below, parent)))
        await this.markMissing(below)
  }

  /** Marks all files missing that are in or below subfolders which a new listing lacks. */
  async markVanished(
    directory: string,
    children: Iterable<string>,
    { subdirectories }: DirectoryListing,
  ): Promise<void> {
    const present = new Set(subdirectories)
    const gone = new Set<string>()
    // A folder that may not be entered may exist.
    const isGone = async (child: string) =>
      (await this.#logger.unlessForbidden(child, () => this.exists(child))) === false
    for (const child of children) if (!present.has(child) && (await isGone(child))) gone.add(child)
    if (gone.size === 0) return
    for (const below of await this.knownBelow(directory))
      if (below !== directory && gone.has(childOf(directory, below))) await this.markMissing(below)
  }
}

/** Returns the folder directly in `parent` that leads to `below`. */
function childOf(parent: string, below: string): string {
  const rest = parent === ROOT ? below : below.slice(parent.length + 1)
  const child = rest.split('/')[0]!
  return parent === ROOT ? child : `${parent}/${child}`
}

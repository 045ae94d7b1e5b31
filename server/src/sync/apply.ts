import { constants } from 'node:fs'
import type { KnownFile } from '../catalog/catalog.ts'
import { access } from '../gallery/disk.ts'
import { hasImageExtension } from '../gallery/formats/index.ts'
import type { DirectoryListing } from '../gallery/list-folder.ts'
import { directoryOf, isInside, joinPath, nameOf, toAbsolute } from '../gallery/paths.ts'
import { type FileStat, statFile } from '../gallery/stat-file.ts'
import type { SyncContext } from './context.ts'
import type { ChangeHint } from './hints.ts'
import type { InodeStability } from './inode-stability.ts'
import type { MountPoints } from './mount-points.ts'
import type { Move, Moves } from './moves.ts'
import { type FolderEntries, isOutdated, type Plan, planFolder } from './plan/folder.ts'
import type { RecentArrivals } from './recent-arrivals.ts'
import type { UnreadableEntries } from './unreadable-entries.ts'

export interface PlanExecutorOptions {
  context: SyncContext
  moves: Moves
  mountPoints: MountPoints
  inodes: InodeStability
  recentArrivals: RecentArrivals
  unreadable: UnreadableEntries
  addHint(hint: ChangeHint): void
}

/** Files of a larger folder are compared in parts, so that other work gets its turn. */
const FILES_PER_PART = 5_000

/** Compares folders with their rows and carries out the plans that result. */
export class PlanExecutor {
  /** Number of differences between folder and index that were found. */
  changes = 0
  /** Hashes of contents whose rows were replaced by moves, so that no file may have them any more. */
  readonly replacedContents = new Set<string>()
  readonly #options: PlanExecutorOptions
  readonly #context: SyncContext

  constructor(options: PlanExecutorOptions) {
    this.#options = options
    this.#context = options.context
  }

  /** @returns files at new paths that are not recognised as renamed ones */
  async compareFolder(listing: DirectoryListing): Promise<FileStat[]> {
    const { catalog } = this.#context
    if (listing.files.length > FILES_PER_PART) return this.#compareInParts(listing)
    return this.compareFiles(listing, await catalog.files.inFolder(listing.directory))
  }

  /** @param rows those of the files; any other row is marked missing */
  async compareFiles(found: FolderEntries, rows: KnownFile[]): Promise<FileStat[]> {
    const known = await this.#adoptRenamed(found.files, rows)
    const { inodes } = this.#options
    return this.apply(planFolder(known, found, { isInodeStable: inodes.isStable }))
  }

  /** @returns files at new paths */
  async apply(plan: Plan): Promise<FileStat[]> {
    const { catalog, missing, indexer } = this.#context
    const { unreadable } = this.#options
    const toIndex: FileStat[] = []
    const newFiles: FileStat[] = []
    const withoutChangeTime: FileStat[] = []
    for (const action of plan) {
      switch (action.do) {
        case 'record failure':
          await unreadable.record({ stat: action.file, reason: action.reason })
          break
        case 'await removal':
          unreadable.awaitRemoval({ stat: action.file, reason: action.reason })
          break
        case 'mark present':
          missing.release(action.path)
          if (action.isFile) unreadable.replacedByFile(action.path)
          break
        case 'mark missing':
          missing.note(action.row)
          break
        case 'index if readable':
          if (await this.#isReadable(action.file.path)) toIndex.push(action.file)
          break
        case 'index':
          toIndex.push(action.file)
          break
        case 'find origin':
          newFiles.push(action.file)
          break
        case 'store change time':
          withoutChangeTime.push(action.file)
          break
      }
    }
    if (withoutChangeTime.length > 0) await catalog.files.saveChangeTimes(timesOf(withoutChangeTime))
    this.#updateLinks(toIndex)
    indexer.enqueue(toIndex)
    await this.#updateHardLinks(toIndex)
    this.changes += toIndex.length
    return newFiles
  }

  /** Gives files at new paths the rows of missing files with the same bytes, and indexes the others. */
  async take(files: FileStat[]): Promise<void> {
    if (files.length === 0) return
    this.changes += files.length
    const moved = await this.adoptMissing(files)
    const fresh = files.filter(({ path }) => !moved.has(path))
    this.#options.recentArrivals.add(fresh)
    this.#context.indexer.enqueue(fresh)
    await this.#updateHardLinks(fresh)
  }

  /** @returns the new paths of missing files that were found among others by their bytes */
  async adoptMissing(newFiles: readonly FileStat[]): Promise<Set<string>> {
    const { missing, indexer } = this.#context
    const { moves, mountPoints, recentArrivals } = this.#options
    if (missing.size === 0 || newFiles.length === 0) return new Set()
    // Files of a drive that is not mounted have not moved to the places of their copies.
    const { absent } = await mountPoints.look()
    const gone = missing.rows().filter(({ path }) => !absent.some((directory) => isInside(path, directory)))
    // A copy that is deleted again has not moved to the place of its original.
    const canBecome = (row: KnownFile, file: FileStat) => recentArrivals.isOlder(row.path, file.path)
    const found = await moves.adoptByContent(gone, newFiles, canBecome)
    this.#noteMoves(found)
    indexer.enqueue(found.filter(({ from }) => from.state === 'without_vector').map(({ to }) => to))
    return new Set(found.map(({ to }) => to.path))
  }

  /** Compares with all rows of the folder only if more are known than were found. */
  async #compareInParts(listing: DirectoryListing): Promise<FileStat[]> {
    const { catalog, isClosed } = this.#context
    const { directory, files, unreadable, unknown } = listing
    const newFiles: FileStat[] = []
    let found = 0
    const comparePart = async (part: FolderEntries) => {
      const rows = await catalog.files.at(pathsOf(part))
      found += rows.length
      for (const file of await this.compareFiles(part, rows)) newFiles.push(file)
    }
    for (let start = 0; start < files.length && !isClosed(); start += FILES_PER_PART)
      await comparePart({ files: files.slice(start, start + FILES_PER_PART), unreadable: [], unknown: [] })
    await comparePart({ files: [], unreadable, unknown })
    if (isClosed() || found === (await catalog.files.countInFolder(directory))) return newFiles
    const listed = new Set(pathsOf(listing))
    const rows = (await catalog.files.inFolder(directory)).filter(({ path }) => !listed.has(path))
    await this.compareFiles({ files: [], unreadable: [], unknown: [] }, rows)
    return newFiles
  }

  /** @returns the rows after files were renamed into the folder, or out of it, or within it */
  async #adoptRenamed(files: readonly FileStat[], rows: KnownFile[]): Promise<KnownFile[]> {
    const known = new Set(rows.map(({ path }) => path))
    const newFiles = await this.#withoutLinked(files.filter(({ path }) => !known.has(path)))
    const found = await this.#options.moves.adoptByIdentity(newFiles)
    if (found.length === 0) return rows
    this.changes += found.length
    this.#noteMoves(found)
    const left = new Set(found.map(({ from }) => from.path))
    const moved = found.map(({ from, to }) => ({ ...from, path: to.path }))
    return [...rows.filter(({ path }) => !left.has(path)), ...moved]
  }

  #noteMoves(found: readonly Move[]): void {
    for (const { from, to, replaced } of found) {
      for (const hash of replaced) this.replacedContents.add(hash)
      this.#context.missing.release(from.path)
      this.#options.recentArrivals.rename(from.path, to)
    }
  }

  /** Leaves out files behind links that have no row at their real path yet: a moved file is found there, not behind the link. */
  async #withoutLinked(files: FileStat[]): Promise<FileStat[]> {
    const { links, catalog } = this.#context
    const realPathOf = ({ path }: FileStat) => joinPath(links.resolve(directoryOf(path)), nameOf(path))
    const linked = files.filter((file) => realPathOf(file) !== file.path)
    if (linked.length === 0) return files
    const rows = await catalog.files.at(linked.map(realPathOf))
    const known = new Set(rows.map(({ path }) => path))
    return files.filter((file) => realPathOf(file) === file.path || known.has(realPathOf(file)))
  }

  /** Writing to a file by one name changes its hard links, which raises no events at their paths. */
  async #updateHardLinks(changed: FileStat[]): Promise<void> {
    if (changed.length === 0) return
    const { root, walk, catalog, indexer } = this.#context
    const { inodes, addHint } = this.#options
    const byInode = new Map(changed.map((file) => [String(file.inode), file]))
    for (const row of await catalog.files.byInode([...byInode.keys()])) {
      const file = byInode.get(row.inode)!
      const isSame = row.bytes === file.bytes && row.modifiedAt === file.modifiedAt
      if (row.path === file.path || (isSame && row.changedAt === file.changedAt)) continue
      const other = await statFile(root, row.path, walk).catch(() => 'unknown' as const)
      if (other === 'unknown') continue
      // Without the name of an image, the file at this path may be none any more. Only a listing recognises images by their content.
      if (other === undefined || !hasImageExtension(nameOf(row.path)))
        addHint({ path: row.path, isWithinFile: false })
      else if (isOutdated(row, other, { isInodeStable: inodes.isStable })) indexer.enqueue([other])
    }
  }

  /** A link shows the bytes of another path; its own events may have been handled before those bytes were written. */
  #updateLinks(changed: readonly FileStat[]): void {
    for (const { path } of changed)
      for (const link of this.#context.links.pathsThatShow(path))
        this.#options.addHint({ path: link, isWithinFile: false })
  }

  async #isReadable(path: string): Promise<boolean> {
    return access(toAbsolute(this.#context.root, path), constants.R_OK).then(
      () => true,
      () => false,
    )
  }
}

/** Returns what the catalog stores of the files. */
function timesOf(files: readonly FileStat[]): { path: string; changedAt: number }[] {
  return files.map(({ path, changedAt }) => ({ path, changedAt }))
}

function pathsOf({ files, unreadable, unknown }: FolderEntries): string[] {
  return [...files, ...unreadable.map(({ stat }) => stat), ...unknown].map(({ path }) => path)
}

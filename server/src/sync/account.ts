import { isDeepStrictEqual } from 'node:util'
import type { Catalog, LeftOutRow } from '../catalog/catalog.ts'
import { systemReasonOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { countFilesBelow, type FilesBelow } from '../gallery/count-below.ts'
import { stat } from '../gallery/disk.ts'
import type { LeftOutRule } from '../gallery/include.ts'
import type { DirectoryListing, LeftOutFolder } from '../gallery/list-folder.ts'
import { directoryOf, isInside, toAbsolute } from '../gallery/paths.ts'
import type { FileStat } from '../gallery/stat-file.ts'
import type { FolderWatch } from './context.ts'

export interface AccountOptions {
  root: string
  /** Watches left-out folders, so that changes in them are counted. */
  watch: FolderWatch
  catalog: Catalog
  /** Emits what becomes of files in all processes. */
  events: EventBus
  /** Lists the folder of a path again. */
  listAgain(path: string): void
}

/** The files in these folders are counted. A link or a folder that can't be read counts as one file. */
const COUNTED: ReadonlySet<LeftOutRule> = new Set(['hidden', 'trash', 'system_folder', 'ignored'])
/** A left-out folder with more folders below it is counted again only if its own modification time changes, and is not watched. */
const MAX_RECOUNTED_FOLDERS = 100
/** Watches are limited, and folders of the gallery need them more. */
const MAX_WATCHED_FOLDERS = 1_000
/** Events after which a file is not new any more. */
const HAS_ROW_AFTER = ['fileCreated', 'fileModified', 'fileFailed', 'fileDeleted'] as const
const FOLDERS_PER_WRITE = 200

/**
 * Accounts for every file of the watched folder that has no row: those that are left out, which the catalog stores by
 * folder, and those that wait to be indexed for the first time.
 */
export class Account {
  readonly #options: AccountOptions
  /** Stored rows by folder. */
  readonly #stored = new Map<string, readonly LeftOutRow[]>()
  readonly #unsaved = new Map<string, readonly LeftOutRow[]>()
  readonly #counted = new Map<string, { modifiedAt: number; below: FilesBelow }>()
  /** Left-out folders, each with those below it. */
  readonly #watched = new Map<string, readonly string[]>()
  #watchedCount = 0
  /** Folders that exist and can't be listed, so that nothing reports when they are gone. */
  readonly #unreadable = new Set<string>()
  readonly #unindexed = new Map<string, Set<string>>()
  #unindexedCount = 0
  /** Paths that were indexed after the rows of a listing were read; undefined while none is compared. */
  #indexedMeanwhile: Set<string> | undefined
  #absentDrives: ReadonlySet<string> = new Set()
  #isLoaded = false
  readonly #onIndexed = ({ path }: { path: string }) => this.#indexed(path)
  readonly #onMoved = ({ newPath }: { newPath: string }) => this.#indexed(newPath)

  constructor(options: AccountOptions) {
    this.#options = options
    for (const name of HAS_ROW_AFTER) options.events.on(name, this.#onIndexed)
    options.events.on('fileMoved', this.#onMoved)
  }

  close(): void {
    for (const name of HAS_ROW_AFTER) this.#options.events.off(name, this.#onIndexed)
    this.#options.events.off('fileMoved', this.#onMoved)
  }

  /** Number of files that were found and have no row yet. */
  get unindexed(): number {
    return this.#unindexedCount
  }

  /** Reads what an earlier process has stored. Called before the first listing. */
  async load(): Promise<void> {
    if (this.#isLoaded) return
    const rows = await this.#options.catalog.files.leftOut()
    for (const [directory, own] of Map.groupBy(rows, (row) => row.directory)) this.#stored.set(directory, own)
    for (const { directory, rule } of rows) if (rule === 'unreadable_folder') this.#unreadable.add(directory)
    this.#isLoaded = true
  }

  /** Called before the rows of a folder are read. */
  begin(): void {
    this.#indexedMeanwhile = new Set()
  }

  /** @param newFiles files of the folder without a row */
  async listed(listing: DirectoryListing, newFiles: readonly FileStat[]): Promise<void> {
    const { directory, leftOut, leftOutFolders, unknown, subdirectories } = listing
    this.#unreadable.delete(directory)
    for (const folder of this.#unreadable)
      if (directoryOf(folder) === directory && !subdirectories.includes(folder)) this.folderGone(folder)
    this.#setUnindexed(directory, this.#stillNew(newFiles))
    const rows: LeftOutRow[] = leftOut.map(({ rule, count, example }) => ({
      ...{ directory, path: directory, rule, files: count, example },
      ...{ isFolder: false, reason: undefined },
    }))
    for (const folder of leftOutFolders) rows.push(await this.#folderRow(directory, folder))
    if (unknown.length > 0) rows.push(...(await this.#unknownRow(listing)))
    this.#store(directory, rows)
    if (this.#unsaved.size >= FOLDERS_PER_WRITE) await this.save()
  }

  /** Single files of a folder were examined. @param gone paths at which no file exists any more */
  examined(newFiles: readonly FileStat[], gone: readonly string[]): void {
    for (const path of this.#stillNew(newFiles)) {
      const paths = this.#unindexed.get(directoryOf(path)) ?? new Set()
      if (!paths.has(path)) this.#unindexedCount++
      this.#unindexed.set(directoryOf(path), paths.add(path))
    }
    for (const path of gone) this.#indexed(path)
  }

  unreadableFolder(directory: string, error: unknown): void {
    this.#unreadable.add(directory)
    const reason = systemReasonOf(error)
    const row = { directory, path: directory, rule: 'unreadable_folder' as const, files: 1 }
    this.#store(directory, [{ ...row, example: directory, isFolder: true, reason }])
  }

  folderGone(directory: string): void {
    this.#setUnindexed(directory, [])
    this.#store(directory, [])
    for (const folder of this.#unreadable) {
      if (!isInside(folder, directory)) continue
      this.#unreadable.delete(folder)
      this.#store(folder, [])
    }
  }

  /** Called at the end of a scan. @param unreadable folders that could not be listed: their rows are kept */
  async scanned(visited: ReadonlySet<string>, unreadable: readonly string[]): Promise<void> {
    for (const directory of [...this.#stored.keys(), ...this.#unindexed.keys()])
      if (!visited.has(directory) && !unreadable.some((parent) => isInside(directory, parent)))
        this.folderGone(directory)
    await this.save()
  }

  /** Stores what has changed. */
  async save(): Promise<void> {
    if (this.#unsaved.size === 0) return
    const changed = new Map(this.#unsaved)
    this.#unsaved.clear()
    try {
      await this.#options.catalog.files.saveLeftOut([...changed.keys()], [...changed.values()].flat())
    } catch (error) {
      for (const [directory, rows] of changed)
        if (!this.#unsaved.has(directory)) this.#unsaved.set(directory, rows)
      throw error
    }
  }

  /** @param absent places of the gallery without their drive */
  async setAbsentDrives(absent: ReadonlySet<string>): Promise<void> {
    const before = this.#absentDrives
    this.#absentDrives = absent
    for (const directory of new Set([...before, ...absent])) {
      const others = (this.#stored.get(directory) ?? []).filter(({ rule }) => rule !== 'drive_absent')
      this.#store(directory, others)
    }
    await this.save()
  }

  async #folderRow(directory: string, { path, rule, reason }: LeftOutFolder): Promise<LeftOutRow> {
    const row = { directory, path, rule, isFolder: true, reason }
    if (rule === 'own_data') return { ...row, files: 0, example: path }
    if (!COUNTED.has(rule)) return { ...row, files: 1, example: path }
    const { files, example, isPartial } = await this.#countBelow(path)
    const counted = isPartial ? `Only the first ${files} files were counted.` : undefined
    return { ...row, files, example: example ?? path, reason: reason ?? counted }
  }

  async #countBelow(path: string): Promise<FilesBelow> {
    const { root } = this.#options
    const modifiedAt = await stat(toAbsolute(root, path)).then(
      ({ mtimeMs }) => Number(mtimeMs),
      () => Number.NaN,
    )
    const earlier = this.#counted.get(path)
    const isLarge = earlier !== undefined && earlier.below.folderCount > MAX_RECOUNTED_FOLDERS
    if (isLarge && earlier.modifiedAt === modifiedAt) return earlier.below
    let below = await countFilesBelow(root, path)
    // Files that appear before a new folder is watched are found by counting once more.
    if (this.#watch(path, below)) below = await countFilesBelow(root, path)
    this.#counted.set(path, { modifiedAt, below })
    return below
  }

  /** @returns whether a folder is watched that was not before */
  #watch(path: string, { folders, folderCount }: FilesBelow): boolean {
    const { watch } = this.#options
    const before = new Set(this.#watched.get(path))
    if (folderCount > MAX_RECOUNTED_FOLDERS) return false
    if (this.#watchedCount - before.size + folders.length > MAX_WATCHED_FOLDERS) return false
    for (const folder of folders) watch.enter(folder, folder)
    for (const folder of before) if (!folders.includes(folder)) watch.leave(folder)
    this.#watchedCount += folders.length - before.size
    this.#watched.set(path, folders)
    return folders.some((folder) => !before.has(folder))
  }

  #unwatch(path: string): void {
    const folders = this.#watched.get(path) ?? []
    for (const folder of folders) this.#options.watch.leave(folder)
    this.#watchedCount -= folders.length
    this.#watched.delete(path)
    this.#counted.delete(path)
  }

  /** Files that the disk gave no answer for and that have no row. */
  async #unknownRow({ directory, unknown }: DirectoryListing): Promise<LeftOutRow[]> {
    const paths = unknown.map(({ path }) => path)
    const known = new Set((await this.#options.catalog.files.at(paths)).map(({ path }) => path))
    const [first, ...others] = unknown.filter(({ path }) => !known.has(path))
    if (first === undefined) return []
    const row = { directory, path: first.path, rule: 'unreadable_file' as const, files: 1 + others.length }
    return [{ ...row, example: first.path, isFolder: false, reason: systemReasonOf(first.error) }]
  }

  /** @param others rows of the folder, without the one of a drive that is absent there */
  #store(directory: string, others: readonly LeftOutRow[]): void {
    const rows = this.#absentDrives.has(directory) ? [...others, absentDriveRow(directory)] : others
    const before = this.#stored.get(directory) ?? []
    if (isDeepStrictEqual(before, rows)) return
    const folders = new Set(rows.map(({ path }) => path))
    for (const { path, isFolder } of before) if (isFolder && !folders.has(path)) this.#unwatch(path)
    if (rows.length === 0) this.#stored.delete(directory)
    else this.#stored.set(directory, rows)
    this.#unsaved.set(directory, rows)
  }

  #stillNew(files: readonly FileStat[]): string[] {
    const indexed = this.#indexedMeanwhile
    this.#indexedMeanwhile = undefined
    return files.map(({ path }) => path).filter((path) => !indexed?.has(path))
  }

  #setUnindexed(directory: string, paths: readonly string[]): void {
    const before = this.#unindexed.get(directory)?.size ?? 0
    if (paths.length === 0) this.#unindexed.delete(directory)
    else this.#unindexed.set(directory, new Set(paths))
    this.#unindexedCount += (this.#unindexed.get(directory)?.size ?? 0) - before
  }

  #indexed(path: string): void {
    this.#indexedMeanwhile?.add(path)
    const directory = directoryOf(path)
    // A file that was uploaded may have been counted as left out before it had a row.
    if (this.#stored.get(directory)?.some(({ rule }) => rule === 'subfolder')) this.#options.listAgain(path)
    const paths = this.#unindexed.get(directory)
    if (!paths?.delete(path)) return
    this.#unindexedCount--
    if (paths.size === 0) this.#unindexed.delete(directory)
  }
}

function absentDriveRow(directory: string): LeftOutRow {
  const row = { directory, path: directory, rule: 'drive_absent' as const, files: 1, isFolder: true }
  return {
    ...row,
    example: directory,
    reason: 'No drive, or another one, is mounted here: its images stay in the index.',
  }
}

import type { BigIntStats } from 'node:fs'
import { stat, unlink } from 'node:fs/promises'
import type { Catalog, Image, Page, TrashedImage, TrashFilter, TrashPlace } from '../../catalog/catalog.ts'
import { DomainError, isSystemError } from '../../errors.ts'
import type { EventBus } from '../../events.ts'
import { isNoAnswer } from '../../gallery/drive-timeout.ts'
import { toSystemPath } from '../../gallery/file-names.ts'
import type { IncludeRules } from '../../gallery/include.ts'
import { directoryOf, joinPath, ROOT, resolveDirectory, toAbsolute } from '../../gallery/paths.ts'
import { statFile } from '../../gallery/stat-file.ts'
import type { ThumbnailStore } from '../../gallery/thumbnails.ts'
import { removeUnusedContent } from '../../indexing/unused-content.ts'
import { MAX_COPIES, numberedName } from '../numbered-name.ts'
import { assertFolderWritable } from '../write-access.ts'
import { writeFailure } from '../write-file.ts'
import { createAdoption } from './adoption.ts'
import { changedMeanwhile, elsewhere, gone } from './errors.ts'
import { createTrashFolder, exists } from './trash-folder.ts'
import { writeTrashRecord } from './trash-record.ts'

export interface TrashOptions {
  root: string
  /** Takes files that can't be moved within the gallery. */
  dataFolder: string
  /** Whether other processes use the same catalog, with data directories of their own. */
  isShared: boolean
  /** Days after which a deleted image is removed for good. With 0 nothing is kept. */
  days: number
  catalog: Catalog
  thumbnails: ThumbnailStore
  events: EventBus
  walk: IncludeRules
}

/** The result of a restoration. */
export interface Restored {
  images: Image[]
  failed: { image: Image; reason: DomainError }[]
}

/** Deleted images, which can be restored for some days. */
export interface Trash {
  readonly days: number
  /**
   * Moves the row of an image and then its file into the trash. A process that ends in between leaves the file in the gallery.
   * @returns false if there is no such image (any more)
   * @throws {Error} of the file system if the file can't be removed from its place; then nothing has changed
   */
  put(image: Image): Promise<boolean>
  /** The latest deletion comes first. */
  list(query: TrashFilter & Page): Promise<{ images: TrashedImage[]; total: number }>
  /** Returns the size of all files in the trash. */
  bytes(): Promise<number>
  /**
   * Puts images back to their places, or beside what has taken them since. They keep ids, vectors and thumbnails.
   * @returns those that were in the trash and could be put back, and the others with their reasons
   * @throws {DomainError} the first reason, if there were images and none could be put back
   */
  restore(imageIds: string[]): Promise<Restored>
  /**
   * Removes images for good, except for those on absent drives and in the data directories of other processes.
   * @throws {DomainError} the first reason, if there were images and none could be removed
   */
  remove(imageIds: string[]): Promise<void>
  /** Removes everything permanently that `remove` can remove. @returns the number of images @throws {DomainError} as `remove` */
  empty(): Promise<number>
  /**
   * @returns false if files should be in the trash of the gallery and none is, as if the gallery is another one. Files in the data
   * directory and on absent drives are not considered.
   */
  mayBeOfGallery(): Promise<boolean>
  /**
   * Removes images for good whose time is over. Those on absent drives are kept until the drive is back, and those in the data directory
   * of another process for a week in which it can remove them.
   * @throws {DomainError} the first reason for which one could not be removed, after all others are removed
   */
  removeExpired(): Promise<void>
  /**
   * Gives images their rows back whose files are still in the gallery, because a process ended in the middle of a deletion. Lists files
   * again whose rows are lost with an earlier catalog.
   */
  repair(): Promise<void>
}

const DAY_MS = 24 * 3_600_000
const IMAGES_PER_SECTION = 200
/** Another process may still move the file of a later deletion, or may still replace the image by an upload. */
const REPAIRED_AFTER_MS = 3_600_000
/** Other processes remove the expired files of their data directories within this time, or have ended for good. */
const OWNER_GRACE_MS = 7 * DAY_MS

export function createTrash(options: TrashOptions): Trash {
  return new FolderTrash(options)
}

class FolderTrash implements Trash {
  readonly #options: TrashOptions
  readonly #root
  readonly #catalog
  readonly #thumbnails
  readonly #events
  readonly days
  readonly #folder
  readonly #adoptFiles

  constructor(options: TrashOptions) {
    this.#options = options
    const { root, catalog, thumbnails, events, days } = this.#options
    this.#root = root
    this.#catalog = catalog
    this.#thumbnails = thumbnails
    this.#events = events
    this.days = days
    this.#folder = createTrashFolder(this.#options)
    this.#adoptFiles = createAdoption({ root, catalog, folder: this.#folder })
  }

  async put(image: Image): Promise<boolean> {
    // Otherwise the whole file would be copied to the data directory before its removal fails.
    await assertFolderWritable(this.#root, image.path)
    const place = await this.#folder.newPlace(image.path)
    const deletedAt = Date.now()
    if (!(await this.#catalog.trash.put(image.id, place, deletedAt))) return false
    const record = writeTrashRecord({ image, deletedAt })
    try {
      if (!(await this.#moveWithin(image, place, record))) await this.#moveAway(image, record)
    } catch (error) {
      await this.#catalog.trash.restore(image.id)
      throw error
    }
    this.#events.emit('fileDeleted', { path: image.path })
    return true
  }

  readonly list = (query: TrashFilter & Page) => this.#catalog.trash.list(query)
  readonly bytes = () => this.#catalog.trash.bytes()

  async restore(imageIds: string[]): Promise<Restored> {
    const { images, failed }: Restored = { images: [], failed: [] }
    for (const trashed of await this.#catalog.trash.get(imageIds)) {
      const image = await this.#restoreOne(trashed).catch((reason) => {
        const error = writeFailure(reason)
        // Without the database, further files would only be moved away from their rows.
        if (!(error instanceof DomainError) || error.code === 'unavailable') throw error
        failed.push({ image: trashed.image, reason: error })
      })
      if (image) images.push(image)
    }
    if (images.length === 0 && failed[0] !== undefined) throw failed[0].reason
    return { images, failed }
  }

  async repair(): Promise<void> {
    await this.#adoptFiles()
    const before = Date.now() - REPAIRED_AFTER_MS
    for (let kept = 0; ; ) {
      const section = await this.#catalog.trash.deletedBefore(before, {
        offset: kept,
        limit: IMAGES_PER_SECTION,
      })
      if (section.length === 0) return
      for (const trashed of section)
        if ((await this.#folder.has(trashed)) || !(await this.#repairOne(trashed))) kept++
    }
  }

  /** If a file can't be examined, the others are still repaired. */
  #repairOne(trashed: TrashedImage): Promise<boolean> {
    return this.#isBackInPlace(trashed).catch((error) => {
      if (!isSystemError(error) && !isNoAnswer(error)) throw error
      return false
    })
  }

  async remove(imageIds: string[]): Promise<void> {
    failIfNothing(await this.#removeAll(await this.#catalog.trash.get(imageIds)))
  }

  async empty(): Promise<number> {
    return failIfNothing(await this.#removeBefore(Number.MAX_SAFE_INTEGER))
  }

  async mayBeOfGallery(): Promise<boolean> {
    let isMissing = false
    for (let offset = 0; ; offset += IMAGES_PER_SECTION) {
      const page = { offset, limit: IMAGES_PER_SECTION }
      const section = await this.#catalog.trash.deletedBefore(Number.MAX_SAFE_INTEGER, page)
      if (section.length === 0) return !isMissing
      for (const trashed of section) {
        if (trashed.place !== 'gallery' || !(await this.#folder.isPresent(trashed))) continue
        if (await this.#folder.has(trashed)) return true
        isMissing = true
      }
    }
  }

  async removeExpired(): Promise<void> {
    const keptMs = this.days === 0 ? REPAIRED_AFTER_MS : this.days * DAY_MS
    const { problem } = await this.#removeBefore(Date.now() - keptMs)
    if (problem !== undefined) throw problem
  }

  async #restoreOne(trashed: TrashedImage): Promise<Image | undefined> {
    const { image } = trashed
    await this.#assertNoLink(image.directory)
    const path = await this.#takeOut(trashed)
    if (path === undefined) {
      if (!(await this.#isBackInPlace(trashed)))
        throw trashed.place === 'data' && this.#options.isShared ? elsewhere(image) : gone(image)
      return this.#catalog.images.get(image.id)
    }
    const stat = await statFile(this.#root, path, this.#options.walk)
    if (stat === undefined) throw gone(image)
    const { modifiedAt, changedAt, inode } = stat
    const to = { path, modifiedAt, changedAt, inode: String(inode) }
    if (!(await this.#catalog.trash.restore(image.id, to))) return undefined
    this.#events.emit('fileCreated', { path, createdAt: image.createdAt })
    return this.#catalog.images.get(image.id)
  }

  /** @returns false if the drive can't take the file into its trash */
  async #moveWithin(image: Image, place: TrashPlace, record: string): Promise<boolean> {
    if (!(await this.#folder.moveIn(image.path, place, record))) return false
    // `put` has stored the same place before, so that nothing is wrong if only this question fails.
    const isInTrash = await this.#catalog.trash.setPlace(image.id, place).catch(() => true)
    // The trash was emptied in between: no row names the file any more.
    if (!isInTrash) await this.#takeOut({ image, ...place })
    return true
  }

  /**
   * Copies the file to the data directory. It is removed from its place only when its row names the copy.
   * @throws {DomainError} `conflict` if another program changes the file meanwhile: copying a large one takes seconds
   */
  async #moveAway(image: Image, record: string): Promise<void> {
    const file = toSystemPath(toAbsolute(this.#root, image.path))
    const before = await stat(file, { bigint: true })
    const place = await this.#folder.copyIn(image.path, record)
    try {
      const isInTrash = await this.#catalog.trash.setPlace(image.id, place)
      // The trash was emptied in between: the next scan finds the file at its place.
      if (!isInTrash) return await this.#folder.remove(place)
      // A file that is gone by now leaves the copy as the only one.
      const now = (await exists(file)) ? await stat(file, { bigint: true }) : before
      if (!isSameFile(now, before)) throw changedMeanwhile(image)
      await unlink(file).catch(async (error) => {
        // A network drive may report an error for a removal that it has carried out: then the copy is the only one.
        if (await exists(file)) throw error
      })
    } catch (error) {
      await this.#folder.remove(place)
      throw error
    }
  }

  /** Gives an image its row back if its file is at its former place, unchanged. */
  async #isBackInPlace({ image }: TrashedImage): Promise<boolean> {
    const stat = await statFile(this.#root, image.path, this.#options.walk)
    if (stat === undefined || stat.bytes !== image.bytes || stat.modifiedAt !== image.modifiedAt) return false
    const isRestored = await this.#catalog.trash.restore(image.id, { ...stat, inode: String(stat.inode) })
    if (isRestored) this.#events.emit('fileCreated', { path: image.path, createdAt: image.createdAt })
    return isRestored
  }

  /** @returns the path that the file has now; undefined if the trash has no such file */
  async #takeOut(trashed: TrashPlace & Pick<TrashedImage, 'image'>): Promise<string | undefined> {
    const { image } = trashed
    for (let copy = 1; copy <= MAX_COPIES; copy++) {
      const path = joinPath(image.directory, numberedName(image.name, copy))
      const isMoved = await this.#folder.takeOut(trashed, path).catch((error) => {
        throw writeFailure(error)
      })
      if (isMoved === 'gone') return undefined
      if (isMoved) return path
    }
    throw new DomainError('conflict', `There are too many files named like ${JSON.stringify(image.path)}.`)
  }

  /** @throws {DomainError} `conflict` if a link has taken the place of the folder */
  async #assertNoLink(directory: string): Promise<void> {
    const found = await resolveDirectory(this.#root, directory).catch((error) => {
      if (!(error instanceof DomainError && error.code === 'directory_not_found')) throw error
    })
    // A missing folder is made again in the nearest one that exists.
    if (found === undefined && directory !== ROOT) return this.#assertNoLink(directoryOf(directory))
    if (found !== toAbsolute(this.#root, directory))
      throw new DomainError('conflict', `The folder ${JSON.stringify(directory)} is a link now.`)
  }

  async #removeBefore(time: number): Promise<Removal> {
    const all: Removal = { count: 0, problem: undefined }
    for (let kept = 0; ; ) {
      const page = { offset: kept, limit: IMAGES_PER_SECTION }
      const section = await this.#catalog.trash.deletedBefore(time, page)
      if (section.length === 0) return all
      const { count, problem } = await this.#removeAll(section)
      all.count += count
      all.problem ??= problem
      kept += section.length - count
    }
  }

  /** Keeps an image whose file can't be removed, and goes on with the others. */
  async #removeAll(section: TrashedImage[]): Promise<Removal> {
    const removed: Image[] = []
    let problem: unknown
    for (const trashed of section) {
      if (!(await this.#folder.isPresent(trashed)) && !this.#isAbandoned(trashed)) continue
      try {
        await this.#folder.remove(trashed)
      } catch (error) {
        problem ??= writeFailure(error)
        if (await this.#folder.has(trashed)) continue
      }
      removed.push(trashed.image)
    }
    await this.#catalog.trash.remove(removed.map(({ id }) => id))
    const hashes = [...new Set(removed.map(({ contentHash }) => contentHash))]
    await removeUnusedContent(this.#catalog, this.#thumbnails, hashes)
    return { count: removed.length, problem }
  }

  /** Whether the process that has the file in its data directory has ended. If it starts again, it lists and then removes the file. */
  #isAbandoned({ place, deletedAt }: TrashedImage): boolean {
    return place === 'data' && deletedAt < Date.now() - this.days * DAY_MS - OWNER_GRACE_MS
  }
}

/** Images that were removed for good, and the first reason why another one was not. */
interface Removal {
  count: number
  problem: unknown
}

function failIfNothing({ count, problem }: Removal): number {
  if (count === 0 && problem !== undefined) throw problem
  return count
}

function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs
}

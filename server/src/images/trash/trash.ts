import { parse as parsePath } from 'node:path/posix'
import type { Catalog, Image, Page, TrashedImage } from '../../catalog/catalog.ts'
import { DomainError } from '../../errors.ts'
import type { EventBus } from '../../events.ts'
import type { IncludeRules } from '../../gallery/include.ts'
import { directoryOf, joinPath, ROOT, resolveDirectory, toAbsolute } from '../../gallery/paths.ts'
import { statFile } from '../../gallery/stat-file.ts'
import type { ThumbnailStore } from '../../gallery/thumbnails.ts'
import { removeUnusedContent } from '../../indexing/unused-content.ts'
import { writeFailure } from '../write-file.ts'
import { createTrashFolder } from './trash-folder.ts'

export interface TrashOptions {
  root: string
  /** Takes files that can't be moved within the gallery. */
  dataFolder: string
  /** Days after which a deleted image is removed for good. With 0 nothing is kept. */
  days: number
  catalog: Catalog
  thumbnails: ThumbnailStore
  events: EventBus
  walk: IncludeRules
}

/** Deleted images, which can be restored for some days. */
export interface Trash {
  readonly days: number
  /** Moves the file of an image and its row into the trash. @throws {DomainError} `permission_denied` */
  put(image: Image): Promise<void>
  list(page: Page): Promise<{ images: TrashedImage[]; total: number }>
  /**
   * Puts images back to their places, or beside what has taken them since. They keep ids, vectors and thumbnails.
   * @returns the images that were in the trash
   */
  restore(imageIds: string[]): Promise<Image[]>
  /** Removes everything for good. @returns the number of images */
  empty(): Promise<number>
  /** Removes images for good whose time is over. */
  removeExpired(): Promise<void>
}

const DAY_MS = 24 * 3_600_000
const IMAGES_PER_SECTION = 200
/** Numbers that are tried for `NAME (2).png`. */
const MAX_COPIES = 10_000

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

  constructor(options: TrashOptions) {
    this.#options = options
    const { root, catalog, thumbnails, events, days } = this.#options
    this.#root = root
    this.#catalog = catalog
    this.#thumbnails = thumbnails
    this.#events = events
    this.days = days
    this.#folder = createTrashFolder(this.#root, this.#options.dataFolder)
  }

  async put(image: Image): Promise<void> {
    const place = await this.#folder.put(image.path).catch((error) => {
      throw writeFailure(error)
    })
    await this.#catalog.trash.put(image.id, place, Date.now())
    this.#events.emit('fileDeleted', { path: image.path })
  }

  readonly list = (page: Page) => this.#catalog.trash.list(page)

  async restore(imageIds: string[]): Promise<Image[]> {
    const restored: Image[] = []
    for (const trashed of await this.#catalog.trash.get(imageIds)) {
      const image = await this.#restoreOne(trashed)
      if (image !== undefined) restored.push(image)
    }
    return restored
  }

  readonly empty = () => this.#removeBefore(Number.MAX_SAFE_INTEGER)

  async removeExpired(): Promise<void> {
    await this.#removeBefore(Date.now() - this.days * DAY_MS)
  }

  async #restoreOne(trashed: TrashedImage): Promise<Image | undefined> {
    const { image } = trashed
    await this.#assertNoLink(image.directory)
    const path = await this.#takeOut(trashed)
    const stat = await statFile(this.#root, path, this.#options.walk)
    if (stat === undefined) throw gone(image)
    const { modifiedAt, changedAt, createdAt, inode } = stat
    const to = { path, modifiedAt, changedAt, createdAt, inode: String(inode) }
    if (!(await this.#catalog.trash.restore(image.id, to))) return undefined
    this.#events.emit('fileCreated', { path, createdAt })
    return this.#catalog.images.get(image.id)
  }

  /** @returns the path that the file has now */
  async #takeOut(trashed: TrashedImage): Promise<string> {
    const { image } = trashed
    const { name, ext } = parsePath(image.name)
    for (let copy = 1; copy <= MAX_COPIES; copy++) {
      const path = joinPath(image.directory, copy === 1 ? image.name : `${name} (${copy})${ext}`)
      const isMoved = await this.#folder.takeOut(trashed, path).catch((error) => {
        throw writeFailure(error)
      })
      if (isMoved === 'gone') throw gone(image)
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
      throw new DomainError('conflict', `The folder ${JSON.stringify(directory)} is a link by now.`)
  }

  async #removeBefore(time: number): Promise<number> {
    for (let count = 0; ; ) {
      const section = await this.#catalog.trash.deletedBefore(time, IMAGES_PER_SECTION)
      if (section.length === 0) return count
      for (const trashed of section) await this.#folder.remove(trashed)
      await this.#catalog.trash.remove(section.map(({ image }) => image.id))
      const hashes = [...new Set(section.map(({ image }) => image.contentHash))]
      await removeUnusedContent(this.#catalog, this.#thumbnails, hashes)
      count += section.length
    }
  }
}

function gone(image: Image): DomainError {
  return new DomainError(
    'image_not_found',
    `The trash has no file of ${JSON.stringify(image.path)} any more.`,
  )
}

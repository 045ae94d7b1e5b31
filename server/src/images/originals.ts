import type { FileHandle } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import type { Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { fileTooLarge } from '../gallery/image-file.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import { openGalleryFile } from '../gallery/open-file.ts'
import { toAbsolute } from '../gallery/paths.ts'
import { hashOfBytes } from '../hashing.ts'
import { createDriveAccess } from './drive-access.ts'

/** Content of a file, or made from it. The file may have changed since it was indexed. */
export interface FileContent {
  bytes: Uint8Array
  matchesCatalog: boolean
  /** Type of the bytes, if it varies. */
  contentType?: string
}

/** Purposes for which originals are held in memory. The large view of an image does not wait for the tiles of a grid. */
type Purpose = 'tile' | 'view'

/** The files that images were indexed from. */
export interface Originals {
  /** Whether a link shows a file that is stored elsewhere in the gallery. */
  isShownByLink(image: Pick<Image, 'path'>): Promise<boolean>
  /**
   * Opens the original; the caller closes it.
   * @throws {DomainError} `image_not_found` if it is gone or leads elsewhere; `gallery_unavailable` if its drive does not answer
   */
  open(image: Image): Promise<FileHandle>
  /** The bytes of the original. @throws {DomainError} as `open`; `image_too_large` if it has grown */
  read(image: Image): Promise<FileContent>
  /**
   * Reads the original and does work with it; for each purpose, at most one original per core is in memory at a time.
   * @throws {DomainError} as `read`
   */
  readFor<T>(image: Image, purpose: Purpose, work: (original: FileContent) => Promise<T>): Promise<T>
}

export interface OriginalsOptions {
  root: string
  limits: { maxFileBytes: number }
  /** Decides which files belong to the gallery. */
  walk: IncludeRules
}

/** Error of an image whose file is not there. */
export function fileNotFound(): DomainError {
  const text = 'The file can’t be found: it was moved or deleted, or its drive is not connected.'
  return new DomainError('image_not_found', text)
}

export function createOriginals({ root, limits, walk }: OriginalsOptions): Originals {
  const askDrive = createDriveAccess(root)
  const inMemory = { tile: pLimit(availableParallelism()), view: pLimit(availableParallelism()) }
  return { isShownByLink, open, read, readFor }

  async function isShownByLink({ path }: Pick<Image, 'path'>): Promise<boolean> {
    const real = await findRealFile(root, path, walk).catch(() => undefined)
    return real !== undefined && real !== toAbsolute(root, path)
  }

  async function open(image: Image): Promise<FileHandle> {
    let opening: Promise<FileHandle | undefined> | undefined
    try {
      const file = await askDrive(image.path, () => {
        opening = openGalleryFile(root, image.path, walk)
        return opening
      })
      if (file !== undefined) return file
    } catch (error) {
      // The drive may open it after all.
      opening?.then(closeLater, () => {})
      throw error
    }
    throw fileNotFound()
  }

  async function read(image: Image): Promise<FileContent> {
    return contentOf(image, await open(image))
  }

  async function readFor<T>(
    image: Image,
    purpose: Purpose,
    work: (original: FileContent) => Promise<T>,
  ): Promise<T> {
    // A drive that does not answer takes no place: its files do not open.
    const file = await open(image)
    return inMemory[purpose](async () => work(await contentOf(image, file)))
  }

  async function contentOf(image: Image, file: FileHandle): Promise<FileContent> {
    try {
      const { size } = await askDrive(image.path, () => file.stat())
      if (size > limits.maxFileBytes) throw fileTooLarge(size, limits.maxFileBytes)
      const bytes = await askDrive(image.path, () => file.readFile())
      return { bytes, matchesCatalog: hashOfBytes(bytes) === image.contentHash }
    } finally {
      closeLater(file)
    }
  }
}

/** Closing waits for a read that is late. A file that was only read loses nothing if it fails. */
function closeLater(file: FileHandle | undefined): void {
  file?.close().catch(() => {})
}

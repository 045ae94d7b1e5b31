import type { FileHandle } from 'node:fs/promises'
import type { Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { fileTooLarge } from '../gallery/image-file.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import { openGalleryFile } from '../gallery/open-file.ts'
import { toAbsolute } from '../gallery/paths.ts'
import { hashOfBytes } from '../hashing.ts'

/** Content of a file, or made from it. The file may have changed since it was indexed. */
export interface FileContent {
  bytes: Uint8Array
  matchesCatalog: boolean
  /** Type of the bytes, if it varies. */
  contentType?: string
}

/** The files that images were indexed from. */
export interface Originals {
  /** Whether a link shows a file that is stored elsewhere in the gallery. */
  isShownByLink(image: Pick<Image, 'path'>): Promise<boolean>
  /** Opens the original; the caller closes it. @throws {DomainError} `image_not_found` if it is gone or leads elsewhere */
  open(image: Image): Promise<FileHandle>
  /** The bytes of the original. @throws {DomainError} `image_not_found`; `image_too_large` if it has grown */
  read(image: Image): Promise<FileContent>
}

export interface OriginalsOptions {
  root: string
  limits: { maxFileBytes: number }
  /** Decides which files belong to the gallery. */
  walk: IncludeRules
}

const GONE = 'The file is no longer in the gallery.'

export function createOriginals({ root, limits, walk }: OriginalsOptions): Originals {
  return { isShownByLink, open, read }

  async function isShownByLink({ path }: Pick<Image, 'path'>): Promise<boolean> {
    const real = await findRealFile(root, path, walk).catch(() => undefined)
    return real !== undefined && real !== toAbsolute(root, path)
  }

  async function open(image: Image): Promise<FileHandle> {
    const file = await openGalleryFile(root, image.path, walk)
    if (file !== undefined) return file
    throw new DomainError('image_not_found', GONE)
  }

  async function read(image: Image): Promise<FileContent> {
    const file = await open(image)
    try {
      const { size } = await file.stat()
      if (size > limits.maxFileBytes) throw fileTooLarge(size, limits.maxFileBytes)
      const bytes = await file.readFile()
      return { bytes, matchesCatalog: hashOfBytes(bytes) === image.contentHash }
    } finally {
      await file.close()
    }
  }
}

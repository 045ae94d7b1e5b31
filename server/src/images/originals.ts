import type { Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { fileTooLarge } from '../gallery/image-file.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import { toAbsolute } from '../gallery/paths.ts'
import { hashOfBytes, openOrdinaryFile } from '../hashing.ts'

/** Content of a file, or made from it. The file may have changed since it was indexed. */
export interface FileContent {
  bytes: Uint8Array
  matchesCatalog: boolean
}

/** The files that images were indexed from. */
export interface Originals {
  /** Whether a link shows a file that is stored elsewhere in the gallery. */
  isShownByLink(image: Image): Promise<boolean>
  /** Absolute path of the original. @throws {DomainError} `image_not_found` if it is gone or leads elsewhere */
  fileOf(image: Image): Promise<string>
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
  return { isShownByLink, fileOf, read }

  async function isShownByLink({ path }: Image): Promise<boolean> {
    const real = await findRealFile(root, path, walk).catch(() => undefined)
    return real !== undefined && real !== toAbsolute(root, path)
  }

  async function fileOf(image: Image): Promise<string> {
    const real = await findRealFile(root, image.path, walk)
    if (real !== undefined) return real
    throw new DomainError('image_not_found', GONE)
  }

  async function read(image: Image): Promise<FileContent> {
    const file = await openOrdinaryFile(toSystemPath(await fileOf(image)))
    if (file === undefined) throw new DomainError('image_not_found', GONE)
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

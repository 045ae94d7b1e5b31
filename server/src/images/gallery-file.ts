import type { FileHandle } from 'node:fs/promises'
import type { Catalog } from '../catalog/catalog.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import { hasImageExtension, SNIFF_BYTES, sniff } from '../gallery/formats/index.ts'
import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import { openGalleryFile } from '../gallery/open-file.ts'
import { directoryOf, isTop, nameOf, parseExistingPath, ROOT } from '../gallery/paths.ts'
import { isSidecar } from '../gallery/sidecar.ts'
import { type FileStat, statFile } from '../gallery/stat-file.ts'

/**
 * Finds an image of the gallery, indexed or not, or an XMP file by its path.
 * @throws {DomainError} `image_not_found` for anything else, `invalid_path`, `permission_denied`
 */
export type GalleryFile = (path: string) => Promise<{
  stat: FileStat
  /** Opens the file; the caller closes it. @throws {DomainError} as above */
  open: () => Promise<FileHandle>
}>

export function createGalleryFile({
  root,
  walk,
  images,
}: {
  root: string
  walk: IncludeRules
  images: Pick<Catalog['images'], 'getByPath'>
}): GalleryFile {
  return async (given) => {
    const path = parseExistingPath(given)
    const stat = await find(path).catch(denyIfRefused)
    if (stat === undefined || !(await isServed(path, stat))) throw notFound(path)
    return { stat, open: () => open(path) }
  }

  async function find(path: string): Promise<FileStat | undefined> {
    const isPart = path !== ROOT && isIncluded(root, path, walk) && (await isListed(path))
    // A link on the way may lead elsewhere.
    if (!isPart || (await findRealFile(root, path, walk)) === undefined) return undefined
    return statFile(root, path, walk)
  }

  async function open(path: string): Promise<FileHandle> {
    const file = await openGalleryFile(root, path, walk).catch(denyIfRefused)
    if (file === undefined) throw notFound(path)
    return file
  }

  /** Whether the folder of a file is looked at, or the file was uploaded into it. */
  async function isListed(path: string): Promise<boolean> {
    const directory = directoryOf(path)
    if (walk.recursive || directory === ROOT || isTop(root, directory)) return true
    return (await images.getByPath(path)) !== undefined
  }

  /** Other files of the folder are nobody's business. */
  async function isServed(path: string, { bytes }: FileStat): Promise<boolean> {
    if (isSidecar(path) || hasImageExtension(nameOf(path))) return true
    if (bytes === 0) return false
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0)
      return sniff(buffer.subarray(0, bytesRead)) !== undefined
    } finally {
      await file.close()
    }
  }
}

function notFound(path: string): DomainError {
  return new DomainError('image_not_found', `There is no image ${JSON.stringify(path)} in the gallery.`)
}

function denyIfRefused(error: unknown): undefined {
  const code = systemCodeOf(error)
  // No file has such a name.
  if (code === 'ENAMETOOLONG') return
  if (code !== 'EACCES' && code !== 'EPERM') throw error
  throw new DomainError('permission_denied', 'The file may not be read: permission denied.', { cause: error })
}

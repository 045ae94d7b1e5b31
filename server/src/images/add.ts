import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { hasImageExtension, IMAGE_EXTENSIONS } from '../gallery/formats/index.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { type IncludeRules, isIgnoredName, isIncluded } from '../gallery/include.ts'
import { joinPath, parseDirectory, parseFileName, resolveDirectory, toAbsolute } from '../gallery/paths.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { Indexer } from '../indexing/indexer.ts'
import { writeNew } from './write-file.ts'

export interface AddOptions {
  root: string
  catalog: Catalog
  indexer: Pick<Indexer, 'indexNow'>
  reader: Pick<ImageReader, 'decode'>
  thumbnails: Pick<ThumbnailStore, 'size'>
  limits: { maxUploadBytes: number }
  /** Decides which files belong to the gallery. */
  walk: IncludeRules
}

/** Returns the function that writes an uploaded file into the gallery and indexes it. */
export function createAdd({ root, catalog, indexer, reader, thumbnails, limits, walk }: AddOptions) {
  return async function add(bytes: Uint8Array, name: string, directory: string): Promise<Image> {
    const fileName = checkedName(name)
    const folder = parseDirectory(directory)
    if (!walk.recursive && folder !== '.') {
      throw new DomainError(
        'directory_not_found',
        `The folder "${folder}" is not watched: only the root is (watcher.watch_recursive).`,
      )
    }
    if (!isIncluded(root, joinPath(folder, fileName), walk)) {
      throw new DomainError(
        'invalid_path',
        `"${joinPath(folder, fileName)}" lies in a hidden or system folder, or is named by watcher.ignore: the gallery leaves it out.`,
      )
    }
    const absoluteFolder = await resolveDirectory(root, folder)
    if (absoluteFolder !== toAbsolute(root, folder)) {
      throw new DomainError(
        'invalid_path',
        `The folder "${folder}" lies behind a symbolic link: name the folder that it leads to.`,
      )
    }
    if (bytes.length > limits.maxUploadBytes) {
      throw new DomainError(
        'image_too_large',
        `The upload is too large: ${bytes.length} bytes, at most ${limits.maxUploadBytes} are taken (limits.max_upload_bytes).`,
      )
    }
    // Nothing is written before the bytes prove to be a complete image: a damaged one may be a broken transfer.
    const { note } = await reader.decode(bytes, thumbnails.size)
    if (note !== undefined) throw new DomainError('image_unreadable', note)
    const file = join(absoluteFolder, fileName)
    await writeNew(file, bytes)
    try {
      return await indexer.indexNow(joinPath(folder, fileName))
    } catch (error) {
      await unlink(toSystemPath(file))
      await catalog.files.remove([joinPath(folder, fileName)])
      throw error
    }
  }
}

function checkedName(name: string): string {
  const fileName = parseFileName(name)
  if (isIgnoredName(fileName)) {
    throw new DomainError(
      'invalid_path',
      `"${fileName}" is a hidden or system name, which the gallery leaves out.`,
    )
  }
  if (!hasImageExtension(fileName)) {
    throw new DomainError('invalid_path', `"${fileName}" must end in one of ${IMAGE_EXTENSIONS.join(', ')}.`)
  }
  return fileName
}

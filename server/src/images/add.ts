import { rm } from 'node:fs/promises'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError, isExternal } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { hasImageExtension, IMAGE_EXTENSIONS } from '../gallery/formats/index.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { type IncludeRules, isIgnoredName, isIncluded } from '../gallery/include.ts'
import {
  directoryOf,
  joinPath,
  nameOf,
  parseDirectory,
  parseFileName,
  ROOT,
  toAbsolute,
} from '../gallery/paths.ts'
import { spellingOnDisk } from '../gallery/stat-file.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { Indexer } from '../indexing/indexer.ts'
import { makeFolders, removeEmptyFolders } from './folders.ts'
import { MAX_COPIES, numberedName } from './numbered-name.ts'
import type { Trash } from './trash/trash.ts'
import { hasBytes, type StagedFile, stageFile } from './write-file.ts'

export interface AddOptions {
  root: string
  catalog: Catalog
  indexer: Pick<Indexer, 'indexNow'>
  reader: Pick<ImageReader, 'decode'>
  thumbnails: Pick<ThumbnailStore, 'size'>
  limits: { maxUploadBytes: number }
  /** Decides which files belong to the gallery. */
  walk: IncludeRules
  trash: Pick<Trash, 'days' | 'restore' | 'remove'>
  deleteImage(image: Image, options: { isKept: boolean }): Promise<void>
}

/** Decides about a name that is taken by a file with other bytes. */
export type OnConflict = 'keep_both' | 'refuse' | 'replace'
export const ON_CONFLICT = ['keep_both', 'refuse', 'replace'] as const satisfies readonly OnConflict[]

export interface Upload {
  bytes: Uint8Array
  /** File name; it may begin with folders. */
  name: string
  directory: string
  onConflict: OnConflict
}

/** Returns the function that writes an uploaded file into the gallery and indexes it. */
export function createAdd(options: AddOptions) {
  const { root, indexer, reader, thumbnails, limits, trash } = options
  return async function add({ bytes, name, directory, onConflict }: Upload): Promise<Image> {
    if (name === '') throw new DomainError('invalid_path', 'Filename is required.')
    if (bytes.length === 0) throw new DomainError('image_unreadable', 'Empty file.')
    const path = uploadPath(directory, name)
    const folder = directoryOf(path)
    checkPlace(path, options)
    checkSize(bytes, limits.maxUploadBytes)
    // The file must be an image before anything is written.
    const { note } = await reader.decode(bytes, thumbnails.size)
    // A damaged image may be a broken transfer.
    if (note !== undefined) throw new DomainError('image_unreadable', note)
    const createdFolders = await makeFolders(root, folder)
    let isAdded = false
    try {
      const image = await write(folder, nameOf(path), bytes, onConflict)
      isAdded = true
      return image
    } finally {
      if (!isAdded) await removeEmptyFolders(createdFolders)
    }
  }

  /** All bytes are in the folder before another image has to give way. */
  async function write(
    folder: string,
    fileName: string,
    bytes: Uint8Array,
    onConflict: OnConflict,
  ): Promise<Image> {
    const staged = await stageFile(toAbsolute(root, folder), bytes)
    return place(folder, fileName, { bytes, staged }, onConflict).finally(() => staged.discard())
  }

  /** Gives the file the first name that is free. An existing file with the same bytes is not stored again. */
  async function place(
    folder: string,
    fileName: string,
    { bytes, staged }: { bytes: Uint8Array; staged: StagedFile },
    onConflict: OnConflict,
  ): Promise<Image> {
    let replaced: Image | undefined
    for (let copy = 1; copy <= MAX_COPIES; copy++) {
      const path = joinPath(folder, numberedName(fileName, copy))
      const file = toAbsolute(root, path)
      try {
        await staged.publish(file)
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'image_exists')) {
          if (replaced !== undefined) await trash.restore([replaced.id])
          throw error
        }
        if (await hasBytes(file, bytes)) return indexed(options, path)
        if (onConflict === 'refuse') throw error
        if (onConflict === 'replace' && copy === 1 && replaced === undefined) {
          replaced = await removeOld(options, path)
          if (replaced !== undefined) copy--
        }
        continue
      }
      const image = await indexer.indexNow(path).catch(async (error) => {
        await remove(options, path, bytes)
        if (replaced !== undefined) await putBack(options, replaced, path, bytes)
        throw error
      })
      if (replaced !== undefined && trash.days === 0) await trash.remove([replaced.id])
      return image
    }
    throw new DomainError('image_exists', `There are ${MAX_COPIES} files of this name in this folder.`)
  }
}

/** Removes a new file that can't be indexed, unless another program has removed or replaced it. */
async function remove({ root, catalog }: AddOptions, path: string, bytes: Uint8Array): Promise<void> {
  const file = toAbsolute(root, path)
  if (await hasBytes(file, bytes)) await rm(toSystemPath(file), { force: true })
  // Without the database there may be no row to remove either, and the next scan does it.
  await catalog.files.remove([path]).catch((error) => {
    if (!isExternal(error)) throw error
  })
}

/** Restores an image that nothing has replaced after all. If that fails, the new file stays, so that not both are missing. */
async function putBack(
  { root, trash }: AddOptions,
  replaced: Image,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  await trash.restore([replaced.id]).catch(async (error) => {
    const staged = await stageFile(toAbsolute(root, directoryOf(path)), bytes)
    await staged.publish(toAbsolute(root, path)).finally(() => staged.discard())
    throw error
  })
}

/**
 * Moves the image of a file to the trash, also if nothing is kept there: until the new one is indexed, it may have to come back.
 * @returns undefined if the file is no image that can be read: the trash keeps images only, so the file stays where it is
 */
async function removeOld(options: AddOptions, path: string): Promise<Image | undefined> {
  const image = await indexed(options, path).catch((error) => {
    if (isExternal(error)) throw error
  })
  if (image !== undefined) await options.deleteImage(image, { isKept: true })
  return image ?? undefined
}

/** @returns the image of a file that is in the gallery; a file that is not indexed yet is indexed now */
async function indexed({ root, catalog, indexer }: AddOptions, path: string): Promise<Image> {
  const image = await catalog.images.getByPath(path)
  if (image !== undefined) return image
  const onDisk = await spellingOnDisk(root, path)
  return (await catalog.images.getByPath(onDisk)) ?? indexer.indexNow(onDisk)
}

/** @throws {DomainError} `invalid_path` */
function uploadPath(directory: string, name: string): string {
  const segments = name.split('/')
  const fileName = checkedName(segments.pop()!)
  const within = segments.length === 0 ? ROOT : parseDirectory(segments.join('/') || '/')
  const folder = parseDirectory(directory)
  return joinPath(within === ROOT ? folder : joinPath(folder, within), fileName)
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

function checkPlace(path: string, { root, walk }: Pick<AddOptions, 'root' | 'walk'>): void {
  if (isIncluded(root, path, walk)) return
  throw new DomainError(
    'invalid_path',
    `"${path}" lies in a hidden or system folder, or is named by watcher.ignore: the gallery leaves it out.`,
  )
}

function checkSize(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length <= maxBytes) return
  throw new DomainError(
    'image_too_large',
    `The upload is too large: ${bytes.length} bytes, at most ${maxBytes} are accepted (limits.max_upload_bytes).`,
  )
}

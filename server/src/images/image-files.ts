import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, open, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Catalog, Image } from '../catalog/catalog.ts'
import { DomainError, systemCodeOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { hasImageExtension, IMAGE_EXTENSIONS } from '../gallery/formats/index.ts'
import { fileTooLarge } from '../gallery/image-file.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import { type IncludeRules, isIgnoredName, isIncluded } from '../gallery/include.ts'
import { findRealFile } from '../gallery/links.ts'
import {
  joinPath,
  parseDirectory,
  parseFileName,
  resolveDirectory,
  toAbsolute,
  toGalleryPath,
} from '../gallery/paths.ts'
import { makeThumbnail, type ThumbnailStore } from '../gallery/thumbnails.ts'
import { hashOfBytes, openOrdinaryFile } from '../hashing.ts'
import type { Indexer } from '../indexing/indexer.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'

export interface ImageFilesOptions {
  root: string
  catalog: Catalog
  indexer: Indexer
  reader: ImageReader
  thumbnails: ThumbnailStore
  events: EventBus
  limits: { maxUploadBytes: number; maxFileBytes: number }
  /** What belongs to the gallery. */
  walk: IncludeRules
}

/** What a file holds, or what was made of it; the file may hold something else by now than what the catalog knows. */
export interface FileContent {
  bytes: Uint8Array
  matchesCatalog: boolean
}

/** What people do to single images of the gallery. */
export interface ImageFiles {
  /**
   * Writes an image file into a folder of the gallery and indexes it. An existing file is never overwritten, and if
   * anything goes wrong nothing is left behind.
   * @throws {DomainError} `invalid_path`, `directory_not_found`, `image_exists`, `image_too_large`, `image_unreadable`,
   * `permission_denied`
   */
  add(bytes: Uint8Array, name: string, directory: string): Promise<Image>
  /** Deletes the file, its row, its vector and its thumbnail. */
  /** @throws {DomainError} `conflict` if a link to a folder shows it: it lies elsewhere; `permission_denied` */
  delete(image: Image): Promise<void>
  /** Whether a link shows what lies elsewhere in the gallery. */
  isShownByLink(image: Image): Promise<boolean>
  /** WebP; made again if the file of it is lost. */
  thumbnail(image: Image): Promise<FileContent>
  /** WebP of at most `PREVIEW_SIDE` pixels a side. */
  preview(image: Image): Promise<FileContent>
  isSmallEnough(image: Image): boolean
  /** The bytes of the original. @throws {DomainError} `image_not_found`, or `image_too_large` if it has grown so */
  read(image: Image): Promise<FileContent>
  /** Absolute path of the original. @throws {DomainError} `image_not_found` if it is gone or leads elsewhere */
  fileOf(image: Image): Promise<string>
}

const GONE = 'The file is no longer in the gallery.'
const PREVIEW_SIDE = 2048
const PREVIEW_BYTES = 8 * 1024 * 1024

export function createImageFiles(options: ImageFilesOptions): ImageFiles {
  const { root, catalog, indexer, reader, thumbnails, events, limits } = options

  return {
    async add(bytes, name, directory) {
      const fileName = checkedName(name)
      const folder = parseDirectory(directory)
      if (!options.walk.recursive && folder !== '.') {
        throw new DomainError(
          'directory_not_found',
          `The folder "${folder}" is not watched: only the root is (watcher.watch_recursive).`,
        )
      }
      if (!isIncluded(root, joinPath(folder, fileName), options.walk)) {
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
      // Whether it is an image is found out before anything is written.
      await reader.decode(bytes, thumbnails.size)
      const file = join(absoluteFolder, fileName)
      await writeNew(file, bytes)
      try {
        return await indexer.indexNow(joinPath(folder, fileName))
      } catch (error) {
        await unlink(file)
        await catalog.files.remove([joinPath(folder, fileName)])
        throw error
      }
    },

    isShownByLink,

    async delete(image) {
      const directory = await resolveDirectory(root, image.directory)
      if (directory !== toAbsolute(root, image.directory)) {
        const original = joinPath(toGalleryPath(root, directory), image.name)
        throw new DomainError(
          'conflict',
          `${JSON.stringify(image.path)} is shown by a link to a folder: delete it where it lies, ${JSON.stringify(original)}.`,
        )
      }
      await unlink(toAbsolute(root, image.path)).catch((error) => {
        if (systemCodeOf(error) !== 'ENOENT') throw writeFailure(error)
      })
      await catalog.files.remove([image.path])
      await removeUnusedContent(catalog, thumbnails, [image.contentHash])
      events.emit('fileDeleted', { path: image.path })
    },

    async thumbnail(image) {
      const kept = await thumbnails.read(image.contentHash)
      if (kept !== undefined) return { bytes: kept, matchesCatalog: true }
      const { bytes, matchesCatalog } = await readOriginal(image)
      const webp = await makeThumbnail(bytes, await reader.decode(bytes, thumbnails.size), thumbnails.size)
      if (matchesCatalog) thumbnails.write(image.contentHash, webp)
      return { bytes: webp, matchesCatalog }
    },

    async preview(image) {
      const { bytes, matchesCatalog } = await readOriginal(image)
      return { bytes: await reader.render(bytes, PREVIEW_SIDE), matchesCatalog }
    },

    isSmallEnough: ({ width, height, bytes }) =>
      Math.max(width, height) <= PREVIEW_SIDE && bytes <= PREVIEW_BYTES,

    read: readOriginal,
    fileOf,
  }

  async function isShownByLink({ path }: Image): Promise<boolean> {
    const real = await findRealFile(root, path, options.walk).catch(() => undefined)
    return real !== undefined && real !== toAbsolute(root, path)
  }

  async function fileOf(image: Image): Promise<string> {
    const real = await findRealFile(root, image.path, options.walk)
    if (real !== undefined) return real
    throw new DomainError('image_not_found', GONE)
  }

  async function readOriginal(image: Image): Promise<FileContent> {
    const file = await openOrdinaryFile(await fileOf(image))
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

/** The file appears under its name complete, and only if that name is free. It is on the disk when this ends: whoever sent it may delete theirs. */
async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(file, '..', `.${randomUUID()}.upload`)
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true })
    await link(temporary, file).catch((error) => {
      const hasNoLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(
        systemCodeOf(error) ?? '',
      )
      if (!hasNoLinks) throw error
      return copyFile(temporary, file, constants.COPYFILE_EXCL).then(() => sync(file))
    })
    // Not every system, nor every drive, lets a folder be synced.
    await sync(dirname(file)).catch(() => {})
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw writeFailure(error)
    throw new DomainError('image_exists', 'A file of this name is already in this folder.', { cause: error })
  } finally {
    // The name is hidden: what could not be removed is in nobody's way.
    await unlink(temporary).catch(() => {})
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path)
  await handle.sync().finally(() => handle.close())
}

/** Galleries may be mounted, or belong to others, so that they can only be read. */
function writeFailure(error: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCodeOf(error) ?? '')) return error
  const reason = `the server may not write there (${systemCodeOf(error)})`
  return new DomainError('permission_denied', `This folder of the gallery can’t be changed: ${reason}.`, {
    cause: error,
  })
}

import { accessSync, constants, mkdirSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Config } from '../config/schema.ts'
import { DomainError, systemCodeOf } from '../errors.ts'

async function assertGallery(root: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ENOENT'
        ? 'there is no such folder'
        : `it can't be read (${systemCodeOf(error)})`
    throw new DomainError('directory_not_found', `The gallery ${root} can't be opened: ${reason}.`, {
      cause: error,
    })
  }
  throw new DomainError(
    'directory_not_found',
    `The gallery ${root} is a file: give the folder that holds the images.`,
  )
}

/**
 * Checks the gallery and creates the data directory and, unless nothing is indexed, the folder of thumbnails, before anything that takes long.
 * @throws {DomainError} `directory_not_found` or `unavailable`, with advice
 */
export async function prepareDirectories(config: Config, { isReadOnly = false } = {}): Promise<void> {
  await assertGallery(config.watcher.watched_directory)
  createDataDirectory(config)
  if (!isReadOnly) createThumbnailDirectory(config)
}

/** Returns the folders with data of Sketch-Search that lie in the gallery, not those that contain it. */
export async function foldersToExclude(
  root: string,
  { data_directory, thumbnail }: Config,
): Promise<string[]> {
  const [data, thumbnails] = [await realPath(data_directory), await realPath(thumbnail.thumbnail_directory)]
  if (thumbnails === root) {
    throw new DomainError(
      'unavailable',
      'thumbnail.thumbnail_directory is the gallery itself: its thumbnails would become images of it. Give another folder.',
    )
  }
  return [data, thumbnails].filter((folder) => root !== folder && !root.startsWith(folder + sep))
}

/** Resolves all symbolic links, also on the path of a folder that does not exist yet. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPath(parent), basename(path))
  }
}

function createDataDirectory({ data_directory: directory }: Config): void {
  try {
    // Readable by its owner only, because thumbnails show every image.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new DomainError(
      'unavailable',
      `The data directory ${directory} can't be created (${systemCodeOf(error)}): give another with --data-directory.`,
      { cause: error },
    )
  }
}

const DENIED = ['EACCES', 'EPERM', 'EROFS']

/**
 * Docker creates a missing folder of the host as root, and the server in the container is another user. Other obstacles, such as a
 * drive that is absent, may pass: they are reported while they last.
 */
function createThumbnailDirectory({ thumbnail: { thumbnail_directory: directory } }: Config): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    accessSync(directory, constants.W_OK | constants.X_OK)
  } catch (error) {
    if (!DENIED.includes(systemCodeOf(error) ?? '')) return
    const user = process.getuid?.() ?? 'that runs the server'
    throw new DomainError(
      'unavailable',
      `Thumbnails can't be written to ${directory} (${systemCodeOf(error)}). Give this folder to the user ${user}, or set thumbnail.thumbnail_directory to another one.`,
      { cause: error },
    )
  }
}

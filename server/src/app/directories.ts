import { mkdirSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Config } from '../config/schema.ts'
import { DomainError, systemCodeOf } from '../errors.ts'

export async function assertGallery(root: string): Promise<void> {
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

/** Of our data what lies in the gallery. What holds the gallery lies beside it. */
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

/** The path with every symbolic link followed, also of what is not there yet: it is compared with others of the gallery. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPath(parent), basename(path))
  }
}

export function createDataDirectory({ data_directory: directory }: Config): void {
  try {
    // For its owner alone: it holds pictures of everything.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new DomainError(
      'unavailable',
      `The data directory ${directory} can't be created (${systemCodeOf(error)}): give another with --data-directory.`,
      { cause: error },
    )
  }
}

import { accessSync, constants, mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import type { Config } from '../config/schema.ts'
import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import { type GalleryDirectory, liesIn } from '../gallery/directories.ts'
import { lstat, readlink, realpath, stat } from '../gallery/disk.ts'
import { canonicalPath } from '../gallery/file-names.ts'
import { normalizeName } from '../gallery/paths.ts'

async function assertGallery(root: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ENOENT'
        ? 'there is no such folder'
        : `it can't be read (${systemCodeOf(error) ?? messageOf(error)})`
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

/**
 * Returns the folders with data of Sketch-Search that lie in the gallery, not those that contain it.
 * @throws {DomainError} `unavailable` if one of them is the gallery
 */
export async function foldersToExclude(
  root: string,
  { data_directory, thumbnail }: Config,
): Promise<string[]> {
  const folders = [
    {
      key: 'data_directory',
      pictures: 'previews and pictures of searches',
      folder: await realPath(data_directory),
    },
    {
      key: 'thumbnail.thumbnail_directory',
      pictures: 'its thumbnails',
      folder: await realPath(thumbnail.thumbnail_directory),
    },
  ]
  for (const { key, pictures, folder } of folders)
    if (folder === root)
      throw new DomainError(
        'unavailable',
        `${key} is the gallery itself: ${pictures} would become images of the gallery. Give another folder.`,
      )
  return folders.map(({ folder }) => folder).filter((folder) => !root.startsWith(folder + sep))
}

/**
 * Resolves the links of `watcher.directories`, whose drives may be absent.
 * @throws {DomainError} `config_invalid` if a name occurs twice or is taken, or if one folder lies in another
 */
export async function resolveDirectories(
  root: string,
  { watcher, data_directory }: Config,
): Promise<GalleryDirectory[]> {
  const resolved: GalleryDirectory[] = []
  const folders = [root]
  const data = await realPath(data_directory)
  for (const { name, path } of watcher.directories) {
    const real = await realPath(path)
    const key = `watcher.directories: ${JSON.stringify(name)}`
    if (resolved.some((other) => normalizeName(other.name) === normalizeName(name)))
      throw new DomainError('config_invalid', `${key} is the name of two directories.`)
    if (await exists(join(root, name)))
      throw new DomainError('config_invalid', `${key} is also the name of a file or folder in ${root}.`)
    const other = folders.find((folder) => liesIn(real, folder) || liesIn(folder, real))
    if (other !== undefined)
      throw new DomainError(
        'config_invalid',
        `${key}: ${real} and ${other}: one of these folders is inside the other.`,
      )
    if (liesIn(real, data))
      throw new DomainError('config_invalid', `${key}: ${real} lies in the data directory ${data}.`)
    folders.push(real)
    resolved.push({ name: canonicalPath(name), path: real })
  }
  return resolved
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

/** As in Linux. */
const MAX_LINKS = 40

/** Resolves all symbolic links, also those that lead to a drive which is absent. @param left how many more are followed */
async function realPath(path: string, left = MAX_LINKS): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  if (real !== undefined) return real
  const target = left > 0 ? await readlink(path).catch(() => undefined) : undefined
  if (target !== undefined) return realPath(resolve(dirname(path), target), left - 1)
  const parent = dirname(path)
  return parent === path ? path : join(await realPath(parent, left), basename(path))
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

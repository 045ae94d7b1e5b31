import { accessSync, constants, mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { ConfigError, sourceIn } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Problem } from '../config/sources.ts'
import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import { type GalleryDirectory, liesIn } from '../gallery/directories.ts'
import { lstat, readlink, realpath, stat } from '../gallery/disk.ts'
import { canonicalPath } from '../gallery/file-names.ts'
import { normalizeName } from '../gallery/paths.ts'
import type { Logger } from '../log.ts'

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

/** The folders of a gallery, without symbolic links. */
interface PreparedDirectories {
  root: string
  directories: GalleryDirectory[]
}

/**
 * Checks the gallery and its directories, and creates the data directory and, unless nothing is indexed, the folder of thumbnails, before
 * anything that takes long.
 * @throws {DomainError} `directory_not_found`, `config_invalid` or `unavailable`, with advice; one error describes all problems
 */
export async function prepareDirectories(
  config: Config,
  { isReadOnly = false } = {},
): Promise<PreparedDirectories> {
  const { watched_directory: gallery } = config.watcher
  const errors: DomainError[] = []
  const attempt = async <T>(work: () => T): Promise<Awaited<T> | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      errors.push(error)
      return undefined
    }
  }
  await attempt(() => assertGallery(gallery))
  // Watchers report real paths, and do not follow a link that the gallery itself may be.
  const root = await realPath(gallery)
  const directories = await attempt(() => resolveDirectories(root, config))
  // A folder that was misspelled gets no data.
  if (!errors.some(({ code }) => code === 'directory_not_found')) {
    const isCreated = await attempt(() => createDataDirectory(config))
    if (isCreated && !isReadOnly) await attempt(() => createThumbnailDirectory(config))
  }
  if (directories !== undefined && errors.length === 0) return { root, directories }
  const [first, ...others] = errors
  if (first === undefined || others.length === 0) throw first
  throw new DomainError(first.code, errors.map(({ message }) => message).join('\n'), { cause: first })
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
 * @throws {ConfigError} with every name that occurs twice or is taken, and every folder that lies in another
 */
async function resolveDirectories(root: string, config: Config): Promise<GalleryDirectory[]> {
  const resolved: GalleryDirectory[] = []
  const problems: Problem[] = []
  const folders = [{ title: 'watcher.watched_directory', folder: root }]
  const data = await realPath(config.data_directory)
  for (const [n, { name, path }] of config.watcher.directories.entries()) {
    const real = await realPath(path)
    const other = folders.find(({ folder }) => liesIn(real, folder) || liesIn(folder, real))
    const report = (message: string) => {
      const key = ['watcher', 'directories', String(n)]
      const problem = { path: key.join('.'), source: sourceIn(config, key) }
      problems.push({ ...problem, message: `${JSON.stringify(name)}: ${message}` })
    }
    if (resolved.some((before) => normalizeName(before.name) === normalizeName(name)))
      report('this is the name of two directories')
    if (await exists(join(root, name))) report(`this is also the name of a file or folder in ${root}`)
    if (other?.folder === real) report(`this and ${other.title} are the same folder, ${real}`)
    else if (other !== undefined)
      report(`${real} and ${other.folder}: one of these folders is inside the other`)
    if (liesIn(real, data)) report(`${real} lies in the data directory ${data}`)
    folders.push({ title: JSON.stringify(name), folder: real })
    resolved.push({ name: canonicalPath(name), path: real })
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return resolved
}

/** Logs which directories of the gallery do not exist: a mistake in the configuration looks like a drive that is absent. */
export async function warnOfAbsentDirectories(
  directories: readonly GalleryDirectory[],
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  for (const { name, path } of directories) {
    const key = `watcher.directories: ${JSON.stringify(name)}`
    const problem = await stat(path).then(
      (info) => (info.isDirectory() ? undefined : `${path} is a file, not a folder`),
      (error) =>
        ['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '') ? `there is no folder ${path}` : undefined,
    )
    if (problem !== undefined) log.warn(`${key}: ${problem}; its images are shown when it is there.`)
  }
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

/** @returns true */
function createDataDirectory({ data_directory: directory }: Config): boolean {
  try {
    // Readable by its owner only, because thumbnails show every image.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return true
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

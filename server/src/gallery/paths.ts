import { join, posix, relative, sep } from 'node:path'
import { DomainError, systemCodeOf } from '../errors.ts'
import { directoriesOf, type GalleryDirectory, liesIn, liesInGallery } from './directories.ts'
import { lstat, realpath } from './disk.ts'
import { byteLengthOf, canonicalPath } from './file-names.ts'

/** Path of the gallery's root in the catalog and the API. */
export const ROOT = '.'

/** As on most file systems. */
export const MAX_NAME_BYTES = 255
const DRIVE_LETTER = /^[a-z]:/i
/** In a name that a client sends, control characters are a mistake or an attack; files on disk may have them. */
const CONTROL_CHARACTER = /\p{Cc}/u

/** `a/b/c.jpg` → `a/b`, `c.jpg` → `.` */
export function directoryOf(path: string): string {
  return posix.dirname(path)
}

export function nameOf(path: string): string {
  return posix.basename(path)
}

export function joinPath(directory: string, name: string): string {
  return directory === ROOT ? name : `${directory}/${name}`
}

/** Whether a path of the gallery is a folder or lies in it. */
export function isInside(path: string, directory: string): boolean {
  return directory === ROOT || path === directory || path.startsWith(`${directory}/`)
}

/** The path below the gallery, with `/` on every system. */
export function toGalleryPath(root: string, absolute: string): string {
  const directory = directoriesOf(root).find(({ path }) => liesIn(absolute, path))
  if (directory === undefined) return relativePath(root, absolute)
  const below = relativePath(directory.path, absolute)
  return below === ROOT ? directory.name : `${directory.name}/${below}`
}

function relativePath(folder: string, absolute: string): string {
  const path = relative(folder, absolute)
  if (path === '') return ROOT
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

export function toAbsolute(root: string, path: string): string {
  if (path === ROOT) return root
  const names = path.split('/')
  const directory = directoryWith(root, path)
  return directory === undefined ? join(root, ...names) : join(directory.path, ...names.slice(1))
}

/** The directory of the gallery that a path lies in; undefined in the watched folder itself. */
export function directoryWith(root: string, path: string): GalleryDirectory | undefined {
  const [first] = path.split('/', 1)
  return directoriesOf(root).find(({ name }) => name === first)
}

/** Whether a path of the gallery is its root, or that of one of its directories. */
export function isTop(root: string, path: string): boolean {
  return path === ROOT || directoriesOf(root).some(({ name }) => name === path)
}

/**
 * Normalises a folder that a client named: `''`, `.` and `/`-less relative paths are accepted.
 * @throws {DomainError} `invalid_path`
 */
export function parseDirectory(directory: string): string {
  if (directory === '' || directory === ROOT) return ROOT
  const segments = canonicalPath(directory.replace(/\/+$/, '')).split('/')
  for (const segment of segments) checkSegment(segment, directory)
  return segments.join('/')
}

/** Normalises a folder that a filter names. A name that no folder of the gallery can have, such as `..`, matches nothing. */
export function parseDirectoryFilter(directory: string): string {
  return canonicalPath(directory.replace(/(?<=.)\/+$/, '')) || ROOT
}

/**
 * Normalises the path of a file or folder that exists. Unlike a path to write to, it may have any name that the disk allows.
 * @throws {DomainError} `invalid_path` if it leads out of the gallery
 */
export function parseExistingPath(path: string): string {
  const trimmed = canonicalPath(path.replace(/(?<=.)\/+$/, ''))
  if (trimmed === '' || trimmed === ROOT) return ROOT
  const isUsual = (segment: string) => !['', '.', '..'].includes(segment) && !segment.includes('\0')
  if (!trimmed.split('/').every(isUsual)) throw invalid(path, 'it must be a path below the gallery')
  return trimmed
}

/** @throws {DomainError} `invalid_path` */
export function parseFileName(name: string): string {
  const canonical = canonicalPath(name)
  if (name.includes('/')) throw invalid(name, 'a file name has no "/"')
  checkSegment(canonical, name)
  return canonical
}

/**
 * Resolves all symbolic links on the path of a folder.
 * @returns its absolute path
 * @throws {DomainError} `invalid_path` if it leads out of the gallery, `directory_not_found` if it is no folder,
 * `gallery_unavailable` if the root itself, or the directory of the gallery that the folder lies in, is absent
 */
export async function resolveDirectory(root: string, directory: string): Promise<string> {
  const top = directoryWith(root, directory)
  for (const path of top === undefined ? [root] : [root, top.path]) await assertPresent(path)
  let real: string
  try {
    real = await realpath(toAbsolute(root, directory))
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') {
      throw new DomainError('directory_not_found', `There is no folder "${directory}" in the gallery.`)
    }
    throw error
  }
  if (!liesInGallery(root, real) && !liesIn(real, await realpath(root)))
    throw invalid(directory, 'it leads out of the gallery')
  if (!(await lstat(real)).isDirectory()) {
    throw new DomainError('directory_not_found', `"${directory}" is a file, not a folder.`)
  }
  return real
}

async function assertPresent(folder: string): Promise<void> {
  await realpath(folder).catch((error) => {
    throw new DomainError(
      'gallery_unavailable',
      "The gallery can't be read at present: try again when its drive is back.",
      { cause: error },
    )
  })
}

function checkSegment(segment: string, whole: string): void {
  if (segment === '') throw invalid(whole, 'it has an empty part')
  if (segment === '.' || segment === '..') throw invalid(whole, `"${segment}" is not allowed`)
  if (segment.includes('\\')) throw invalid(whole, 'a backslash is not allowed')
  if (CONTROL_CHARACTER.test(segment)) throw invalid(whole, 'control characters are not allowed')
  if (DRIVE_LETTER.test(segment)) throw invalid(whole, 'a drive letter is not allowed')
  if (byteLengthOf(segment) > MAX_NAME_BYTES) throw invalid(whole, 'a name has at most 255 bytes')
}

function invalid(path: string, reason: string): DomainError {
  return new DomainError(
    'invalid_path',
    `${JSON.stringify(path.slice(0, 200))} is not a valid path: ${reason}.`,
  )
}

/** Returns a form in which two spellings of the same letters are equal. */
export function normalizeName(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

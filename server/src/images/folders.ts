import { mkdir, rmdir } from 'node:fs/promises'
import { DomainError, systemCodeOf } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isTop, ROOT, resolveDirectory, toAbsolute } from '../gallery/paths.ts'
import { writeFailure } from './write-file.ts'

/**
 * Makes the folders on the way to a folder of the gallery that are missing, or none. Symbolic links on the way are refused.
 * @returns the created folders, absolute, outermost first
 * @throws {DomainError} `invalid_path`, `directory_not_found` if a file is in the way, `permission_denied`, `gallery_unavailable`
 */
export async function makeFolders(root: string, folder: string): Promise<string[]> {
  const created: string[] = []
  try {
    await makeInto(created, root, folder)
    return created
  } catch (error) {
    await removeEmptyFolders(created)
    throw error
  }
}

async function makeInto(created: string[], root: string, folder: string): Promise<void> {
  const names = folder === ROOT ? [] : folder.split('/')
  const realRoot = await resolveDirectory(root, ROOT)
  for (let depth = 0; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join('/') || ROOT
    const absolute = toAbsolute(root, path)
    if (!isTop(root, path) && (await make(absolute))) created.push(absolute)
    if ((await resolveDirectory(root, path)) === toAbsolute(realRoot, path)) continue
    throw new DomainError(
      'invalid_path',
      `The folder "${path}" lies behind a symbolic link: name the folder that it leads to.`,
    )
  }
}

/** @returns false if it exists already */
async function make(folder: string): Promise<boolean> {
  try {
    await mkdir(toSystemPath(folder))
    return true
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false
    throw writeFailure(error)
  }
}

/** Removes folders that were created for a file that could not be added, unless something has been put there since. */
export async function removeEmptyFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) {
    try {
      await rmdir(toSystemPath(folder))
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(systemCodeOf(error) ?? '')) throw error
    }
  }
}

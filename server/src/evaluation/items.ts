import { join, resolve } from 'node:path'
import { DomainError, messageOf } from '../errors.ts'
import { readNames, realpath, stat } from '../gallery/disk.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isIgnoredName } from '../gallery/include.ts'
import { listDirectory } from '../gallery/list-folder.ts'
import { ROOT, toAbsolute } from '../gallery/paths.ts'
import { walk } from '../gallery/walk.ts'
import { hashOfFile } from '../hashing.ts'
import type { Item } from './evaluate.ts'

/** An image or query with its file. */
export interface LocatedItem extends Item {
  file: string
}

/**
 * Lists the images of a folder whose first level are the classes.
 * @throws {DomainError} `directory_not_found`; `invalid_request` if it has no classes
 */
export async function itemsIn(
  directory: string,
  flag: string,
  onWarning: (message: string) => void,
): Promise<LocatedItem[]> {
  const root = resolve(directory)
  const isFolder = (path: string) =>
    stat(path).then(
      (info) => info.isDirectory(),
      () => false,
    )
  if (!(await isFolder(root))) {
    throw new DomainError('directory_not_found', `${flag}: there is no folder ${root}.`)
  }
  const items: LocatedItem[] = []
  for (const className of (await readNames(root)).sort()) {
    if (isIgnoredName(className) || !(await isFolder(join(root, className)))) continue
    const below = (path: string) => (path === ROOT ? className : `${className}/${path}`)
    const lose = (path: string, reason: unknown) => onWarning(leftOut(below(path), reason))
    // The folder of a class, and the one that holds them all, may be links.
    const folder = await realpath(join(root, className))
    for (const path of await imagesIn(folder, lose)) {
      const file = toAbsolute(folder, path)
      try {
        items.push({ path: below(path), className, contentHash: await hashOf(file), file })
      } catch (error) {
        lose(path, error)
      }
    }
  }
  const rootListing = await listDirectory(await realpath(root), ROOT, { recursive: false, excluded: [] })
  const classless = rootListing?.files.length ?? 0
  if (items.length === 0) {
    throw new DomainError(
      'invalid_request',
      `${flag}: ${root} has no images in subfolders; each subfolder is a class.`,
    )
  }
  if (classless > 0) onWarning(`${classless} files directly in ${root} belong to no class and are left out.`)
  return items
}

/** Warning about a file or folder that is not part of an evaluation. */
export function leftOut(path: string, reason: unknown): string {
  return `${path} is left out: ${messageOf(reason)}`
}

/** Paths of the images below a folder. */
async function imagesIn(folder: string, lose: (path: string, reason: unknown) => void): Promise<string[]> {
  const images: string[] = []
  for await (const listing of walk(folder, { recursive: true, excluded: [] }, lose)) {
    // A call with an argument for each file fails from about 125,000 on.
    for (const { path } of listing.files) images.push(path)
    for (const { stat, reason } of listing.unreadable) lose(stat.path, reason)
    for (const { path, error } of listing.unknown) lose(path, error)
  }
  return images
}

/** @throws {Error} if the file can't be read */
async function hashOf(file: string): Promise<string> {
  const hash = await hashOfFile(toSystemPath(file))
  if (hash === undefined) throw new Error('there is no such file any more')
  return hash
}

export function classesOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(({ className }) => className))
}

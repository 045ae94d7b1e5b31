import { createHash } from 'node:crypto'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DomainError } from '../errors.ts'
import { toSystemPath } from '../gallery/file-names.ts'
import { isIgnoredName } from '../gallery/include.ts'
import { listDirectory } from '../gallery/list-folder.ts'
import { ROOT, toAbsolute } from '../gallery/paths.ts'
import { walk } from '../gallery/walk.ts'
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
  for (const className of (await readdir(root)).sort()) {
    if (isIgnoredName(className) || !(await isFolder(join(root, className)))) continue
    // The folder of a class, and the one that holds them all, may be links.
    const folder = await realpath(join(root, className))
    for await (const { files } of walk(folder, { recursive: true, excluded: [] }, () => {}))
      for (const { path } of files) {
        const file = toAbsolute(folder, path)
        const contentHash = createHash('sha256')
          .update(await readFile(toSystemPath(file)))
          .digest('hex')
        items.push({ path: `${className}/${path}`, className, contentHash, file })
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

export function classesOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(({ className }) => className))
}

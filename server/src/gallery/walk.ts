import type { IncludeRules } from './include.ts'
import { type DirectoryListing, listDirectory } from './list-folder.ts'
import { ROOT } from './paths.ts'

/** Walks the gallery, folder by folder, parents before children. */
export async function* walk(
  root: string,
  options: IncludeRules,
  onUnreadable: (directory: string, error: unknown) => void,
  start: string = ROOT,
  onEnter: (directory: string) => void = () => {},
): AsyncGenerator<DirectoryListing> {
  const waiting = [start]
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    let listing: DirectoryListing | undefined
    onEnter(directory)
    try {
      listing = await listDirectory(root, directory, options)
    } catch (error) {
      onUnreadable(directory, error)
      continue
    }
    if (listing === undefined) continue
    yield listing
    for (const below of listing.subdirectories.toReversed()) waiting.push(below)
  }
}

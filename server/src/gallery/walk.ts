import type { IncludeRules } from './include.ts'
import type { FolderIdentity } from './links.ts'
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
  const waiting: { directory: string; parent?: FolderIdentity }[] = [{ directory: start }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { directory, parent } = next
    let listing: DirectoryListing | undefined
    onEnter(directory)
    try {
      listing = await listDirectory(root, directory, options, parent)
    } catch (error) {
      onUnreadable(directory, error)
      continue
    }
    if (listing === undefined) continue
    yield listing
    for (const below of listing.subdirectories.toReversed())
      waiting.push({ directory: below, parent: listing.identity })
  }
}

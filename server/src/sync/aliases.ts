import { directoryOf, ROOT } from '../gallery/paths.ts'
import type { DirectoryListing } from '../gallery/walk.ts'

/** Where symbolic links show what lies elsewhere in the gallery: nobody tells of changes there. Paths of the gallery. */
export interface Aliases {
  /** Takes the links of a folder as they are now. */
  update(listing: Pick<DirectoryListing, 'directory' | 'links'>): void
  forget(directory: string): void
  /** The other paths at which something that changed at one is seen, too. */
  of(path: string): string[]
}

export function createAliases(): Aliases {
  const byDirectory = new Map<string, DirectoryListing['links']>()
  const byTarget = new Map<string, Set<string>>()
  return {
    update({ directory, links }) {
      forget(directory)
      if (links.length === 0) return
      byDirectory.set(directory, links)
      for (const { path, target } of links)
        byTarget.set(target, (byTarget.get(target) ?? new Set()).add(path))
    },
    forget,
    of(path) {
      const found: string[] = []
      for (let at = path; byTarget.size > 0 && at !== ROOT; at = directoryOf(at)) {
        for (const link of byTarget.get(at) ?? []) found.push(link + path.slice(at.length))
      }
      return found
    },
  }

  function forget(directory: string): void {
    for (const { path, target } of byDirectory.get(directory) ?? []) {
      const links = byTarget.get(target)
      links?.delete(path)
      if (links?.size === 0) byTarget.delete(target)
    }
    byDirectory.delete(directory)
  }
}

import type { DirectoryListing, ListedLink } from '../gallery/list-folder.ts'
import { directoryOf, joinPath, ROOT } from '../gallery/paths.ts'

/** Where symbolic links show what lies elsewhere in the gallery: nobody tells of changes there. Paths of the gallery. */
export interface Aliases {
  /** Takes the links of a folder as they are now. */
  update(listing: Pick<DirectoryListing, 'directory' | 'links'>): void
  forget(directory: string): void
  /** The other paths at which something that changed at one is seen, too. */
  of(path: string): string[]
  /** Whether a link was seen at a path. */
  isLink(path: string): boolean
  /** Where a path leads: itself, unless a link that is followed is on the way. */
  resolve(path: string): string
}

export function createAliases(): Aliases {
  const byDirectory = new Map<string, ListedLink[]>()
  /** Links that are followed, by what they lead to: whatever is in it is seen through them. */
  const byTarget = new Map<string, Set<string>>()
  /** All links, by what they lead to and every folder on the way: if that comes or goes, they lead elsewhere. */
  const byWay = new Map<string, Set<string>>()
  return {
    update({ directory, links }) {
      forget(directory)
      if (links.length === 0) return
      byDirectory.set(directory, links)
      for (const { path, target, isFollowed } of links) {
        if (isFollowed) add(byTarget, target, path)
        for (const step of stepsTo(target)) add(byWay, step, path)
      }
    },
    forget,
    isLink: (path) => byDirectory.get(directoryOf(path))?.some((link) => link.path === path) ?? false,
    resolve(path) {
      if (byDirectory.size === 0) return path
      for (const step of stepsTo(path)) {
        const link = byDirectory.get(directoryOf(step))?.find((one) => one.path === step && one.isFollowed)
        if (link !== undefined) return joinPath(link.target, path.slice(step.length + 1)).replace(/\/$/, '')
      }
      return path
    },
    of(path) {
      if (byDirectory.size === 0) return []
      const found = [...(byWay.get(path) ?? [])]
      for (const step of stepsTo(path)) {
        for (const link of byTarget.get(step) ?? []) found.push(link + path.slice(step.length))
      }
      return found
    },
  }

  function forget(directory: string): void {
    for (const { path, target } of byDirectory.get(directory) ?? []) {
      remove(byTarget, target, path)
      for (const step of stepsTo(target)) remove(byWay, step, path)
    }
    byDirectory.delete(directory)
  }
}

/** A path and every folder above it but the root. */
function stepsTo(path: string): string[] {
  const steps: string[] = []
  for (let at = path; at !== ROOT; at = directoryOf(at)) steps.push(at)
  return steps
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, new Set([value]))
  else values.add(value)
}

function remove(map: Map<string, Set<string>>, key: string, value: string): void {
  const values = map.get(key)
  values?.delete(value)
  if (values?.size === 0) map.delete(key)
}

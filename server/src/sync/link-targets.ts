import type { DirectoryListing, ListedLink } from '../gallery/list-folder.ts'
import { directoryOf, joinPath, ROOT } from '../gallery/paths.ts'

/** Symbolic links that show other parts of the gallery. Changes behind a link raise no events at the path of the link. */
export interface LinkTargets {
  /** Replaces the links of a folder by those that it has now. */
  update(listing: Pick<DirectoryListing, 'directory' | 'links'>): void
  forget(directory: string): void
  /** Returns the other paths that show the file or folder at a path. */
  pathsThatShow(path: string): string[]
  isLink(path: string): boolean
  /** Returns where a path leads: the path itself, unless it passes through a link that is followed. */
  resolve(path: string): string
}

export function createLinkTargets(): LinkTargets {
  const byDirectory = new Map<string, ListedLink[]>()
  /** Paths of links that are followed, by target. */
  const byTarget = new Map<string, Set<string>>()
  /** Paths of all links, by target and by every folder above it: if one of these changes, the link may lead elsewhere. */
  const byStep = new Map<string, Set<string>>()
  return {
    update({ directory, links }) {
      forget(directory)
      if (links.length === 0) return
      byDirectory.set(directory, links)
      for (const { path, target, isFollowed } of links) {
        if (isFollowed) add(byTarget, target, path)
        for (const step of stepsTo(target)) add(byStep, step, path)
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
    pathsThatShow(path) {
      if (byDirectory.size === 0) return []
      const found = [...(byStep.get(path) ?? [])]
      for (const step of stepsTo(path)) {
        for (const link of byTarget.get(step) ?? []) found.push(link + path.slice(step.length))
      }
      return found
    },
  }

  function forget(directory: string): void {
    for (const { path, target } of byDirectory.get(directory) ?? []) {
      remove(byTarget, target, path)
      for (const step of stepsTo(target)) remove(byStep, step, path)
    }
    byDirectory.delete(directory)
  }
}

/** Returns a path and every folder above it but the root. */
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

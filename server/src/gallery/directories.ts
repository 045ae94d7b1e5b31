import { sep } from 'node:path'

/** A folder that appears at the top of the gallery under a name, wherever it lies. */
export interface GalleryDirectory {
  name: string
  /** Absolute, without symbolic links. */
  path: string
}

const registered = new Map<string, readonly GalleryDirectory[]>()

/**
 * Sets the directories of a gallery for this thread. It is called once at the start of each, before any path of the gallery is
 * resolved: a path must lead to one place everywhere.
 */
export function registerDirectories(root: string, directories: readonly GalleryDirectory[] = []): void {
  if (directories.length > 0) registered.set(root, directories)
  else registered.delete(root)
}

export function directoriesOf(root: string): readonly GalleryDirectory[] {
  return registered.get(root) ?? []
}

/** Whether an absolute path is the gallery, one of its directories, or lies in them. */
export function liesInGallery(root: string, absolute: string): boolean {
  return liesIn(absolute, root) || directoriesOf(root).some(({ path }) => liesIn(absolute, path))
}

/** Whether an absolute path is a folder or lies in it. */
export function liesIn(absolute: string, folder: string): boolean {
  return absolute === folder || absolute.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

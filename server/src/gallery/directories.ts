import { sep } from 'node:path'

/** A folder that appears at the top of the gallery under a name, wherever it lies. */
export interface GalleryDirectory {
  name: string
  /** Absolute, without symbolic links. */
  path: string
}

interface OpenGallery {
  directories: readonly GalleryDirectory[]
  uses: number
}

/** Galleries that are open in this thread, by their root. */
const open = new Map<string, OpenGallery>()

/**
 * Sets the directories of a gallery for this thread, before any path of the gallery is resolved.
 * @returns a function that ends this use of the gallery
 * @throws {Error} if the gallery is open with others, because a path must lead to one place everywhere
 */
export function openDirectories(root: string, directories: readonly GalleryDirectory[] = []): () => void {
  const gallery = open.get(root) ?? { directories, uses: 0 }
  if (!areSame(gallery.directories, directories))
    throw new Error(`The gallery ${root} is open with other directories: close it first.`)
  open.set(root, gallery)
  gallery.uses++
  let isOpen = true
  return () => {
    if (!isOpen) return
    isOpen = false
    gallery.uses--
    if (gallery.uses === 0) open.delete(root)
  }
}

function areSame(some: readonly GalleryDirectory[], others: readonly GalleryDirectory[]): boolean {
  const isAt = ({ name, path }: GalleryDirectory, n: number) =>
    others[n]?.name === name && others[n].path === path
  return some.length === others.length && some.every(isAt)
}

export function directoriesOf(root: string): readonly GalleryDirectory[] {
  return open.get(root)?.directories ?? []
}

/** Whether an absolute path is the gallery, one of its directories, or lies in them. */
export function liesInGallery(root: string, absolute: string): boolean {
  return liesIn(absolute, root) || directoriesOf(root).some(({ path }) => liesIn(absolute, path))
}

/** Whether an absolute path is a folder or lies in it. */
export function liesIn(absolute: string, folder: string): boolean {
  return absolute === folder || absolute.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { displayName } from '../gallery/file-names.ts'
import { naturalKey } from '../gallery/natural-order.ts'
import { directoryOf, ROOT } from '../gallery/paths.ts'
import type { FolderTimes, GallerySync } from '../sync/gallery-sync.ts'
import type { folderContract } from './contract/folders.ts'
import type { WatchedDirectoryJson } from './schemas.ts'

export interface FolderHandlersOptions {
  catalog: Catalog
  sync: Pick<GallerySync, 'folders'>
}

export function folderHandlers({ catalog, sync }: FolderHandlersOptions): Handlers<typeof folderContract> {
  return {
    async tree(context) {
      const byDirectory = await catalog.images.countByDirectory()
      const counts = new Map(byDirectory.map(({ directory, images }) => [directory, images]))
      return context.json(directoryTree(sync.folders, counts), 200)
    },
  }
}

/** Parents before what they contain, and siblings by their names. */
function inNaturalOrder(paths: readonly string[]): string[] {
  const keyOf = (path: string) =>
    path
      .split('/')
      .map((name) => naturalKey(displayName(name)))
      .join('\0')
  const keys = new Map(paths.map((path) => [path, keyOf(path)]))
  return [...keys.keys()].sort((a, b) => (keys.get(a)! < keys.get(b)! ? -1 : 1))
}

/** Folders with images are in the tree even before they are listed in this run. */
function directoryTree(
  folders: ReadonlyMap<string, FolderTimes>,
  counts: ReadonlyMap<string, number>,
): WatchedDirectoryJson {
  const nodes = new Map<string, WatchedDirectoryJson>()
  nodeOf(ROOT)
  for (const path of inNaturalOrder([...folders.keys(), ...counts.keys()])) nodeOf(path)
  return nodes.get(ROOT)!

  function nodeOf(path: string): WatchedDirectoryJson {
    const known = nodes.get(path)
    if (known !== undefined) return known
    const times = folders.get(path)
    const node: WatchedDirectoryJson = {
      path,
      parent: path === ROOT ? null : directoryOf(path),
      created_at: new Date(times?.createdAt ?? 0).toISOString(),
      modified_at: new Date(times?.modifiedAt ?? 0).toISOString(),
      image_count: counts.get(path) ?? 0,
      children: [],
    }
    nodes.set(path, node)
    if (path !== ROOT) nodeOf(directoryOf(path)).children.push(node)
    return node
  }
}

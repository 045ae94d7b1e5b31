import type { Catalog } from '../catalog/catalog.ts'
import type { Handlers } from '../contract/routes.ts'
import { displayName } from '../gallery/file-names.ts'
import { naturalKey } from '../gallery/natural-order.ts'
import { directoryOf, nameOf, ROOT } from '../gallery/paths.ts'
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

/** Siblings are in the natural order of their names. Folders with images are in the tree even before they are listed in this run. */
function directoryTree(
  folders: ReadonlyMap<string, FolderTimes>,
  counts: ReadonlyMap<string, number>,
): WatchedDirectoryJson {
  const nodes = new Map<string, WatchedDirectoryJson>()
  nodeOf(ROOT)
  for (const path of [...folders.keys(), ...counts.keys()]) nodeOf(path)
  const keys = new Map([...nodes.keys()].map((path) => [path, naturalKey(displayName(nameOf(path)))]))
  for (const { children } of nodes.values())
    children.sort((a, b) => (keys.get(a.path)! < keys.get(b.path)! ? -1 : 1))
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

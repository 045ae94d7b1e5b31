import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A file that no operation changes, so that the gallery is never empty. */
export const KEPT = 'kept.png'

export interface Tree {
  /** Without hidden ones; relative to the root, which is ''. */
  directories: string[]
  /** Ordinary files with an image's name. */
  files: string[]
  links: string[]
}

/** Lists a folder and everything below it, sorted, without the file that is kept. */
export function listTree(root: string): Tree {
  const tree: Tree = { directories: [''], files: [], links: [] }
  for (let n = 0; n < tree.directories.length; n++) {
    const directory = tree.directories[n]!
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (path === KEPT || entry.name.startsWith('.')) continue
      if (entry.isDirectory()) tree.directories.push(path)
      else if (entry.isSymbolicLink()) tree.links.push(path)
      else if (entry.isFile()) tree.files.push(path)
    }
  }
  for (const list of Object.values(tree)) list.sort()
  return tree
}

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../scripts/demo/random.ts'

/** The file that nothing happens to, so that the gallery is never empty. */
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

/** Returns a file name with an extension of images. Some names are long or contain special characters. */
export function randomName(random: Random): string {
  const n = Math.floor(random.between(0, 401))
  const long = 'l'.repeat(250 - String(n).length)
  const names = [
    `f${n}`,
    `F${n}`,
    `né ${n}`,
    `ne\u0301 ${n}`,
    `line\n${n}`,
    `🖌️${n}`,
    `${long}${n}`,
    `a b,c'd"e%_${n}`,
  ]
  return (
    (random.chance(0.5) ? names[0]! : random.pick(names)) + random.pick(['.png', '.jpg', '.PNG', '.webp'])
  )
}

/** Returns a path for the history of a run. */
export function shortened(path: string): string {
  return JSON.stringify(path.length > 60 ? `${path.slice(0, 30)}…${path.slice(-25)}` : path)
}

export function swapCase(name: string): string {
  return name.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
}

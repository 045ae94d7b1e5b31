import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { hasImageName } from './names.ts'

/** An entry of the gallery with the name of an image, as found on the disk. */
export interface Entry {
  /** SHA-256 of the bytes; undefined if there are none that can be read (a pipe, a broken link). */
  hash: string | undefined
  /** Identity from one `stat`: two entries that share it are one file. A link has its own identity. */
  identity: string
  isReadable: boolean
}

/** Beginnings of the formats that the soak writes. */
const SIGNATURE = /^(\x89PNG\r\n|\xff\xd8\xff|GIF8|RIFF....WEBP|II\*\0|MM\0\*)/s
const SYSTEM_NAMES = ['@eaDir', '#recycle']

/** Whether the gallery leaves an entry of this name out. */
export function isLeftOut(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.includes(name)
}

/**
 * Lists the folder independently of the product: every file with the name or the first bytes of an image, also behind links that
 * stay in the gallery and lead to no folder on their own way.
 */
export function lookAtDisk(root: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  look('', false)
  return entries

  function look(directory: string, isBehindLink: boolean): void {
    for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
      if (isLeftOut(entry.name)) continue
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      if (entry.isDirectory()) look(path, isBehindLink)
      else if (entry.isSymbolicLink()) lookAtLink(path, isBehindLink)
      else if (hasImageName(path) || (entry.isFile() && holdsImage(join(root, path))))
        entries.set(path, entryOf(join(root, path), join(root, path)))
    }
  }

  function lookAtLink(path: string, isBehindLink: boolean): void {
    const target = targetOf(join(root, path))
    const isInside = target !== undefined && (target === root || target.startsWith(root + sep))
    const isHidden = isInside && target.slice(root.length).split(sep).some(isLeftOut)
    if (isInside && !isHidden && statSync(target).isDirectory()) {
      const parent = realpathSync(join(root, path, '..'))
      const isCircle = parent === target || parent.startsWith(target + sep)
      if (!isBehindLink && !isCircle) {
        look(path, true)
        return
      }
    } else if (isInside && !isHidden && (hasImageName(path) || holdsImage(target))) {
      entries.set(path, entryOf(target, join(root, path)))
      return
    }
    if (hasImageName(path))
      entries.set(path, { hash: undefined, identity: `link ${path}`, isReadable: false })
  }
}

function holdsImage(file: string): boolean {
  return statSync(file).isFile() && SIGNATURE.test(readFileSync(file).subarray(0, 16).toString('latin1'))
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link)
  } catch {
    return undefined
  }
}

function entryOf(file: string, ownPath: string): Entry {
  const stat = statSync(file)
  if (!stat.isFile()) return { hash: undefined, identity: `special ${basename(file)}`, isReadable: false }
  return {
    hash: createHash('sha256').update(readFileSync(file)).digest('hex'),
    identity: `${lstatSync(ownPath).ino} ${Math.floor(stat.mtimeMs)} ${stat.size}`,
    isReadable: (stat.mode & 0o400) !== 0,
  }
}

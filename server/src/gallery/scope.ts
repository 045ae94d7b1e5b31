import { sep } from 'node:path'
import { ROOT, toAbsolute } from './paths.ts'

export interface WalkOptions {
  recursive: boolean
  /** Absolute folders that are never entered: our own data, when it lies in the gallery. */
  excluded: readonly string[]
}

/** Whether a path of the gallery lies where images are looked for; symbolic links on the way are not looked at. */
export function isWithinWalk(root: string, path: string, { recursive, excluded }: WalkOptions): boolean {
  if (path === ROOT) return true
  if (path.split('/').some(isIgnoredName)) return false
  const absolute = toAbsolute(root, path)
  if (excluded.some((folder) => absolute === folder || absolute.startsWith(folder + sep))) return false
  return recursive || !path.includes('/')
}

const SYSTEM_NAMES = new Set(
  [
    '@eaDir',
    '#recycle',
    '#snapshot',
    '$RECYCLE.BIN',
    'System Volume Information',
    '__MACOSX',
    'lost+found',
  ].map((name) => name.toLowerCase()),
)

/** Hidden files and what operating systems and network drives leave behind. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.has(name.toLowerCase())
}

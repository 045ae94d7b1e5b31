import { sep } from 'node:path'
import picomatch, { type Matcher } from 'picomatch'
import { ROOT, toAbsolute } from './paths.ts'

export interface IncludeRules {
  recursive: boolean
  /** Absolute folders that are never entered: our own data, when it lies in the gallery. */
  excluded: readonly string[]
  /** Patterns of paths that are left out, with all that is below them; upper and lower case are the same. None by default. */
  ignored?: readonly string[] | undefined
}

/** Whether a path of the gallery lies where images are looked for; symbolic links on the way are not looked at. */
export function isIncluded(root: string, path: string, options: IncludeRules): boolean {
  const { recursive, excluded } = options
  if (path === ROOT) return true
  const names = path.split('/')
  if (names.some(isIgnoredName)) return false
  const isIgnored = (_: string, n: number) => isIgnoredPath(names.slice(0, n + 1).join('/'), options)
  if (options.ignored?.length && names.some(isIgnored)) return false
  const absolute = toAbsolute(root, path)
  if (excluded.some((folder) => absolute === folder || absolute.startsWith(folder + sep))) return false
  return recursive || !path.includes('/')
}

const matchers = new WeakMap<readonly string[], Matcher>()

/** Whether a pattern names the path itself; not whether one names a folder above it. */
export function isIgnoredPath(path: string, { ignored }: IncludeRules): boolean {
  if (ignored === undefined || ignored.length === 0) return false
  let matches = matchers.get(ignored)
  if (matches === undefined) {
    matches = picomatch([...ignored], { nocase: true, dot: true })
    matchers.set(ignored, matches)
  }
  return matches(path)
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

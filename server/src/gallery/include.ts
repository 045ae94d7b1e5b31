import { sep } from 'node:path'
import picomatch, { type Matcher } from 'picomatch'
import type { GalleryDirectory } from './directories.ts'
import { ROOT, toAbsolute } from './paths.ts'

export interface IncludeRules {
  /** Whether files in folders below the root are looked for. The folders themselves belong to the gallery in any case. */
  recursive: boolean
  /** If `recursive` is off: the paths of the files in a folder below the root that belong to the gallery, because they were uploaded. */
  knownIn?: ((directory: string) => Promise<ReadonlySet<string>>) | undefined
  /** Absolute folders that are never entered: the data of Sketch-Search, if it lies in the gallery. */
  excluded: readonly string[]
  /** Patterns of paths that are left out, with everything below them. Case and Unicode form do not matter. */
  ignored?: readonly string[] | undefined
  /** Whether folders of operating systems, network drives and photo programs belong to the gallery, too. */
  includesSystemFolders?: boolean | undefined
  /** Further folders at the top of the gallery. */
  directories?: readonly GalleryDirectory[] | undefined
}

/** At the top of each drive: files that were deleted in Sketch-Search. Hidden for other programs. */
export const TRASH_FOLDER = '.sketch-search-trash'

/** Beside each file in the trash: the image as it was deleted. */
export const TRASH_RECORD = '.sketch-search.json'

/** The rules under which an entry of the watched folder is left out of the index. */
export const LEFT_OUT_RULES = [
  'hidden',
  'trash',
  'system_folder',
  'ignored',
  'own_data',
  'subfolder',
  'sidecar',
  'not_an_image',
  'special_file',
  'link_outside',
  'link_broken',
  'link_loop',
  'link_to_left_out',
  'link_not_followed',
  'unreadable_folder',
  'unreadable_file',
  'drive_absent',
] as const

export type LeftOutRule = (typeof LEFT_OUT_RULES)[number]

/** A rule that depends on the path alone. */
export type PathRule = Extract<LeftOutRule, 'hidden' | 'trash' | 'system_folder' | 'ignored' | 'own_data'>

/** Whether images are looked for at a path of the gallery. Symbolic links on the way are not examined. */
export function isIncluded(root: string, path: string, options: IncludeRules): boolean {
  return pathRule(root, path, options) === undefined
}

/** Returns the rule under which a path, or a folder above it, is left out; undefined if it belongs to the gallery. */
function pathRule(root: string, path: string, options: IncludeRules): PathRule | undefined {
  if (path === ROOT) return undefined
  const names = path.split('/')
  for (const n of names.keys()) {
    const rule = entryRule(names.slice(0, n + 1).join('/'), options)
    if (rule !== undefined) return rule
  }
  return isOwnData(toAbsolute(root, path), options) ? 'own_data' : undefined
}

/** Returns the rule under which an entry of a folder that belongs to the gallery is left out, by its own name. */
export function entryRule(path: string, options: IncludeRules): PathRule | undefined {
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  if (name === TRASH_FOLDER) return 'trash'
  if (name.startsWith('.')) return 'hidden'
  if (!options.includesSystemFolders && isOfSystem(name, slash < 0 ? '' : path.slice(0, slash)))
    return 'system_folder'
  return isIgnoredPath(path, options) ? 'ignored' : undefined
}

export function isOwnData(absolute: string, { excluded }: IncludeRules): boolean {
  return excluded.some((folder) => absolute === folder || absolute.startsWith(folder + sep))
}

const matchers = new WeakMap<readonly string[], Matcher>()

/** Whether a pattern names the path itself; not whether one names a folder above it. */
function isIgnoredPath(path: string, { ignored }: IncludeRules): boolean {
  if (ignored === undefined || ignored.length === 0) return false
  let matches = matchers.get(ignored)
  if (matches === undefined) {
    // macOS may store a name in another Unicode form than the one in which a pattern is typed.
    const patterns = ignored.map((pattern) => pattern.normalize('NFC'))
    matches = picomatch(patterns, { nocase: true, dot: true })
    matchers.set(ignored, matches)
  }
  return matches(path.normalize('NFC'))
}

/** Recycle bins, snapshots and thumbnails of network drives, and folders of operating systems. Lower case. */
const SYSTEM_NAMES = new Set([
  '@eadir',
  '@tmp',
  '@recycle',
  '@recently-snapshot',
  '@snapshot',
  '@sharesnap',
  '@syno',
  '#recycle',
  '#snapshot',
  '$recycle.bin',
  'recycler',
  'recycled',
  'system volume information',
  'network trash folder',
  'temporary items',
  'thevolumesettingsfolder',
  'lost+found',
  '__macosx',
])

/** Previews of Lightroom. */
const PREVIEW_FOLDER = /\.lrdata$/i
/** Libraries of Photos, iPhoto and Aperture: everything but the originals is made from them. */
const PHOTO_LIBRARY = /\.(photoslibrary|photolibrary|migratedphotolibrary|aplibrary)$/i
const ORIGINALS = new Set(['originals', 'masters'])

function isOfSystem(name: string, folder: string): boolean {
  const lower = name.toLowerCase()
  if (SYSTEM_NAMES.has(lower) || PREVIEW_FOLDER.test(lower)) return true
  return PHOTO_LIBRARY.test(folder) && !ORIGINALS.has(lower)
}

/** Whether a name is hidden, or one that operating systems, network drives and photo programs use for their own data. */
export function isIgnoredName(name: string): boolean {
  return name.startsWith('.') || isOfSystem(name, '')
}

import type { BigIntStats } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { systemCodeOf } from '../errors.ts'
import { liesInGallery } from './directories.ts'
import { lstat, readlink, realpath, realpathSync } from './disk.ts'
import { type IncludeRules, isIncluded, type LeftOutRule } from './include.ts'
import { ROOT, toAbsolute, toGalleryPath } from './paths.ts'

/**
 * Reads where a link points, whether anything exists there or not.
 * @returns a path of the gallery; undefined if it points elsewhere
 */
export async function pointsAt(root: string, absolute: string): Promise<string | undefined> {
  try {
    const target = await namedTarget(absolute)
    return target !== root && liesInGallery(root, target) ? toGalleryPath(root, target) : undefined
  } catch (error) {
    explained(error)
    return undefined
  }
}

/** The absolute path that a link names, which may be a link itself. */
async function namedTarget(absolute: string): Promise<string> {
  return resolve(await realpath(dirname(absolute)), await readlink(absolute))
}

/** Where a symbolic link leads, or why it is not followed. */
export type Link = { target: string } | RefusedLink

export interface RefusedLink {
  reason: string
  rule: Extract<LeftOutRule, `link_${string}`>
}

const NOWHERE: RefusedLink = { reason: 'the link leads nowhere', rule: 'link_broken' }
const CIRCLE: RefusedLink = { reason: 'the link leads to itself', rule: 'link_loop' }
const OUTSIDE: RefusedLink = { reason: 'the link leads out of the gallery', rule: 'link_outside' }
const HIDDEN: RefusedLink = {
  reason:
    'the link leads to a hidden or system folder, or to what watcher.ignore names: the gallery leaves that out',
  rule: 'link_to_left_out',
}

/**
 * Follows a symbolic link of the gallery: inside it, and never into our own data.
 * @param absolute the link; folders on its way may be links themselves
 * @returns the absolute path of its target
 */
export async function followLink(root: string, absolute: string, options: IncludeRules): Promise<Link> {
  try {
    // The time limit belongs to the target, not to the link: after one late answer, further links to it are refused at once.
    return judged(root, await realpath(absolute, await namedTarget(absolute)), options)
  } catch (error) {
    return explained(error, true)
  }
}

function judged(root: string, target: string, options: IncludeRules): Link {
  if (!liesInGallery(root, target)) return OUTSIDE
  return isIncluded(root, toGalleryPath(root, target), options) ? { target } : HIDDEN
}

function explained(error: unknown, isAnyReason = false): Link {
  const code = systemCodeOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return NOWHERE
  if (code === 'ELOOP') return CIRCLE
  // One odd link must not keep its whole folder from being listed.
  if (isAnyReason && code !== undefined)
    return { reason: `the link can't be followed (${code})`, rule: 'link_not_followed' }
  throw error
}

/**
 * Follows a link to a folder. A link in a folder that was itself reached by a link is not followed, nor is a link to a folder
 * that contains it: a walk ends, and meets every folder at most once for each link.
 */
export async function followDirectoryLink(
  root: string,
  absolute: string,
  options: IncludeRules,
): Promise<Link> {
  const link = await followLink(root, absolute, options)
  if ('reason' in link) return link
  const parent = dirname(absolute)
  const real = await realpath(parent).catch((error) => void explained(error))
  if (real === undefined) return NOWHERE
  const isNested = real !== parent
  const isAround = parent === link.target || parent.startsWith(link.target + sep)
  return isNested || isAround ? CIRCLE : link
}

/** Whether a walk reaches a folder: through folders, or through one link that it follows. */
export async function isReached(root: string, directory: string, options: IncludeRules): Promise<boolean> {
  const absolute = toAbsolute(root, directory)
  const real = await realpath(absolute).catch((error) => void explained(error))
  if (real === undefined) return false
  if (real === absolute) return true
  const names = directory === ROOT ? [] : directory.split('/')
  for (let depth = 1; depth <= names.length; depth++) {
    const above = toAbsolute(root, names.slice(0, depth).join('/'))
    const info = await lstat(above).catch((error) => void explained(error))
    if (info === undefined) return false
    if (!info.isSymbolicLink()) continue
    const link = await followDirectoryLink(root, above, options)
    return 'target' in link && [link.target, ...names.slice(depth)].join(sep) === real
  }
  return false
}

/** Distinguishes a folder from all others. */
export type FolderIdentity = Pick<BigIntStats, 'dev' | 'ino'>

/**
 * Whether a folder lies in one that a walk has reached, and neither is a link. It does not resolve every folder above, as
 * `isReached` does.
 * @param folder what was found at the path
 */
export async function isInReached(
  absolute: string,
  folder: FolderIdentity,
  parent: FolderIdentity,
): Promise<boolean> {
  try {
    const [own, above] = await Promise.all([lstat(absolute), lstat(dirname(absolute))])
    return own.isDirectory() && isSame(own, folder) && isSame(above, parent)
  } catch (error) {
    explained(error)
    return false
  }
}

function isSame(one: FolderIdentity, other: FolderIdentity): boolean {
  return one.dev === other.dev && one.ino === other.ino
}

/** Like `realFileOf`, without blocking the thread of the server while a drive does not answer. */
export async function findRealFile(
  root: string,
  path: string,
  options: IncludeRules,
): Promise<string | undefined> {
  const absolute = toAbsolute(root, path)
  const real = await realpath(absolute).catch((error) => void explained(error))
  return real && lyingAt(root, absolute, real, options)
}

/**
 * Resolves the links on the path of a file that is about to be opened. Blocks until the disk answers.
 * @returns undefined if the file is gone, or a link leads out of the gallery
 */
export function realFileOf(root: string, path: string, options: IncludeRules): string | undefined {
  const absolute = toAbsolute(root, path)
  try {
    return lyingAt(root, absolute, realpathSync(absolute), options)
  } catch (error) {
    explained(error)
    return undefined
  }
}

function lyingAt(root: string, absolute: string, real: string, options: IncludeRules): string | undefined {
  if (real === absolute) return real
  const link = judged(root, real, options)
  return 'target' in link ? link.target : undefined
}

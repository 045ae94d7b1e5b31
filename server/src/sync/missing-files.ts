import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import type { EventBus } from '../events.ts'
import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import { isReached } from '../gallery/links.ts'
import { directoryOf, isInside } from '../gallery/paths.ts'
import { hasExactCase, type SeenNames, statFile } from '../gallery/stat-file.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'
import { type MountPoints, mountPointsOf } from './mount-points.ts'
import type { GalleryRoot } from './root-monitor.ts'

/** So much of the gallery is gone at once that it is kept in the index until somebody confirms. */
export interface MassRemoval {
  missing: number
  known: number
}

/** Known files that were not where they were: moved perhaps, or gone for good, or kept since too many are gone at once. */
export interface Missing {
  note(row: KnownFile): void
  /** It is there, or is known at another path by now. */
  found(path: string): void
  has(path: string): boolean
  rows(): KnownFile[]
  readonly size: number
  /** undefined unless so much is gone at once that the index is kept as it was. */
  readonly massRemoval: MassRemoval | undefined
  /**
   * Removes the rows of files that are gone for good.
   * @returns the mount points of whose files some were kept
   */
  remove(options: RemoveOptions): Promise<ReadonlySet<string>>
}

export interface RemoveOptions {
  /** Somebody has confirmed that what is missing is gone, however much it is. */
  acceptsMissing: boolean
  /** Only those that have been missing since then: where others are now may yet be told. In the time of `performance.now()`. */
  before: number
  /** Whether the whole gallery has been compared, so that what was missing is missing no more if it is not now. */
  isWhole: boolean
}

export interface MissingOptions {
  root: string
  gallery: GalleryRoot
  catalog: Catalog
  thumbnails: ThumbnailStore
  events: EventBus
  walk: IncludeRules
  mountPoints: MountPoints
  /** More than this share of a gallery is not forgotten at once without somebody's word. */
  maxShare: number
  /** Last, before anything is removed: whatever has turned up elsewhere. */
  adopt(): Promise<void>
  onRemoved(count: number): void
  isClosed(): boolean
  log: { warn(message: string): void }
}

const FILES_PER_REMOVAL = 500
/** So few files may go at once in any case. */
const MIN_MASS_REMOVAL = 100

export function createMissing(options: MissingOptions): Missing {
  const { root, gallery, catalog, thumbnails, events, mountPoints, isClosed, log } = options
  /** By path, and when it was noticed. */
  const vanished = new Map<string, { row: KnownFile; since: number }>()
  let massRemoval: MassRemoval | undefined

  return {
    note(row) {
      vanished.set(row.path, { row, since: vanished.get(row.path)?.since ?? performance.now() })
    },
    found: (path) => void vanished.delete(path),
    has: (path) => vanished.has(path),
    rows: () => [...vanished.values()].map(({ row }) => row),
    get size() {
      return vanished.size
    },
    get massRemoval() {
      return massRemoval
    },

    async remove({ acceptsMissing, before, isWhole }) {
      const kept = new Set<string>()
      if (vanished.size === 0) {
        if (isWhole) massRemoval = undefined
        return kept
      }
      await gallery.assertReadable()
      await options.adopt()
      const judged = await judge(acceptsMissing, before, kept)
      if (judged === undefined) return kept
      const { excluded, missing, onReplaced } = judged
      let { absentCount } = judged
      for (const [directory, paths] of onReplaced) {
        if (paths.length > options.maxShare * (await knownCountBelow(directory))) {
          kept.add(directory)
          absentCount += paths.length
        } else for (const path of paths) missing.push(path)
      }
      await removeFiles(excluded)
      const excess = acceptsMissing ? undefined : await excessOf(missing.length)
      if (excess === undefined) await removeFiles(missing)
      if (isClosed()) return kept
      const count = absentCount + (excess?.missing ?? 0)
      if (count > 0) {
        const known = excess?.known ?? (await countKnown(catalog))
        if (massRemoval?.missing !== count) log.warn(describeMassRemoval(count, known, [...kept]))
        massRemoval = { missing: count, known }
      } else if (isWhole) massRemoval = undefined
      return kept
    },
  }

  /**
   * Tells apart what is left out by the configuration, what is missing where the drive is away or may be another one, and what is missing.
   * @param kept gets the mount points of drives that are away
   * @returns undefined if everything was closed meanwhile
   */
  async function judge(acceptsMissing: boolean, before: number, kept: Set<string>) {
    const excluded: string[] = []
    const missing: string[] = []
    let absentCount = 0
    const onReplaced = new Map<string, string[]>()
    const { absent, replaced } = acceptsMissing ? { absent: [], replaced: [] } : await mountPoints.look()
    const seen: SeenNames = new Map()
    const judged = [...vanished].filter(([, { since }]) => since <= before)
    for (const [path, { row }] of judged) {
      if (isClosed()) return undefined
      if (!isIncluded(root, path, options.walk)) excluded.push(path)
      else if (await isWatchedFile(path, seen)) continue
      else {
        // What failed costs nothing to find again.
        const isKept = row.state !== 'failed'
        const absentMounts = isKept ? await mountPointsOf(root, path, absent) : []
        const [replacedMount] = isKept ? replaced.filter((directory) => isInside(path, directory)) : []
        for (const directory of absentMounts) kept.add(directory)
        if (absentMounts.length > 0) absentCount++
        else if (replacedMount === undefined) missing.push(path)
        else if (onReplaced.has(replacedMount)) onReplaced.get(replacedMount)!.push(path)
        else onReplaced.set(replacedMount, [path])
      }
    }
    for (const [path] of judged) vanished.delete(path)
    return { excluded, missing, absentCount, onReplaced }
  }

  async function excessOf(count: number): Promise<MassRemoval | undefined> {
    if (count === 0) return undefined
    const isNothingLeft = await gallery.isEmpty()
    if (count <= MIN_MASS_REMOVAL && !isNothingLeft && !gallery.isOtherDevice) return undefined
    const known = await countKnown(catalog)
    return isNothingLeft || count > options.maxShare * known ? { missing: count, known } : undefined
  }

  async function knownCountBelow(directory: string): Promise<number> {
    let count = 0
    for (const below of await catalog.files.folders(directory))
      count += await catalog.files.countInFolder(below)
    return count
  }

  async function removeFiles(gone: string[]): Promise<void> {
    for (let start = 0; start < gone.length; start += FILES_PER_REMOVAL) {
      if (isClosed()) return
      const paths: string[] = []
      const seen: SeenNames = new Map()
      // One of very many may have come back meanwhile.
      for (const path of gone.slice(start, start + FILES_PER_REMOVAL))
        if (!(await isWatchedFile(path, seen))) paths.push(path)
      if (paths.length === 0) continue
      const removed = await catalog.files.remove(paths)
      options.onRemoved(paths.length)
      for (const { path } of removed) events.emit('fileDeleted', { path })
      await removeUnusedContent(
        catalog,
        thumbnails,
        removed.map(({ contentHash }) => contentHash),
      )
    }
  }

  /** Whether the file is there and belongs to the gallery as it is configured now. */
  async function isWatchedFile(path: string, seen: SeenNames): Promise<boolean> {
    if (!isIncluded(root, path, options.walk)) return false
    try {
      if ((await statFile(root, path, options.walk)) === undefined) return false
      if (!(await hasExactCase(root, path, seen))) return false
      // A folder on the way may have been replaced by a symbolic link that is not followed.
      return await isReached(root, directoryOf(path), options.walk)
    } catch {
      // What can't be looked at may be there.
      return true
    }
  }

  function describeMassRemoval(missing: number, known: number, absentMountPoints: readonly string[]): string {
    const places = absentMountPoints.map((directory) => JSON.stringify(directory)).join(', ')
    const why =
      places === '' ? 'perhaps a drive is not mounted' : `no drive, or another one, is mounted at ${places}`
    return `${missing} of ${known} files of the gallery ${root} are gone at once: ${why}. The index is kept as it is. If they are to be forgotten, confirm it on the page, or, while no server runs on it, with "sketch-search index FOLDER --accept-missing".`
  }
}

/** How many files have a row. */
export async function countKnown(catalog: Catalog): Promise<number> {
  const { indexed, unembedded, failed } = await catalog.images.counts()
  return indexed + unembedded + failed
}

import { isDeepStrictEqual } from 'node:util'
import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { hasImageExtension } from '../gallery/formats/index.ts'
import { isIncluded } from '../gallery/include.ts'
import { findRealFile, isReached } from '../gallery/links.ts'
import { directoryOf, directoryWith, isInside, nameOf } from '../gallery/paths.ts'
import { hasImageContent } from '../gallery/recognise.ts'
import { hasExactCase, type SeenNames, statFile } from '../gallery/stat-file.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'
import { describeAbsence, describeRemoved, placesOf } from './absence.ts'
import type { Account } from './account.ts'
import type { SyncContext } from './context.ts'
import type { MassRemoval } from './missing-files.ts'
import { type MountPoints, mountPointsOf } from './mount-points.ts'
import {
  isShareLimited,
  type KeptFiles,
  type MissingFile,
  planRemovals,
  type RemovalFacts,
} from './plan/removals.ts'
import type { GalleryRoot } from './root-monitor.ts'

export interface RemovalRequest {
  /** A user has confirmed that missing files are gone, however many they are. */
  acceptsMissing: boolean
  /** Only files that have been missing since then, in the time of `performance.now()`: events of a move may be late. */
  before: number
  /** Whether the whole gallery has been scanned, so that files kept earlier are back unless they are missing now. */
  isWhole: boolean
}

export interface RemovalsOptions {
  context: SyncContext
  gallery: GalleryRoot
  mountPoints: MountPoints
  account: Account
  /** If a larger share of the files disappears at once, they are kept until a user confirms the removal. */
  maxShare: number
  /** Gives rows of missing files to files with the same bytes. Called before anything is removed. */
  adoptMissing(): Promise<void>
  onRemoved(count: number): void
}

const FILES_PER_REMOVAL = 500

/** Removes the rows of missing files by the decisions of `planRemovals`. */
export class Removals {
  readonly #options: RemovalsOptions
  readonly #context: SyncContext
  #massRemoval: MassRemoval | undefined

  constructor(options: RemovalsOptions) {
    this.#options = options
    this.#context = options.context
  }

  /** undefined unless missing files are kept. */
  get massRemoval(): MassRemoval | undefined {
    return this.#massRemoval
  }

  /** @returns the mount points whose missing files were kept */
  async remove({ acceptsMissing, before, isWhole }: RemovalRequest): Promise<ReadonlySet<string>> {
    const { missing, isClosed } = this.#context
    const { gallery, adoptMissing } = this.#options
    if (missing.size === 0) {
      if (isWhole) this.#endMassRemoval(true)
      return new Set()
    }
    await gallery.assertReadable()
    await adoptMissing()
    const rows = missing.missingSince(before)
    const examined = await this.#examine(rows)
    if (examined === undefined) return new Set()
    for (const { path } of rows) missing.release(path)
    const { forget, keep } = planRemovals(examined, await this.#facts(examined, acceptsMissing))
    const excluded = new Set(examined.filter(({ isExcluded }) => isExcluded).map(({ path }) => path))
    const isExcluded = (path: string) => excluded.has(path)
    await this.#forget(forget.filter(isExcluded), 'the configuration leaves them out')
    const gone = forget.filter((path) => !isExcluded(path))
    await this.#forget(gone, 'their files are gone')
    const mounts = new Set(keep.flatMap((kept) => kept.mounts))
    if (isClosed()) return mounts
    if (keep.length > 0) await this.#keep(keep)
    else if (isWhole) this.#endMassRemoval(!acceptsMissing || gone.length === 0)
    return mounts
  }

  /** Accounts for drives that are absent, after the removal of other files. */
  async accountForAbsent(): Promise<void> {
    const { mountPoints, account } = this.#options
    const { absent } = await mountPoints.look()
    await account.setAbsentDrives(new Set([...absent, ...(this.#massRemoval?.places ?? [])]))
  }

  async #keep(kept: readonly KeptFiles[]): Promise<void> {
    const { root, catalog, log } = this.#context
    const missing = kept.reduce((sum, { paths }) => sum + paths.length, 0)
    const absence = { missing, known: await countKnown(catalog), places: placesOf(kept) }
    const before = this.#massRemoval
    if (before?.missing !== missing || !isDeepStrictEqual(before.places, absence.places))
      log.warn(describeAbsence(absence, kept, root))
    this.#massRemoval = absence
  }

  #endMassRemoval(areBack: boolean): void {
    if (this.#massRemoval !== undefined && areBack) this.#context.log.info('The missing files are back.')
    this.#massRemoval = undefined
  }

  /** @returns those of some files that are really missing, with their mounts; undefined if sync was closed meanwhile */
  async #examine(rows: readonly KnownFile[]): Promise<MissingFile[] | undefined> {
    const { root, walk, isClosed } = this.#context
    const { absent, replaced } = await this.#options.mountPoints.look()
    const seen: SeenNames = new Map()
    const examined: MissingFile[] = []
    for (const { path, state } of rows) {
      if (isClosed()) return undefined
      const isExcluded = !isIncluded(root, path, walk)
      if (!isExcluded && (await this.#isPresent(path, seen))) continue
      const isImage = state !== 'failed'
      const absentMounts = isImage && !isExcluded ? await mountPointsOf(root, path, absent) : []
      const replacedMount = replaced.find((directory) => isInside(path, directory))
      examined.push({ path, isImage, isExcluded, absentMounts, replacedMount })
    }
    return examined
  }

  async #facts(examined: readonly MissingFile[], acceptsMissing: boolean): Promise<RemovalFacts> {
    const { root, catalog } = this.#context
    const { gallery, maxShare } = this.#options
    const { isOtherDevice } = gallery
    const included = examined.filter(({ isExcluded }) => !isExcluded)
    const areInRoot = included.some(({ path }) => directoryWith(root, path) === undefined)
    const isGalleryEmpty = areInRoot && (await gallery.isEmpty())
    const mounts = new Set(included.flatMap(({ replacedMount }) => replacedMount ?? []))
    const knownBelow = new Map<string, number>()
    for (const mount of mounts) knownBelow.set(mount, await this.#countKnownBelow(mount))
    const isCounted = isShareLimited(included.length, { isGalleryEmpty, isOtherDevice })
    const known = isCounted ? await countKnown(catalog) : 0
    return { acceptsMissing, maxShare, known, knownBelow, isGalleryEmpty, isOtherDevice }
  }

  async #countKnownBelow(directory: string): Promise<number> {
    const { catalog } = this.#context
    let count = 0
    for (const below of await catalog.files.folders(directory))
      count += await catalog.files.countInFolder(below)
    return count
  }

  async #forget(paths: readonly string[], why: string): Promise<void> {
    const { catalog, thumbnails, events, isClosed, log } = this.#context
    let images = 0
    for (let start = 0; start < paths.length; start += FILES_PER_REMOVAL) {
      if (isClosed()) break
      const gone: string[] = []
      const seen: SeenNames = new Map()
      // With very many files, one may be back by the time of its removal.
      for (const path of paths.slice(start, start + FILES_PER_REMOVAL))
        if (!(await this.#isPresent(path, seen))) gone.push(path)
      if (gone.length === 0) continue
      const removed = await catalog.files.remove(gone)
      this.#options.onRemoved(gone.length)
      for (const { path } of removed) events.emit('fileDeleted', { path })
      const hashes = removed.map(({ contentHash }) => contentHash)
      await removeUnusedContent(catalog, thumbnails, hashes)
      images += removed.length
    }
    const text = describeRemoved(images, why)
    if (text !== undefined) log.info(text)
  }

  /** Whether a file that is only recognised by its content still holds an image. */
  async #showsImage(path: string): Promise<boolean> {
    const { root, walk } = this.#context
    const real = await findRealFile(root, path, walk)
    return real !== undefined && hasImageContent(real)
  }

  /** Whether the file exists and belongs to the gallery by the present configuration. */
  async #isPresent(path: string, seen: SeenNames): Promise<boolean> {
    const { root, walk } = this.#context
    if (!isIncluded(root, path, walk)) return false
    try {
      if ((await statFile(root, path, walk)) === undefined) return false
      if (!(await hasExactCase(root, path, seen))) return false
      if (!hasImageExtension(nameOf(path)) && !(await this.#showsImage(path))) return false
      // A symbolic link that is not followed may have replaced a folder on the way.
      return await isReached(root, directoryOf(path), walk)
    } catch {
      // Without an answer of the disk, the file may be there.
      return true
    }
  }
}

/** Returns the number of rows of the gallery. */
export async function countKnown(catalog: Catalog): Promise<number> {
  const { indexed, unembedded, failed } = await catalog.images.counts()
  return indexed + unembedded + failed
}

import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { DomainError } from '../errors.ts'
import { localFiles } from '../gallery/gallery-files.ts'
import type { IncludeRules } from '../gallery/include.ts'
import { isInside, ROOT } from '../gallery/paths.ts'
import type { FileStat } from '../gallery/stat-file.ts'
import { walk as walkGallery } from '../gallery/walk.ts'
import type { Log } from '../log.ts'
import type { MassRemoval } from './missing-files.ts'

/** A folder with images of which none is in the index, and an index with files of which none is in the folder. */
export interface OtherGallery {
  /** Number of files in the index. */
  known: number
  /** The reason and how to confirm it, for the log. */
  message: string
}

interface Options {
  root: string
  catalog: Catalog
  walk: IncludeRules
}

/** People replace all of fewer files at once. */
const MIN_KNOWN = 10
/** In the same gallery, one of these is nearly always at its place. */
const SAMPLED = 16
/** Files of the folder that are compared by their inodes, and those compared by their bytes. */
const MAX_FILES = 20_000
const MAX_HASHED = 32

/**
 * Examines whether the folder is another gallery than the one that was indexed, such as that of another configuration on the same
 * database. Takes milliseconds if it is the same. Files on mount points do not count: their drives may be absent.
 * @returns undefined if they share a file, if the index has few files, if the folder has none, or if the disk does not answer
 */
export async function findOtherGallery(options: Options): Promise<OtherGallery | undefined> {
  const { root, catalog } = options
  if (!(await isWithoutKnownFiles(options))) return undefined
  const { indexed, unembedded, failed } = await catalog.images.counts()
  const known = indexed + unembedded + failed
  if (known < MIN_KNOWN || !(await hasOnlyUnknownFiles(options))) return undefined
  return {
    known,
    message: `The folder ${root} has images, but none of the ${known} files of the index: it seems to be another gallery than the one that was indexed. Nothing is added to the index or removed from it. Correct the folder (watcher.watched_directory or FOLDER). If these files are really gone, confirm this on the page, or, while no server runs on it, with "sketch-search index FOLDER --accept-missing".`,
  }
}

/** @returns false if a file of the index is at its place, or if no file lies outside of mount points */
async function isWithoutKnownFiles({ root, catalog, walk }: Options): Promise<boolean> {
  const files = localFiles(root, walk)
  // Without an answer of the disk, the file may be there.
  const isThere = (path: string) =>
    files.stat(path).then(
      (found) => found !== undefined,
      () => true,
    )
  for (const { path } of await catalog.images.getAll(await catalog.images.sample(SAMPLED)))
    if (await isThere(path)) return false
  const mountPoints = await catalog.files.mountPoints()
  let isAnyMissing = false
  for (const directory of await catalog.files.folders(ROOT)) {
    if (mountPoints.some((mountPoint) => isInside(directory, mountPoint))) continue
    for (const { path } of await catalog.files.inFolder(directory)) {
      if (await isThere(path)) return false
      isAnyMissing = true
    }
  }
  return isAnyMissing
}

/** @returns false if a file was moved here from its place in the index, or if there are no files */
async function hasOnlyUnknownFiles({ root, catalog, walk }: Options): Promise<boolean> {
  let compared = 0
  let isReadable = true
  const onUnreadable = () => {
    isReadable = false
  }
  for await (const { files } of walkGallery(root, walk, onUnreadable)) {
    if (files.length === 0) continue
    if (await hasMovedHere(catalog, files)) return false
    const hashed = files.slice(0, Math.max(0, MAX_HASHED - compared))
    const hashes = await Promise.all(hashed.map(({ path }) => localFiles(root, walk).hash(path)))
    const read = [...new Set(hashes.filter((hash) => hash !== undefined))]
    if (read.length > 0 && (await catalog.images.unknownContents(read)).length < read.length) return false
    compared += files.length
    if (compared >= MAX_FILES) break
  }
  return isReadable && compared > 0
}

/** Whether one of the files has the inode, the size and the time of a file of the index. */
async function hasMovedHere(catalog: Catalog, files: readonly FileStat[]): Promise<boolean> {
  const rows = await catalog.files.byInode(files.map(({ inode }) => String(inode)))
  const known = new Set(rows.map(versionOf))
  return files.some((file) => known.has(versionOf(file)))
}

const versionOf = ({
  inode,
  bytes,
  modifiedAt,
}: Pick<KnownFile | FileStat, 'inode' | 'bytes' | 'modifiedAt'>) => `${inode} ${bytes} ${modifiedAt}`

/** Lets a process compare the gallery with the index once it is the same gallery, or a user has confirmed that its files are gone. */
export class GalleryGuard {
  readonly #options: Options & { log: Pick<Log, 'warn'> }
  #isSame = false
  #other: OtherGallery | undefined

  constructor(options: Options & { log: Pick<Log, 'warn'> }) {
    this.#options = options
  }

  /** The files of the index that the folder lacks, while it is another gallery. */
  get missing(): MassRemoval | undefined {
    return this.#other && { missing: this.#other.known, known: this.#other.known }
  }

  /** @throws {DomainError} `directory_not_found` if it is another gallery */
  async assertSame(): Promise<void> {
    if (this.#isSame) return
    const other = await findOtherGallery(this.#options)
    if (other !== undefined && other.message !== this.#other?.message) this.#options.log.warn(other.message)
    this.#other = other
    if (other !== undefined) throw new DomainError('directory_not_found', other.message)
  }

  /** A scan has compared all files. */
  accept(): void {
    this.#isSame = true
    this.#other = undefined
  }
}

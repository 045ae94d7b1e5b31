import { lstat, readdir, realpath } from 'node:fs/promises'
import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { DomainError, messageOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { directoryOf, ROOT, toAbsolute, toGalleryPath } from '../gallery/paths.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import {
  type DirectoryListing,
  type FileFacts,
  isWithinWalk,
  listDirectory,
  statFile,
  type WalkOptions,
  walk,
} from '../gallery/walk.ts'
import { type GalleryWatcher, watchGallery } from '../gallery/watch.ts'
import type { Indexer } from './indexer.ts'
import { createMoves } from './moves.ts'

export type WatchState = 'native' | 'polling' | 'off'

/** Times in milliseconds since 1970. */
export interface FolderFacts {
  createdAt: number
  modifiedAt: number
}

export interface GallerySync {
  /** Compares the whole folder with the catalog; what is new or changed is queued for indexing. */
  reconcile(options?: ReconcileOptions): Promise<void>
  startWatching(): Promise<void>
  readonly watching: WatchState
  /** undefined if the index is what the folder is. */
  readonly absence: Absence | undefined
  /** The folders of the gallery as they were last seen; complete after the first reconcile. */
  readonly folders: ReadonlyMap<string, FolderFacts>
  /** Milliseconds since 1970; undefined before the first has ended. */
  readonly lastReconcile: number | undefined
  close(): Promise<void>
}

export interface ReconcileOptions {
  /** Somebody has confirmed that files which are missing are gone, however many they are. */
  acceptsMissing?: boolean
}

/** So much of the gallery is gone at once that it is kept in the index until somebody confirms. */
export interface Absence {
  missing: number
  known: number
}

export interface GallerySyncOptions {
  root: string
  catalog: Catalog
  indexer: Indexer
  thumbnails: ThumbnailStore
  events: EventBus
  walk: WalkOptions
  reconcileIntervalMs: number
  /** More than this share of a gallery is not forgotten at once without somebody's word. */
  maxMissingShare: number
  log: { warn(message: string): void }
}

/** Changes that come within this time are looked at together. */
const DEBOUNCE_MS = 150
/** A file that has vanished may appear elsewhere a moment later: it has been moved. */
const VANISH_GRACE_MS = 800
const POLL_EVERY_MS = 5_000
/** Polling never takes more than this share of the time. */
const POLL_SHARE = 0.1
const REMOVE_AT_ONCE = 500
/** So few files may go at once in any case. */
const FEW_FILES = 100
/** A file that came so long ago may still turn out to be the new place of one that is deleted now: moved as copy and deletion. */
const NEWCOMER_MS = 10 * 60_000
const MOST_NEWCOMERS = 100_000
const MANY_DIRECTORIES = 2_000

/** Keeps the catalog and the folder in step. The folder is the truth. */
export function createGallerySync(options: GallerySyncOptions): GallerySync {
  const { root, catalog, indexer, thumbnails, events, log } = options
  const moves = createMoves({ root, catalog, events, log })
  const vanished = new Map<string, KnownFile>()
  const newcomers = new Map<string, { file: FileFacts; since: number }>()
  const folders = new Map<string, FolderFacts>()
  const changed = new Set<string>()
  let watcher: GalleryWatcher | undefined
  let watching: WatchState = 'off'
  let lastReconcile: number | undefined
  let debounce: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  let vanishTimer: NodeJS.Timeout | undefined
  let device: number | undefined
  let isClosed = false
  let waitingReconcile: Promise<void> | undefined
  let absence: Absence | undefined
  let passes: Promise<void> = Promise.resolve()

  return {
    reconcile({ acceptsMissing = false } = {}) {
      if (acceptsMissing) return inTurn(() => reconcile(true))
      // Whoever asks while a comparison waits for its turn is served by that one.
      waitingReconcile ??= inTurn(() => {
        waitingReconcile = undefined
        return reconcile(false)
      })
      return waitingReconcile
    },
    startWatching,
    get watching() {
      return watching
    },
    get absence() {
      return absence
    },
    folders,
    get lastReconcile() {
      return lastReconcile
    },
    async close() {
      isClosed = true
      clearTimeout(debounce)
      clearTimeout(vanishTimer)
      clearTimeout(timer)
      await watcher?.close()
      await passes
    },
  }

  /** Passes never overlap: two of them would see each other's half-done moves. */
  function inTurn(pass: () => Promise<void>): Promise<void> {
    const result = passes.then(() => (isClosed ? undefined : pass()))
    passes = result.catch(() => {})
    return result
  }

  async function reconcile(acceptsMissing: boolean): Promise<void> {
    await assertReadable()
    const visited = new Set<string>()
    const unreadable: string[] = []
    const onUnreadable = (directory: string, error: unknown) => {
      unreadable.push(directory)
      log.warn(`The folder ${JSON.stringify(directory)} can't be read: ${messageOf(error)}`)
    }
    // Where nothing is known nothing can have moved: files are indexed while the walk goes on.
    const isFirst = (await knownCount()) === 0
    const found: FileFacts[] = []
    for await (const listing of walk(root, options.walk, onUnreadable)) {
      if (isClosed) return
      visited.add(listing.directory)
      const unknown = await compare(listing)
      if (isFirst) indexer.enqueue(unknown)
      else for (const file of unknown) found.push(file)
    }
    for (const directory of new Set([...folders.keys(), ...(await catalog.knownDirectories(ROOT))])) {
      const isUnknown = unreadable.some((parent) => isWithin(directory, parent))
      if (!visited.has(directory) && !isUnknown) await allVanished(directory)
    }
    await take(found)
    absence = await removeVanished(acceptsMissing)
    await forgetContents(undefined)
    lastReconcile = Date.now()
  }

  /** One folder, without those below it, except that a subfolder which is gone takes its files with it. */
  async function lookAt(directory: string): Promise<FileFacts[]> {
    const listing = await listDirectory(root, directory, options.walk).catch((error) => {
      log.warn(`The folder ${JSON.stringify(directory)} can't be read: ${messageOf(error)}`)
    })
    if (listing === undefined) {
      if (directory === ROOT || (await exists(directory))) return []
      for (const below of await knownBelow(directory)) await allVanished(below)
      return []
    }
    const unknown = await compare(listing)
    const present = new Set(listing.subdirectories)
    for (const below of await knownBelow(directory)) {
      if (below !== directory && !present.has(childOf(directory, below)) && !(await exists(below))) {
        await allVanished(below)
      }
    }
    return unknown
  }

  /**
   * Brings the rows of one folder in line with its files, except those of new paths.
   * @returns files at new paths that are none of those known
   */
  async function compare({
    directory,
    files,
    createdAt,
    modifiedAt,
  }: DirectoryListing): Promise<FileFacts[]> {
    folders.set(directory, { createdAt, modifiedAt })
    const known = new Map((await catalog.knownFiles(directory)).map((file) => [file.path, file]))
    const moved = new Set<string>()
    for (const { from, to, lacksVector } of await moves.adoptByIdentity(
      files.filter((file) => !known.has(file.path)),
    )) {
      moved.add(to.path)
      vanished.delete(from)
      if (lacksVector) indexer.enqueue([to])
    }
    const present = new Set(files.map((file) => file.path))
    for (const path of present) vanished.delete(path)
    for (const [path, row] of known) if (!present.has(path)) vanished.set(path, row)
    indexer.enqueue(files.filter((file) => known.has(file.path) && isStale(known.get(file.path)!, file)))
    return files.filter((file) => !known.has(file.path) && !moved.has(file.path))
  }

  /** Files at new paths: those with the bytes of one that is gone get its row, the others are indexed. */
  async function take(files: FileFacts[]): Promise<void> {
    if (files.length === 0) return
    const moved = await adoptVanished(files)
    const fresh = files.filter(({ path }) => !moved.has(path))
    const since = Date.now()
    for (const file of fresh) newcomers.set(file.path, { file, since })
    for (const path of newcomers.keys()) {
      if (newcomers.size <= MOST_NEWCOMERS) break
      newcomers.delete(path)
    }
    indexer.enqueue(fresh)
  }

  /** @returns the new paths of vanished files that were found among others by their bytes */
  async function adoptVanished(among: readonly FileFacts[]): Promise<Set<string>> {
    const moved = new Set<string>()
    if (vanished.size === 0 || among.length === 0) return moved
    for (const { from, to, lacksVector } of await moves.adoptByContent(vanished.values(), among)) {
      vanished.delete(from)
      newcomers.delete(to.path)
      moved.add(to.path)
      if (lacksVector) indexer.enqueue([to])
    }
    return moved
  }

  async function knownBelow(directory: string): Promise<Set<string>> {
    const seen = [...folders.keys()].filter((folder) => isWithin(folder, directory))
    return new Set([...seen, ...(await catalog.knownDirectories(directory))])
  }

  async function allVanished(directory: string): Promise<void> {
    folders.delete(directory)
    for (const row of await catalog.knownFiles(directory)) vanished.set(row.path, row)
  }

  /**
   * Removes the rows of files that are gone for good.
   * @returns that nothing was removed, if they are so many that something else must be the reason
   */
  async function removeVanished(acceptsMissing: boolean): Promise<Absence | undefined> {
    if (vanished.size === 0) return undefined
    await assertReadable()
    const oldest = Date.now() - NEWCOMER_MS
    for (const [path, { since }] of newcomers) if (since < oldest) newcomers.delete(path)
    await adoptVanished([...newcomers.values()].map(({ file }) => file))
    const leftOut: string[] = []
    const missing: string[] = []
    for (const path of vanished.keys()) {
      if (isClosed) return undefined
      if (!isWithinWalk(root, path, options.walk)) leftOut.push(path)
      else if (!(await isWatchedFile(path))) missing.push(path)
    }
    vanished.clear()
    await removeFiles(leftOut)
    const excess = acceptsMissing ? undefined : await excessOf(missing.length)
    if (excess === undefined) await removeFiles(missing)
    else if (absence?.missing !== excess.missing) {
      log.warn(
        `${excess.missing} of ${excess.known} files of the gallery ${root} are gone at once: perhaps a drive is not mounted. The index is kept as it is. If they are to be forgotten, confirm it on the page or with "sketch-search index --accept-missing".`,
      )
    }
    return excess
  }

  async function excessOf(missing: number): Promise<Absence | undefined> {
    if (missing === 0) return undefined
    const isNothingLeft = await isEmpty()
    if (missing <= FEW_FILES && !isNothingLeft) return undefined
    const known = await knownCount()
    return isNothingLeft || missing > options.maxMissingShare * known ? { missing, known } : undefined
  }

  async function knownCount(): Promise<number> {
    const { indexed, withoutVector, failed } = await catalog.counts()
    return indexed + withoutVector + failed
  }

  async function removeFiles(gone: string[]): Promise<void> {
    for (let start = 0; start < gone.length; start += REMOVE_AT_ONCE) {
      if (isClosed) return
      const removed = await catalog.removeFiles(gone.slice(start, start + REMOVE_AT_ONCE))
      for (const { path } of removed) events.emit('fileDeleted', { path })
      await forgetContents(removed.map(({ contentHash }) => contentHash))
    }
  }

  async function forgetContents(hashes: string[] | undefined): Promise<void> {
    for (const hash of await catalog.collectGarbage(hashes)) await thumbnails.remove(hash)
  }

  /** Whether the file is there and belongs to the gallery as it is configured now. */
  async function isWatchedFile(path: string): Promise<boolean> {
    if (!isWithinWalk(root, path, options.walk)) return false
    if ((await statFile(root, path)) === undefined) return false
    // A folder on the way may have been replaced by a symbolic link, which is not followed.
    const directory = toAbsolute(root, directoryOf(path))
    return (await realpath(directory)) === directory
  }

  async function isEmpty(): Promise<boolean> {
    return (await readdir(root)).length === 0
  }

  /** @throws {DomainError} if the gallery itself is gone: an unmounted drive is no reason to forget its images */
  async function assertReadable(): Promise<void> {
    try {
      const stat = await lstat(root)
      device ??= stat.dev
      if (stat.dev !== device) {
        throw new DomainError('directory_not_found', 'another drive is mounted there than before')
      }
      if (stat.isDirectory()) return
    } catch (error) {
      throw new DomainError(
        'directory_not_found',
        `The gallery ${root} can't be read: ${messageOf(error)}. The index is kept as it is.`,
      )
    }
    throw new DomainError(
      'directory_not_found',
      `The gallery ${root} is not a folder. The index is kept as it is.`,
    )
  }

  async function startWatching(): Promise<void> {
    try {
      watcher = await watchGallery(root, {
        ...options.walk,
        onChange(paths) {
          for (const path of paths) changed.add(path)
          debounce ??= setTimeout(handleChanges, DEBOUNCE_MS)
        },
        onError(error) {
          log.warn(
            `Watching the gallery failed: ${messageOf(error)}. It is compared again now and polled from now on.`,
          )
          watching = 'polling'
          scheduleReconcile(0)
        },
      })
      watching = 'native'
    } catch (error) {
      watching = 'polling'
      log.warn(
        `The gallery can't be watched natively (${messageOf(error)}), so it is polled. If the limit of inotify is reached, raise fs.inotify.max_user_watches.`,
      )
    }
    scheduleReconcile()
  }

  function handleChanges(): void {
    debounce = undefined
    const paths = [...changed]
    changed.clear()
    inTurn(async () => {
      const directories = new Set<string>()
      const found: FileFacts[][] = []
      for (const path of paths) {
        const galleryPath = toGalleryPath(root, path)
        if (galleryPath !== ROOT && !isWithinWalk(root, galleryPath, { ...options.walk, recursive: true }))
          continue
        directories.add(galleryPath === ROOT ? ROOT : directoryOf(galleryPath))
        if (galleryPath !== ROOT && (await isDirectory(path))) found.push(await lookAtTree(galleryPath))
      }
      if (directories.size > MANY_DIRECTORIES) return reconcile(false)
      for (const directory of directories) found.push(await lookAt(directory))
      await take([...new Map(found.flat().map((file) => [file.path, file])).values()])
      if (vanished.size > 0) vanishTimer ??= setTimeout(confirmVanished, VANISH_GRACE_MS)
    }).catch((error) => log.warn(`Changes could not be followed: ${messageOf(error)}`))
  }

  function confirmVanished(): void {
    vanishTimer = undefined
    inTurn(async () => {
      absence = (await removeVanished(false)) ?? absence
    }).catch((error) => log.warn(messageOf(error)))
  }

  /** A folder that has come may hold more than events told. */
  async function lookAtTree(directory: string): Promise<FileFacts[]> {
    const found: FileFacts[] = []
    if (!options.walk.recursive) return found
    for await (const listing of walk(root, options.walk, () => {}, directory)) {
      for (const file of await compare(listing)) found.push(file)
    }
    return found
  }

  function scheduleReconcile(
    delay: number = watching === 'polling' ? POLL_EVERY_MS : options.reconcileIntervalMs,
  ): void {
    clearTimeout(timer)
    if (isClosed) return
    timer = setTimeout(async () => {
      const start = performance.now()
      await inTurn(() => reconcile(false)).catch((error) => log.warn(messageOf(error)))
      const rest = (performance.now() - start) / POLL_SHARE
      scheduleReconcile(watching === 'polling' ? Math.max(POLL_EVERY_MS, rest) : options.reconcileIntervalMs)
    }, delay)
    timer.unref()
  }

  async function exists(directory: string): Promise<boolean> {
    return options.walk.recursive && (await isDirectory(toAbsolute(root, directory)))
  }
}

function isStale(row: KnownFile, file: FileFacts): boolean {
  // The inode too: files that change places keep their times, and uncompressed pictures of one size have equal lengths.
  const isSame =
    row.bytes === file.bytes && row.modifiedAt === file.modifiedAt && row.inode === String(file.inode)
  return row.state === 'without_vector' || !isSame
}

function isWithin(directory: string, parent: string): boolean {
  return parent === ROOT || directory === parent || directory.startsWith(`${parent}/`)
}

/** The folder right in `parent` that leads to `below`. */
function childOf(parent: string, below: string): string {
  const rest = parent === ROOT ? below : below.slice(parent.length + 1)
  const child = rest.split('/')[0]!
  return parent === ROOT ? child : `${parent}/${child}`
}

async function isDirectory(absolute: string): Promise<boolean> {
  try {
    return (await lstat(absolute)).isDirectory()
  } catch {
    return false
  }
}

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

export type WatchState = 'native' | 'polling' | 'off'

/** Times in milliseconds since 1970. */
export interface FolderFacts {
  createdAt: number
  modifiedAt: number
}

export interface GallerySync {
  /** Compares the whole folder with the catalog; what is new or changed is queued for indexing. */
  reconcile(): Promise<void>
  startWatching(): Promise<void>
  readonly watching: WatchState
  /** The folders of the gallery as they were last seen; complete after the first reconcile. */
  readonly folders: ReadonlyMap<string, FolderFacts>
  /** Milliseconds since 1970; undefined before the first has ended. */
  readonly lastReconcile: number | undefined
  close(): Promise<void>
}

export interface GallerySyncOptions {
  root: string
  catalog: Catalog
  indexer: Indexer
  thumbnails: ThumbnailStore
  events: EventBus
  walk: WalkOptions
  reconcileIntervalMs: number
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
const MANY_DIRECTORIES = 2_000

/** Keeps the catalog and the folder in step. The folder is the truth. */
export function createGallerySync(options: GallerySyncOptions): GallerySync {
  const { root, catalog, indexer, thumbnails, events, log } = options
  const vanished = new Set<string>()
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
  let passes: Promise<void> = Promise.resolve()

  return {
    reconcile() {
      // Whoever asks while a comparison waits for its turn is served by that one.
      waitingReconcile ??= inTurn(() => {
        waitingReconcile = undefined
        return reconcile()
      })
      return waitingReconcile
    },
    startWatching,
    get watching() {
      return watching
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

  async function reconcile(): Promise<void> {
    await assertReadable()
    const visited = new Set<string>()
    const unreadable: string[] = []
    const onUnreadable = (directory: string, error: unknown) => {
      unreadable.push(directory)
      log.warn(`The folder ${JSON.stringify(directory)} can't be read: ${messageOf(error)}`)
    }
    for await (const listing of walk(root, options.walk, onUnreadable)) {
      if (isClosed) return
      visited.add(listing.directory)
      await compare(listing)
    }
    for (const directory of new Set([...folders.keys(), ...(await catalog.knownDirectories(ROOT))])) {
      const isUnknown = unreadable.some((parent) => isWithin(directory, parent))
      if (!visited.has(directory) && !isUnknown) await allVanished(directory)
    }
    if (vanished.size > 0 && (await isEmpty())) {
      vanished.clear()
      throw new DomainError(
        'directory_not_found',
        `The gallery ${root} is empty but was not before: perhaps its drive is not mounted. The index is kept as it is.`,
      )
    }
    await removeVanished()
    await forgetContents(undefined)
    lastReconcile = Date.now()
  }

  /** One folder, without those below it, except that a subfolder which is gone takes its files with it. */
  async function lookAt(directory: string): Promise<void> {
    const listing = await listDirectory(root, directory, options.walk).catch((error) => {
      log.warn(`The folder ${JSON.stringify(directory)} can't be read: ${messageOf(error)}`)
    })
    if (listing === undefined) {
      if (directory === ROOT || (await exists(directory))) return
      for (const below of await knownBelow(directory)) await allVanished(below)
      return
    }
    await compare(listing)
    const present = new Set(listing.subdirectories)
    for (const below of await knownBelow(directory)) {
      if (below !== directory && !present.has(childOf(directory, below)) && !(await exists(below))) {
        await allVanished(below)
      }
    }
  }

  /** Brings the rows of one folder in line with its files. */
  async function compare({ directory, files, createdAt, modifiedAt }: DirectoryListing): Promise<void> {
    folders.set(directory, { createdAt, modifiedAt })
    const known = new Map((await catalog.knownFiles(directory)).map((file) => [file.path, file]))
    const unknown = files.filter((file) => !known.has(file.path))
    const moved = await adoptMoved(unknown)
    const stale = files.filter((file) => {
      vanished.delete(file.path)
      const row = known.get(file.path)
      return row === undefined ? !moved.has(file.path) : isStale(row, file)
    })
    indexer.enqueue(stale)
    const present = new Set(files.map((file) => file.path))
    for (const path of known.keys()) if (!present.has(path)) vanished.add(path)
  }

  /** A new path with the identity of a file that is no longer at its old one keeps the row of that file. */
  async function adoptMoved(files: FileFacts[]): Promise<Set<string>> {
    const adopted = new Set<string>()
    if (files.length === 0) return adopted
    const rows = await catalog.knownFilesByInode(files.map((file) => String(file.inode)))
    const byInode = Map.groupBy(files, (file) => String(file.inode))
    for (const row of rows) {
      const file = byInode
        .get(row.inode)
        ?.find((candidate) => isSameFile(candidate, row) && !adopted.has(candidate.path))
      if (file === undefined || (await statFile(root, row.path)) !== undefined) continue
      if (!(await catalog.moveFile(row.path, { ...file, inode: row.inode }))) continue
      adopted.add(file.path)
      vanished.delete(row.path)
      events.emit('fileMoved', { oldPath: row.path, newPath: file.path, movedAt: Date.now() })
      if (row.state === 'without_vector') indexer.enqueue([file])
    }
    return adopted
  }

  async function knownBelow(directory: string): Promise<Set<string>> {
    const seen = [...folders.keys()].filter((folder) => isWithin(folder, directory))
    return new Set([...seen, ...(await catalog.knownDirectories(directory))])
  }

  async function allVanished(directory: string): Promise<void> {
    folders.delete(directory)
    for (const { path } of await catalog.knownFiles(directory)) vanished.add(path)
  }

  /** Removes the rows of files that are gone for good. */
  async function removeVanished(): Promise<void> {
    if (vanished.size === 0) return
    await assertReadable()
    const gone: string[] = []
    for (const path of vanished) if (!isClosed && !(await isWatchedFile(path))) gone.push(path)
    vanished.clear()
    if (isClosed) return
    for (let start = 0; start < gone.length; start += REMOVE_AT_ONCE) {
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
      for (const path of paths) {
        const galleryPath = toGalleryPath(root, path)
        if (galleryPath !== ROOT && !isWithinWalk(root, galleryPath, { ...options.walk, recursive: true }))
          continue
        directories.add(galleryPath === ROOT ? ROOT : directoryOf(galleryPath))
        if (galleryPath !== ROOT && (await isDirectory(path))) await lookAtTree(galleryPath)
      }
      if (directories.size > MANY_DIRECTORIES) return reconcile()
      for (const directory of directories) await lookAt(directory)
      if (vanished.size > 0) vanishTimer ??= setTimeout(confirmVanished, VANISH_GRACE_MS)
    }).catch((error) => log.warn(`Changes could not be followed: ${messageOf(error)}`))
  }

  function confirmVanished(): void {
    vanishTimer = undefined
    inTurn(removeVanished).catch((error) => log.warn(messageOf(error)))
  }

  /** A folder that has come may hold more than events told. */
  async function lookAtTree(directory: string): Promise<void> {
    if (!options.walk.recursive) return
    for await (const listing of walk(root, options.walk, () => {}, directory)) {
      await compare(listing)
    }
  }

  function scheduleReconcile(
    delay: number = watching === 'polling' ? POLL_EVERY_MS : options.reconcileIntervalMs,
  ): void {
    clearTimeout(timer)
    if (isClosed) return
    timer = setTimeout(async () => {
      const start = performance.now()
      await inTurn(reconcile).catch((error) => log.warn(messageOf(error)))
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

function isSameFile(file: FileFacts, row: KnownFile): boolean {
  return String(file.inode) === row.inode && file.bytes === row.bytes && file.modifiedAt === row.modifiedAt
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

import { access, constants, lstat, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalog, KnownFile } from '../catalog/catalog.ts'
import { DomainError, messageOf, systemCodeOf } from '../errors.ts'
import type { EventBus } from '../events.ts'
import { hasImageExtension } from '../gallery/formats/index.ts'
import { type IncludeRules, isIncluded } from '../gallery/include.ts'
import { isReached } from '../gallery/links.ts'
import { type DirectoryListing, listDirectory, type UnreadableEntry } from '../gallery/list-folder.ts'
import { keepsIdentities, mountsOf } from '../gallery/mounts.ts'
import {
  directoryOf,
  isInside,
  joinPath,
  nameOf,
  normalizeName,
  ROOT,
  toAbsolute,
  toGalleryPath,
} from '../gallery/paths.ts'
import { type FileStat, isNotFound, statFile, toFileStat } from '../gallery/stat-file.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import { walk } from '../gallery/walk.ts'
import type { IndexQueue } from '../indexing/indexer.ts'
import { removeUnusedContent } from '../indexing/unused-content.ts'
import { TIMINGS, type Timings } from '../timings.ts'
import { createAliases } from './link-targets.ts'
import { countKnown, createMissing, type MassRemoval } from './missing-files.ts'
import { createMountPoints } from './mount-points.ts'
import { createMoves } from './moves.ts'
import { createRecentArrivals } from './recent-arrivals.ts'
import { createGalleryRoot } from './root-monitor.ts'
import { createWatchController, type WatchState } from './watch-controller.ts'

/** Times in milliseconds since 1970. */
export interface FolderTimes {
  createdAt: number
  modifiedAt: number
}

export interface GallerySync {
  /** Compares the whole folder with the catalog; what is new or changed is queued for indexing. */
  scan(options?: ScanOptions): Promise<void>
  startWatching(): Promise<void>
  /** Looks at paths of the gallery that may have changed. */
  recheck(paths: string[]): void
  readonly watching: WatchState
  /** Why the folder is polled, with what would help. */
  readonly pollingReason: string | undefined
  /** undefined unless so much is gone at once that the index is kept as it was. */
  readonly massRemoval: MassRemoval | undefined
  /** Why the folder can't be looked at, so that the index is kept as it was. */
  readonly problem: string | undefined
  /** The folders of the gallery as they were last seen; complete after the first reconcile. */
  readonly folders: ReadonlyMap<string, FolderTimes>
  /** Milliseconds since 1970; undefined before the first has ended. */
  readonly lastScan: number | undefined
  close(): Promise<void>
}

export interface ScanOptions {
  /** Somebody has confirmed that files which are missing are gone, however many they are. */
  acceptsMissing?: boolean
}

export interface GallerySyncOptions {
  root: string
  catalog: Catalog
  indexer: IndexQueue
  thumbnails: ThumbnailStore
  events: EventBus
  walk: IncludeRules
  scanIntervalMs: number
  /** More than this share of a gallery is not forgotten at once without somebody's word. */
  maxMissingShare: number
  /** Where the system tells what is mounted; the default is right everywhere but in tests. */
  mountTable?: string | undefined
  /** Something has been looked at. */
  onPass?: (() => void) | undefined
  timings?: Timings | undefined
  log: { warn(message: string): void; info(message: string): void }
}

const MAX_FOLDERS_PER_PASS = 2_000
/** In a folder of so many files, a few that changed are looked at alone. */
const LARGE_FOLDER_FILES = 2_000
const MAX_SINGLE_PATHS = 500
/** Of the files of one folder. */
const FILES_PER_PART = 5_000
const MAX_DEBOUNCE_MS = 5_000
const CLOSE_TIMEOUT_MS = 10_000
/** While files are missing, so soon after a change it is seen whether they are back … */
const RESCAN_DELAY_MS = 5_000
/** … but of a large gallery that others go on changing, for no more than a tenth of the time. */
const RESCAN_BACKOFF_FACTOR = 10
/** So soon the system tells of what has happened. */
const EVENT_LATENCY_MS = 100

/** Keeps the catalog and the folder in step. The folder is the truth. */
export function createGallerySync(options: GallerySyncOptions): GallerySync {
  const { root, catalog, indexer, thumbnails, events, log, timings = TIMINGS } = options
  const moves = createMoves({ root, catalog, events, log, walk: options.walk })
  const aliases = createAliases()
  /** What took the place of an indexed file and can't be read. */
  const replacements = new Map<string, UnreadableEntry>()
  const logged = new Set<string>()
  const recentArrivals = createRecentArrivals()
  const mountPoints = createMountPoints({
    root,
    catalog,
    walk: options.walk,
    mountTable: options.mountTable,
  })
  const gallery = createGalleryRoot({
    root,
    log,
    onUnreadable() {
      isDoubtful = true
    },
  })
  const missing = createMissing({
    root,
    gallery,
    catalog,
    thumbnails,
    events,
    mountPoints,
    log,
    walk: options.walk,
    maxShare: options.maxMissingShare,
    isClosed: () => isClosed,
    async adopt() {
      await adoptMissing(recentArrivals.recent())
    },
    onRemoved(count) {
      differences += count
    },
  })
  const folders = new Map<string, FolderTimes>()
  /** What the folders held when they were last listed. */
  const listed = new Map<string, { subdirectories: string[]; files: number }>()
  /** Paths of the gallery, and whether only what a file holds was changed there. */
  const changed = new Map<string, boolean>()
  let lastPassMs = 0
  let lastScan: number | undefined
  let debounce: NodeJS.Timeout | undefined
  let confirmTimer: NodeJS.Timeout | undefined
  let rescanTimer: NodeJS.Timeout | undefined
  let isClosed = false
  let waitingScan: Promise<void> | undefined
  /** The folder could not be looked at, and has not been compared since. */
  let isDoubtful = false
  let differences = 0
  /** The last comparison: its end, and how long it took. */
  let compared = { at: -Infinity, tookMs: 0 }
  /** What the gallery lies on, and what is mounted in it. */
  let mountsBelow: { path: string; keeps: boolean }[] = []
  let hasRemovedOrphans = false
  /** At first, and after a move, which may have taken the place of another image: contents that no image has any more. */
  let mayHoldUnknown = true
  let passes: Promise<void> = Promise.resolve()
  const watchController = createWatchController({
    root,
    walk: options.walk,
    scanIntervalMs: options.scanIntervalMs,
    mountTable: options.mountTable,
    timings,
    log,
    *folders() {
      for (const directory of folders.keys()) yield [directory, aliases.resolve(directory)] as const
    },
    isDoubtful: () => isDoubtful,
    onRootGone() {
      isDoubtful = true
    },
    onChange(changes) {
      for (const { path, isWithinFile } of changes) addHint(toGalleryPath(root, path), isWithinFile)
    },
    async scan() {
      const before = differences
      await scanOnce()
      return differences > before
    },
  })

  return {
    scan: ({ acceptsMissing = false } = {}) => (acceptsMissing ? runExclusive(() => scan(true)) : scanOnce()),
    startWatching: () => watchController.start(),
    recheck(paths) {
      for (const path of paths) addHint(path, false)
    },
    get watching() {
      return watchController.state
    },
    get pollingReason() {
      return watchController.reason
    },
    get massRemoval() {
      return missing.massRemoval
    },
    get problem() {
      return gallery.problem
    },
    folders,
    get lastScan() {
      return lastScan
    },
    async close() {
      isClosed = true
      clearTimeout(debounce)
      clearTimeout(confirmTimer)
      clearTimeout(rescanTimer)
      await watchController.close()
      // A drive that hangs does not keep the server from ending.
      await Promise.race([passes, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })])
    },
  }

  function addHint(path: string, isWithinFile: boolean): void {
    if (isClosed) return
    for (const one of [path, ...aliases.of(path)])
      changed.set(one, isWithinFile && (changed.get(one) ?? true))
    debounce ??= setTimeout(handleChanges, Math.max(timings.debounceMs, lastPassMs))
  }

  /** Passes never overlap: two of them would see each other's half-done moves. */
  function runExclusive(pass: () => Promise<void>): Promise<void> {
    const result = passes.then(() => (isClosed ? undefined : pass()))
    const end = () => options.onPass?.()
    passes = result.then(end, end)
    return result
  }

  /** Whoever asks while a comparison waits for its turn is served by that one. */
  function scanOnce(): Promise<void> {
    waitingScan ??= runExclusive(() => {
      waitingScan = undefined
      return scan(false)
    })
    return waitingScan
  }

  async function scan(acceptsMissing: boolean): Promise<void> {
    const start = performance.now()
    try {
      await scanAll(acceptsMissing)
      compared = { at: performance.now(), tookMs: performance.now() - start }
    } catch (error) {
      // What was not seen may have changed: it is compared again soon.
      isDoubtful = true
      throw error
    }
  }

  async function scanAll(acceptsMissing: boolean): Promise<void> {
    await gallery.assertReadable()
    await noteMounts()
    await mountPoints.begin()
    isDoubtful = false
    const visited = new Set<string>()
    const unreadableFolders: string[] = []
    const onUnreadable = (directory: string, error: unknown) => {
      unreadableFolders.push(directory)
      warnOfFolder(directory, error)
    }
    // Where nothing is known nothing can have moved: files are indexed while the walk goes on.
    const isFirst = (await countKnown(catalog)) === 0
    const found: FileStat[] = []
    for await (const listing of walk(root, options.walk, onUnreadable, ROOT, enter)) {
      if (isClosed) return
      visited.add(listing.directory)
      const unknown = await compare(listing)
      if (isFirst) indexer.enqueue(unknown)
      else for (const file of unknown) found.push(file)
    }
    for (const directory of new Set([...folders.keys(), ...(await catalog.files.folders(ROOT))])) {
      if (visited.has(directory) || unreadableFolders.some((parent) => isInside(directory, parent))) continue
      await markFolderMissing(directory)
    }
    await take(found)
    const walkedAt = performance.now()
    await drainHints()
    assertNotDoubtful()
    // What was seen to vanish only now may have been moved a moment ago.
    const before = watchController.isWatching ? walkedAt : Infinity
    const kept = await missing.remove({ acceptsMissing, before, isWhole: true })
    if (isClosed) return
    confirmLater()
    await mountPoints.settle(kept)
    await recordReplacements()
    if (missing.massRemoval === undefined) gallery.trustDevice()
    // Whatever else takes a content's last image away forgets it at once.
    if (mayHoldUnknown) {
      await removeUnusedContent(catalog, thumbnails)
      mayHoldUnknown = false
    }
    await removeOrphansOnce()
    lastScan = Date.now()
  }

  function enter(directory: string): void {
    watchController.enter(directory, aliases.resolve(directory))
  }

  /** One folder, without those below it, except that a subfolder which is gone takes its files with it. */
  async function scanFolder(directory: string): Promise<FileStat[]> {
    enter(directory)
    if (!(await exists(directory))) {
      // If the gallery itself is gone for a moment nothing can be said of its folders.
      await gallery.assertReadable()
      if (await exists(directory)) isDoubtful = true
      else for (const below of await knownBelow(directory)) await markFolderMissing(below)
      return []
    }
    let isReadable = true
    const listing = await listDirectory(root, directory, options.walk).catch((error) => {
      isReadable = false
      return warnOfFolder(directory, error)
    })
    if (listing === undefined) {
      isDoubtful ||= isReadable
      return []
    }
    if (!listed.has(directory)) await leaveGone(directory, await knownChildren(directory), listing)
    return compare(listing)
  }

  /** Folders right in one that are gone take their files with them. */
  async function leaveGone(
    directory: string,
    children: Iterable<string>,
    { subdirectories }: DirectoryListing,
  ): Promise<void> {
    const present = new Set(subdirectories)
    const gone = new Set<string>()
    // What may not be looked at may be there.
    const isGone = async (child: string) => (await unlessForbidden(child, () => exists(child))) === false
    for (const child of children) if (!present.has(child) && (await isGone(child))) gone.add(child)
    if (gone.size === 0) return
    for (const below of await knownBelow(directory))
      if (below !== directory && gone.has(childOf(directory, below))) await markFolderMissing(below)
  }

  /**
   * Just some paths of a folder, without listing it.
   * @param mayHaveCome whether files that are not known are taken, too
   * @returns undefined if that does not tell all that has changed
   */
  async function checkPaths(
    directory: string,
    paths: readonly string[],
    mayHaveCome: boolean,
  ): Promise<FileStat[] | undefined> {
    if (directory !== ROOT && !(await exists(directory))) return undefined
    const files: FileStat[] = []
    const gone: string[] = []
    const names = new Set<string>()
    for (const path of paths) {
      // What links show elsewhere, what has no name that could be looked up, and what may be one file under two names.
      if (aliases.isLink(path) || path.includes('\ufffd') || names.has(normalizeName(path))) return undefined
      names.add(normalizeName(path))
      const info = await lstat(toAbsolute(root, path), { bigint: true }).catch((error) =>
        isNotFound(error) ? undefined : ('unknown' as const),
      )
      if (info === 'unknown' || (info !== undefined && !info.isFile())) return undefined
      if (info === undefined && listed.get(directory)?.subdirectories.includes(path)) return undefined
      if (info === undefined) gone.push(path)
      else if (hasImageExtension(path) && isIncluded(root, path, options.walk))
        files.push(toFileStat(path, info))
    }
    const rows = await catalog.files.at([...files.map(({ path }) => path), ...gone])
    const known = new Set(rows.map(({ path }) => path))
    if (!mayHaveCome && files.some(({ path }) => !known.has(path))) return undefined
    await noteTimes(directory)
    return compareFiles({ files, unreadable: [], unknown: [] }, rows)
  }

  async function noteTimes(directory: string): Promise<void> {
    const info = await stat(toAbsolute(root, directory), { bigint: true }).catch(() => undefined)
    if (info === undefined || !folders.has(directory)) return
    const { createdAt, modifiedAt } = toFileStat(directory, info)
    folders.set(directory, { createdAt, modifiedAt })
  }

  /**
   * Brings the rows of one folder in line with its files, except those of new paths.
   * @returns files at new paths that are none of those known
   */
  async function compare(listing: DirectoryListing): Promise<FileStat[]> {
    const { directory, files, subdirectories, createdAt, modifiedAt } = listing
    await leaveGone(directory, listed.get(directory)?.subdirectories ?? [], listing)
    folders.set(directory, { createdAt, modifiedAt })
    listed.set(directory, { subdirectories: [...subdirectories], files: files.length })
    aliases.update(listing)
    warnOfEntries(listing)
    logged.delete(directory)
    return files.length > FILES_PER_PART
      ? compareInParts(listing)
      : compareFiles(listing, await catalog.files.inFolder(directory))
  }

  /** A folder of very many files, so that nobody has to wait until all are compared. What is gone is looked for if more are known than were found. */
  async function compareInParts({
    directory,
    files,
    unreadable,
    unknown,
  }: DirectoryListing): Promise<FileStat[]> {
    const atNewPaths: FileStat[] = []
    let found = 0
    const comparePart = async (part: Pick<DirectoryListing, 'files' | 'unreadable' | 'unknown'>) => {
      const paths = [...part.files, ...part.unreadable.map(({ stat }) => stat), ...part.unknown]
      const rows = await catalog.files.at(paths.map(({ path }) => path))
      found += rows.length
      for (const file of await compareFiles(part, rows)) atNewPaths.push(file)
    }
    for (let start = 0; start < files.length && !isClosed; start += FILES_PER_PART)
      await comparePart({ files: files.slice(start, start + FILES_PER_PART), unreadable: [], unknown: [] })
    await comparePart({ files: [], unreadable, unknown })
    if (isClosed || found === (await catalog.files.countInFolder(directory))) return atNewPaths
    const present = new Set(
      [...files, ...unreadable.map(({ stat }) => stat), ...unknown].map(({ path }) => path),
    )
    for (const row of await catalog.files.inFolder(directory)) if (!present.has(row.path)) missing.note(row)
    return atNewPaths
  }

  async function compareFiles(
    { files, unreadable, unknown }: Pick<DirectoryListing, 'files' | 'unreadable' | 'unknown'>,
    rows: KnownFile[],
  ): Promise<FileStat[]> {
    const known = new Map(rows.map((file) => [file.path, file]))
    const moved = new Set<string>()
    const candidates = await withoutShown(files.filter((file) => !known.has(file.path)))
    for (const { from, to, needsEmbedding } of await moves.adoptByIdentity(candidates)) {
      mayHoldUnknown = true
      moved.add(to.path)
      missing.found(from)
      known.delete(from)
      recentArrivals.rename(from, to)
      if (needsEmbedding) indexer.enqueue([to])
    }
    const present = new Set([...files, ...unknown].map(({ path }) => path))
    for (const path of await recordUnreadable(unreadable, known)) present.add(path)
    for (const path of present) missing.found(path)
    for (const { path } of files) replacements.delete(path)
    for (const [path, row] of known) if (!present.has(path)) missing.note(row)
    const stale = files.filter(
      (file) => known.has(file.path) && isStale(known.get(file.path)!, file, identitiesAt(file.path)),
    )
    // Permissions may be mended without any other change to a file.
    for (const file of files)
      if (isForbidden(known.get(file.path)) && (await isReadable(file.path))) stale.push(file)
    indexer.enqueue(stale)
    await noteHardLinks(stale)
    differences += moved.size + stale.length
    return files.filter((file) => !known.has(file.path) && !moved.has(file.path))
  }

  /** Without what a link shows and is not known where it lies: a file that has moved is found there, not behind the link. */
  async function withoutShown(files: FileStat[]): Promise<FileStat[]> {
    const realPathOf = ({ path }: FileStat) => joinPath(aliases.resolve(directoryOf(path)), nameOf(path))
    const behindLinks = files.filter((file) => realPathOf(file) !== file.path)
    if (behindLinks.length === 0) return files
    const rows = await catalog.files.at(behindLinks.map(realPathOf))
    const lying = new Set(rows.map(({ path }) => path))
    return files.filter((file) => realPathOf(file) === file.path || lying.has(realPathOf(file)))
  }

  /**
   * Records what bears the name of an image and can't be read.
   * @returns their paths, without those that took the place of an image: whether that is gone is decided as for any other
   */
  async function recordUnreadable(
    unreadable: UnreadableEntry[],
    known: Map<string, KnownFile>,
  ): Promise<string[]> {
    const recorded: string[] = []
    for (const file of unreadable) {
      const { path } = file.stat
      const row = known.get(path)
      if (row === undefined || row.state === 'failed') {
        recorded.push(path)
        if (row === undefined || isStale(row, file.stat, identitiesAt(path))) await putUnreadable(file)
      } else {
        replacements.set(path, file)
      }
    }
    return recorded
  }

  /** Those whose image is gone by now: forgotten, or found elsewhere. */
  async function recordReplacements(): Promise<void> {
    for (const [path, file] of replacements) {
      if (missing.has(path)) continue
      replacements.delete(path)
      const isThere = (await lstat(toAbsolute(root, path)).catch(() => undefined)) !== undefined
      if (isThere && (await catalog.images.getByPath(path)) === undefined) await putUnreadable(file)
    }
  }

  async function putUnreadable({ stat, reason }: UnreadableEntry): Promise<void> {
    const { path, bytes, modifiedAt, inode } = stat
    await catalog.failures.put({
      path,
      bytes,
      modifiedAt,
      inode: String(inode),
      contentHash: undefined,
      ...describeUnreadable(reason),
      failedAt: Date.now(),
    })
    differences++
    events.emit('fileFailed', { path })
  }

  /** What the index knows of a folder is kept when one above it may not be entered any more, and others are looked at all the same. */
  async function unlessForbidden<T>(directory: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look()
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes(systemCodeOf(error) ?? '')) throw error
      return warnOfFolder(directory, error)
    }
  }

  /** Once for a folder, until it can be read again. */
  function warnOfFolder(directory: string, error: unknown): undefined {
    if (logged.has(directory)) return
    logged.add(directory)
    log.warn(
      `The folder ${JSON.stringify(directory)} can't be read (${messageOf(error)}): what the index knows of it is kept.`,
    )
  }

  function warnOfEntries({ directory, excluded, unknown }: DirectoryListing): void {
    for (const { path, reason } of excluded) logOnce(`${JSON.stringify(path)} is not followed: ${reason}.`)
    const [first] = unknown
    if (first !== undefined)
      logOnce(
        `${unknown.length} files of the folder ${JSON.stringify(directory)} can't be looked at (${messageOf(first.error)}): what the index knows of them is kept.`,
      )
  }

  function logOnce(text: string): void {
    if (!logged.has(text)) log.warn(text)
    logged.add(text)
  }

  /** Files at new paths: those with the bytes of one that is gone get its row, the others are indexed. */
  async function take(files: FileStat[]): Promise<void> {
    if (files.length === 0) return
    differences += files.length
    const moved = await adoptMissing(files)
    const fresh = files.filter(({ path }) => !moved.has(path))
    recentArrivals.add(fresh)
    indexer.enqueue(fresh)
    await noteHardLinks(fresh)
  }

  /** @returns the new paths of vanished files that were found among others by their bytes */
  async function adoptMissing(among: readonly FileStat[]): Promise<Set<string>> {
    const moved = new Set<string>()
    if (missing.size === 0 || among.length === 0) return moved
    // What lies on a drive that is away has not become a copy of it elsewhere.
    const { absent } = await mountPoints.look()
    const isOnAbsentMount = ({ path }: KnownFile) => absent.some((directory) => isInside(path, directory))
    const gone = missing.rows().filter((row) => !isOnAbsentMount(row))
    // A copy that is deleted again does not become its original.
    const isOlder = (row: KnownFile, file: FileStat) => recentArrivals.isOlder(row.path, file.path)
    for (const { from, to, needsEmbedding } of await moves.adoptByContent(gone, among, isOlder)) {
      mayHoldUnknown = true
      missing.found(from)
      recentArrivals.rename(from, to)
      moved.add(to.path)
      if (needsEmbedding) indexer.enqueue([to])
    }
    return moved
  }

  async function knownBelow(directory: string): Promise<Set<string>> {
    const seen = [...folders.keys()].filter((folder) => isInside(folder, directory))
    return new Set([...seen, ...(await catalog.files.folders(directory))])
  }

  /** Folders right in one in which something is known to lie. */
  async function knownChildren(directory: string): Promise<Set<string>> {
    const below = [...(await knownBelow(directory))].filter((folder) => folder !== directory)
    return new Set(below.map((folder) => childOf(directory, folder)))
  }

  async function markFolderMissing(directory: string): Promise<void> {
    folders.delete(directory)
    listed.delete(directory)
    aliases.forget(directory)
    watchController.leave(directory)
    for (const row of await catalog.files.inFolder(directory)) missing.note(row)
  }

  /** @throws {DomainError} if the gallery was away while it was looked at: what was not seen may be there */
  function assertNotDoubtful(): void {
    if (isDoubtful)
      throw new DomainError(
        'directory_not_found',
        `The gallery ${root} was away for a moment: it is compared again.`,
      )
  }

  /** What was told could not be followed to its end, so that everything is compared soon. That the folder is away has been said already. */
  function compareSoon(error: unknown): void {
    isDoubtful = true
    if (!(error instanceof DomainError && error.code === 'directory_not_found'))
      log.warn(`Changes could not be followed (${messageOf(error)}): the folder is compared.`)
  }

  /** What a crash left behind; once, when nothing is being written. */
  async function removeOrphansOnce(): Promise<void> {
    if (hasRemovedOrphans || indexer.pending > 0) return
    hasRemovedOrphans = true
    await thumbnails.removeOrphans((hashes) => catalog.images.unknownContents(hashes))
  }

  /** A file that moved while the folder was walked through may have been missed at both places: that it moved has been told. */
  async function drainHints(): Promise<void> {
    if (!watchController.isWatching || missing.size === 0) return
    await sleep(EVENT_LATENCY_MS)
    await follow(takeChanges())
  }

  function takeChanges(): [path: string, isWithinFile: boolean][] {
    const paths = [...changed].filter(([path]) =>
      isIncluded(root, path, { ...options.walk, recursive: true }),
    )
    changed.clear()
    return paths
  }

  function handleChanges(): void {
    debounce = undefined
    runExclusive(async () => {
      const start = performance.now()
      await follow(takeChanges())
      // A folder of very many files takes its time, which is left to others as well.
      lastPassMs = Math.min(performance.now() - start, MAX_DEBOUNCE_MS)
    }).catch(compareSoon)
  }

  async function follow(paths: [path: string, isWithinFile: boolean][]): Promise<void> {
    const directories = new Set<string>()
    const found: FileStat[][] = []
    const byDirectory = Map.groupBy(paths, ([path]) => (path === ROOT ? ROOT : directoryOf(path)))
    for (const [directory, changes] of byDirectory) {
      const checked = await unlessForbidden(directory, () => checkChangedPaths(directory, changes))
      if (checked === undefined) directories.add(directory)
      else found.push(checked)
    }
    for (const [path] of paths)
      await unlessForbidden(path === ROOT ? ROOT : directoryOf(path), async () => {
        if (path !== ROOT && (await exists(path))) found.push(await scanTree(path))
      })
    if (directories.size > MAX_FOLDERS_PER_PASS) {
      // Comparing everything costs less, and comes within seconds.
      isDoubtful = true
      return
    }
    for (const directory of directories)
      found.push((await unlessForbidden(directory, () => scanFolder(directory))) ?? [])
    await take([...new Map(found.flat().map((file) => [file.path, file])).values()])
    confirmLater()
    // What was missing may be back.
    if (missing.massRemoval !== undefined && found.some((files) => files !== undefined)) rescanSoon()
  }

  function rescanSoon(): void {
    if (isClosed) return
    const sinceMs = performance.now() - compared.at
    rescanTimer ??= setTimeout(
      () => {
        rescanTimer = undefined
        scanOnce().catch(compareSoon)
      },
      Math.max(RESCAN_DELAY_MS, compared.tookMs * RESCAN_BACKOFF_FACTOR - sinceMs),
    )
  }

  /** Known files that were written to, and the few that changed in a large folder, need not have their whole folder looked at. */
  async function checkChangedPaths(
    directory: string,
    changes: [path: string, isWithinFile: boolean][],
  ): Promise<FileStat[] | undefined> {
    const paths = changes.map(([path]) => path)
    if (paths.includes(ROOT) || paths.length > MAX_SINGLE_PATHS) return undefined
    const isLarge = (listed.get(directory)?.files ?? 0) > LARGE_FOLDER_FILES
    if (!isLarge && !changes.every(([, isWithinFile]) => isWithinFile)) return undefined
    return checkPaths(directory, paths, isLarge)
  }

  /** What is written by one name of a file has changed by its other names, of which nothing is told. */
  async function noteHardLinks(changedFiles: FileStat[]): Promise<void> {
    if (changedFiles.length === 0) return
    const byInode = new Map(changedFiles.map((file) => [String(file.inode), file]))
    for (const row of await catalog.files.byInode([...byInode.keys()])) {
      const file = byInode.get(row.inode)!
      if (row.path === file.path || (row.bytes === file.bytes && row.modifiedAt === file.modifiedAt)) continue
      const other = await statFile(root, row.path, options.walk).catch(() => 'unknown' as const)
      if (other === 'unknown') continue
      if (other === undefined) addHint(row.path, false)
      else if (isStale(row, other, identitiesAt(other.path))) indexer.enqueue([other])
    }
  }

  function confirmLater(): void {
    if (isClosed || (missing.size === 0 && replacements.size === 0)) return
    confirmTimer ??= setTimeout(confirmMissing, timings.missingGraceMs)
  }

  function confirmMissing(): void {
    confirmTimer = undefined
    runExclusive(async () => {
      // The comparison that is owed then sees to it.
      if (isDoubtful) return
      const before = performance.now() - timings.missingGraceMs / 2
      await missing.remove({ acceptsMissing: false, before, isWhole: false })
      confirmLater()
      await recordReplacements()
    }).catch(compareSoon)
  }

  /** A folder that has come may hold more than events told. */
  async function scanTree(directory: string): Promise<FileStat[]> {
    const found: FileStat[] = []
    if (!options.walk.recursive) return found
    // Whoever looks at the folder that holds it is to notice when it goes, also before that folder has been listed anew.
    const parent = listed.get(directoryOf(directory))
    if (parent !== undefined && !parent.subdirectories.includes(directory))
      parent.subdirectories.push(directory)
    for await (const listing of walk(root, options.walk, () => {}, directory, enter)) {
      for (const file of await compare(listing)) found.push(file)
    }
    return found
  }

  /** Whether there is such a folder and a walk comes to it. */
  async function exists(directory: string): Promise<boolean> {
    if (directory === ROOT) return true
    return options.walk.recursive && (await isReached(root, directory, options.walk)) && isFolder(directory)
  }

  /** Mounts in the gallery lie below the one that holds it, so the last that holds a path is its own. */
  async function noteMounts(): Promise<void> {
    const mounts = await mountsOf(root, options.mountTable)
    mountsBelow = mounts.map((mount, n) => ({
      path: n === 0 ? ROOT : toGalleryPath(root, mount.path),
      keeps: keepsIdentities(mount),
    }))
  }

  function identitiesAt(path: string): boolean {
    return mountsBelow.findLast((mount) => isInside(path, mount.path))?.keeps ?? true
  }

  async function isReadable(path: string): Promise<boolean> {
    return access(toAbsolute(root, path), constants.R_OK).then(
      () => true,
      () => false,
    )
  }

  async function isFolder(directory: string): Promise<boolean> {
    return stat(toAbsolute(root, directory)).then(
      (info) => info.isDirectory(),
      () => false,
    )
  }
}

/** @param identities whether the file system keeps them */
function isStale(row: KnownFile, file: FileStat, identities: boolean): boolean {
  // The inode too: files that change places keep their times, and uncompressed pictures of one size have equal lengths.
  const isSame =
    row.bytes === file.bytes &&
    row.modifiedAt === file.modifiedAt &&
    (!identities || row.inode === String(file.inode))
  return row.state === 'without_vector' || !isSame
}

function isForbidden(row: KnownFile | undefined): boolean {
  return row?.failureCode === 'permission_denied'
}

/** The folder right in `parent` that leads to `below`. */
function childOf(parent: string, below: string): string {
  const rest = parent === ROOT ? below : below.slice(parent.length + 1)
  const child = rest.split('/')[0]!
  return parent === ROOT ? child : `${parent}/${child}`
}

/** A sentence about what bears the name of an image and is none. */
function describeUnreadable(reason: string): { code: string; reason: string } {
  return { code: 'image_unreadable', reason: `The image can't be read: ${reason}.` }
}

import { toGalleryPath } from '../gallery/paths.ts'
import { TIMINGS } from '../timings.ts'
import { Account } from './account.ts'
import { PlanExecutor } from './apply.ts'
import { Changes } from './changes.ts'
import type { GallerySyncOptions, SyncContext } from './context.ts'
import { DelayedListings } from './delayed-listings.ts'
import { FailedListings } from './failed-listings.ts'
import { FolderTree } from './folder-tree.ts'
import { type ChangeHint, createHints, type Hints } from './hints.ts'
import { createInodeStability } from './inode-stability.ts'
import { createLinkTargets } from './link-targets.ts'
import type { Doubt, SyncEvent } from './machine.ts'
import { createMissingFiles, type MissingFiles } from './missing-files.ts'
import { createMountPoints } from './mount-points.ts'
import { createMoves } from './moves.ts'
import { createOnceLogger } from './once-logger.ts'
import { GalleryGuard } from './other-gallery.ts'
import { createRecentArrivals } from './recent-arrivals.ts'
import { Removals } from './removals.ts'
import { createGalleryRoot, type GalleryRoot } from './root-monitor.ts'
import { Scanner } from './scan.ts'
import { UnreadableEntries } from './unreadable-entries.ts'
import { WatchController } from './watch-controller.ts'

export interface SyncParts {
  account: Account
  gallery: GalleryRoot
  guard: GalleryGuard
  hints: Hints
  missing: MissingFiles
  tree: FolderTree
  changes: Changes
  removals: Removals
  scanner: Scanner
  unreadable: UnreadableEntries
  watchController: WatchController
}

/** Connects the parts with the loop that runs them. */
export interface SyncLoopHooks {
  dispatch(event: SyncEvent): void
  addHint(hint: ChangeHint): void
  scan(): Promise<void>
  currentDoubt(): Doubt | undefined
  isClosed(): boolean
}

export function createParts(options: GallerySyncOptions, hooks: SyncLoopHooks): SyncParts {
  const { root, catalog, walk, mountTable, log } = options
  const context = createContext(options, hooks)
  const { links, missing, doubt } = context
  const logger = createOnceLogger(log)
  const hints = createHints({ walk, links })
  const gallery = createGalleryRoot({ root, log, onUnreadable: () => doubt('root unreadable') })
  const watchController = new WatchController({
    root,
    walk,
    mountTable,
    log,
    timings: options.timings ?? TIMINGS,
    scanIntervalMs: options.scanIntervalMs,
    folders: () => tree.times.keys().map((directory) => [directory, links.resolve(directory)] as const),
    isDoubtful: () => hooks.currentDoubt() !== undefined,
    onRootGone: () => doubt('root replaced'),
    onChange(changes) {
      for (const { path, isWithinFile } of changes)
        hooks.addHint({ path: toGalleryPath(root, path), isWithinFile })
    },
    async scan() {
      const before = executor.changes
      await hooks.scan()
      return executor.changes > before
    },
  })
  const account = new Account({
    ...{ root, catalog, events: options.allEvents, watch: watchController },
    listAgain: (path) => hooks.addHint({ path, isWithinFile: false }),
  })
  const tree = new FolderTree(context, logger, watchController, account)
  const { accountMs, rescanMs } = options.timings ?? TIMINGS
  const onDue = () => hooks.dispatch({ type: 'hinted' })
  const listLater = new DelayedListings(onDue, accountMs)
  const failedListings = new FailedListings(onDue, rescanMs)
  const mountPoints = createMountPoints({ root, catalog, walk, mountTable })
  const inodes = createInodeStability(root, mountTable)
  const recentArrivals = createRecentArrivals()
  const unreadable = new UnreadableEntries(context, () => executor.changes++)
  const moves = createMoves(context)
  const { addHint } = hooks
  const executor = new PlanExecutor({
    context,
    moves,
    mountPoints,
    inodes,
    recentArrivals,
    unreadable,
    addHint,
  })
  const changes = new Changes({
    ...{ context, gallery, tree, executor, logger, account, listLater, failedListings },
  })
  const removals = new Removals({
    context,
    gallery,
    mountPoints,
    account,
    maxShare: options.maxMissingShare,
    async adoptMissing() {
      await executor.adoptMissing(recentArrivals.recent())
    },
    onRemoved(count) {
      executor.changes += count
    },
  })
  const parts = { gallery, hints, tree, changes, removals, unreadable, account }
  const scanner = new Scanner({
    ...parts,
    ...{ context, executor, mountPoints, inodes },
    isWatching: () => watchController.isWatching,
    onListing: () => hooks.dispatch({ type: 'listing' }),
  })
  const guard = new GalleryGuard({ root, catalog, walk, log })
  return { ...parts, guard, missing, scanner, watchController }
}

function createContext(options: GallerySyncOptions, hooks: SyncLoopHooks): SyncContext {
  const { root, catalog, indexer, thumbnails, events, log } = options
  const walk = {
    ...options.walk,
    knownIn: async (directory: string) =>
      new Set((await catalog.files.inFolder(directory)).map(({ path }) => path)),
  }
  return {
    ...{ root, walk, catalog, indexer, thumbnails, events, log },
    links: createLinkTargets(),
    missing: createMissingFiles(),
    doubt: (because) => hooks.dispatch({ type: 'doubted', because }),
    currentDoubt: hooks.currentDoubt,
    isClosed: hooks.isClosed,
  }
}

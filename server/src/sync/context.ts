import type { Catalog } from '../catalog/catalog.ts'
import type { EventBus } from '../events.ts'
import type { IncludeRules } from '../gallery/include.ts'
import type { ThumbnailStore } from '../gallery/thumbnails.ts'
import type { IndexQueue } from '../indexing/indexer.ts'
import type { Timings } from '../timings.ts'
import type { LinkTargets } from './link-targets.ts'
import type { Doubt } from './machine.ts'
import type { MissingFiles } from './missing-files.ts'

export interface SyncLog {
  warn(message: string): void
  info(message: string): void
}

/** Watches folders one by one. `real` is where a folder lies if a link leads to it. */
export interface FolderWatch {
  enter(directory: string, real: string): void
  leave(directory: string): void
}

/** Shared by the parts of sync. */
export interface SyncContext {
  root: string
  walk: IncludeRules
  catalog: Catalog
  indexer: IndexQueue
  thumbnails: ThumbnailStore
  events: EventBus
  log: SyncLog
  links: LinkTargets
  missing: MissingFiles
  /** Something may have been missed: nothing is removed until a scan has passed. */
  doubt(because: Doubt): void
  /** Why the last observation of the gallery is unreliable; undefined unless it is. */
  currentDoubt(): Doubt | undefined
  isClosed(): boolean
}

export interface GallerySyncOptions {
  root: string
  catalog: Catalog
  indexer: IndexQueue
  thumbnails: ThumbnailStore
  events: EventBus
  /** Emits events of all processes that index this gallery; `events` if this is the only one. */
  allEvents: EventBus
  walk: IncludeRules
  scanIntervalMs: number
  /** If a larger share of the files disappears at once, they are kept until a user confirms the removal. */
  maxMissingShare: number
  /** The system's table of mounts. The default is right except in tests. */
  mountTable?: string | undefined
  /** Called after each scan and each application of changes. */
  onPass?: (() => void) | undefined
  timings?: Timings | undefined
  log: SyncLog
}

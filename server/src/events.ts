import { EventEmitter } from 'node:events'

/** How far indexing is. `ratePerSecond` and `etaSeconds` are 0 when nothing is pending. */
export interface IndexProgress {
  /** Since the present work began. */
  done: number
  failed: number
  pending: number
  ratePerSecond: number
  etaSeconds: number
}

/** What the rooms tell each other. Times in milliseconds since 1970. What a browser sees is in http/events.ts. */
export interface Events {
  fileCreated: [{ path: string; createdAt: number }]
  fileModified: [{ path: string; modifiedAt: number }]
  fileDeleted: [{ path: string }]
  fileMoved: [{ oldPath: string; newPath: string; movedAt: number }]
  /** A file can't be indexed; if it was an image before, `fileDeleted` comes as well. */
  fileFailed: [{ path: string }]
  /** A batch can be found by search now. */
  imagesIndexed: [{ count: number; toIndex: number }]
  progress: [IndexProgress]
}

export type EventBus = EventEmitter<Events>

export function createEventBus(): EventBus {
  const bus = new EventEmitter<Events>()
  // One listener for each browser that is connected.
  bus.setMaxListeners(0)
  return bus
}

import { EventEmitter } from 'node:events'

/** Progress of indexing. `ratePerSecond` and `etaSeconds` are 0 when nothing is pending. */
export interface IndexProgress {
  /** Since the present work began. */
  done: number
  failed: number
  pending: number
  ratePerSecond: number
  etaSeconds: number
}

/** Events between modules. Times in milliseconds since 1970. The events for browsers are in http/events.ts. */
export interface Events {
  fileCreated: [{ path: string; createdAt: number }]
  fileModified: [{ path: string; modifiedAt: number }]
  fileDeleted: [{ path: string }]
  fileMoved: [{ oldPath: string; newPath: string; movedAt: number }]
  /** A file can't be indexed; if it was an image before, `fileDeleted` comes as well. */
  fileFailed: [{ path: string }]
  /** A batch can be found by search now. */
  imagesIndexed: [{ count: number; toIndex: number }]
  /** Images that did not wait in the queue can be found: an upload, or files that were moved. */
  imagesUpdated: [{ count: number; toIndex: number }]
  progress: [IndexProgress]
}

export type EventBus = EventEmitter<Events>

export function createEventBus(): EventBus {
  const bus = new EventEmitter<Events>()
  // One listener for each browser that is connected.
  bus.setMaxListeners(0)
  return bus
}

/** One event of the bus, with its arguments as the emitter gave them. */
export type BusEvent = { [K in keyof Events]: { name: K; args: Events[K] } }[keyof Events]

/** An event in the order in which all browsers receive them. */
export interface PublishedEvent {
  /** undefined for momentary events, such as progress, which a browser does not need after a reconnect */
  id: string | undefined
  event: BusEvent
}

/** Events for browsers, which can be sent again after a lost connection. */
export interface EventFeed {
  /** @returns a function that stops it */
  follow(listener: (published: PublishedEvent) => void): () => void
  /** Returns the events after the one with this id; none if it is unknown or too old. */
  since(id: string): Promise<PublishedEvent[]>
}

/** Number of past events that are kept for a browser that comes back after a lost connection. */
export const MAX_KEPT_EVENTS = 1000

/** Published after the last file has left the queue without an event of its own: it failed, or was gone or unchanged. */
export const NOTHING_LEFT: BusEvent = { name: 'imagesIndexed', args: [{ count: 0, toIndex: 0 }] }

/** @returns the number of files that wait by this event; undefined if it does not name one */
export function toIndexOf(event: BusEvent): number | undefined {
  const isReport = event.name === 'imagesIndexed' || event.name === 'imagesUpdated'
  return isReport ? event.args[0].toIndex : undefined
}

const EVENT_NAMES = Object.keys({
  fileCreated: 0,
  fileModified: 0,
  fileDeleted: 0,
  fileMoved: 0,
  fileFailed: 0,
  imagesIndexed: 0,
  imagesUpdated: 0,
  progress: 0,
} satisfies Record<keyof Events, 0>) as (keyof Events)[]

/** Forwards every event of a bus. */
export function forwardAll(bus: EventBus, listener: (event: BusEvent) => void): void {
  for (const name of EVENT_NAMES)
    bus.on(name, ((...args: unknown[]) => listener({ name, args } as BusEvent)) as never)
}

/** The feed of a process that has the gallery to itself. */
export function createLocalFeed(bus: EventBus): EventFeed {
  const history: PublishedEvent[] = []
  const listeners = new Set<(published: PublishedEvent) => void>()
  // Distinguishes the ids from those of other runs of the server.
  const run = Date.now().toString(36)
  let last = 0
  let lastToIndex = 0
  const publish = (event: BusEvent) => {
    lastToIndex = toIndexOf(event) ?? lastToIndex
    const published = { id: event.name === 'progress' ? undefined : `${run}-${++last}`, event }
    if (published.id !== undefined) history.push(published)
    if (history.length > MAX_KEPT_EVENTS) history.shift()
    for (const listener of listeners) listener(published)
  }
  forwardAll(bus, publish)
  bus.on('progress', ({ pending }) => {
    if (pending === 0 && lastToIndex > 0) publish(NOTHING_LEFT)
  })
  return {
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async since(id) {
      const at = history.findIndex((published) => published.id === id)
      return at < 0 ? [] : history.slice(at + 1)
    },
  }
}

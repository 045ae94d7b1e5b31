import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import {
  type BusEvent,
  type EventBus,
  type EventFeed,
  forwardAll,
  MAX_KEPT_EVENTS,
  NOTHING_LEFT,
  type PublishedEvent,
  toIndexOf,
} from '../events.ts'
import type { Log } from '../log.ts'
import type { EventTable } from './tables/event-table.ts'

export interface EventRelay {
  readonly feed: EventFeed
  /** Checks for new events: after a notification, or when one may have been missed. */
  look(): void
  close(): Promise<void>
}

export interface EventRelayOptions {
  /** Returns the number of files that wait in all processes. */
  pending: () => number
  waitForReplicas: () => Promise<void>
  /** Whether an error is due to an outage of the database, which is logged elsewhere. */
  isOutage: (error: unknown) => boolean
  log: Pick<Log, 'warn'>
  /** Bounds the memory while the database is unavailable. Above it, the oldest waiting events are dropped. */
  maxUnpublished?: number
}

const FLUSH_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000
const MAX_UNPUBLISHED = 100_000
/** A notification may be lost with a connection. */
const LOOK_EVERY_MS = 5_000

/**
 * Publishes the events of all processes on every server, in one order.
 * @param localEvents events of this process
 * @param allEvents receives the events of all processes
 */
export function openEventRelay(
  table: EventTable,
  localEvents: EventBus,
  allEvents: EventBus,
  options: EventRelayOptions,
): EventRelay {
  return new TableEventRelay(table, localEvents, allEvents, options)
}

class TableEventRelay implements EventRelay {
  readonly #table: EventTable
  readonly #localEvents: EventBus
  readonly #allEvents: EventBus
  readonly #pending
  readonly #waitForReplicas
  readonly #isOutage
  readonly #log
  /** Events that wait for the next statement; those of the current one are no longer among them. */
  readonly #unpublished: BusEvent[] = []
  readonly #listeners = new Set<(published: PublishedEvent) => void>()
  #flushing: Promise<void> | undefined
  #looking: Promise<void> | undefined
  #isStale = false
  #isClosed = false
  #starting: Promise<void> | undefined
  #last = 0
  /** Pending files in the last published event that names them. */
  #lastToIndex = 0
  readonly #timer
  readonly feed: EventFeed = {
    follow: (listener) => {
      this.#listeners.add(listener)
      return () => this.#listeners.delete(listener)
    },
    since: (id) => this.#since(id),
  }

  constructor(
    table: EventTable,
    localEvents: EventBus,
    allEvents: EventBus,
    { pending, waitForReplicas, isOutage, log, maxUnpublished = MAX_UNPUBLISHED }: EventRelayOptions,
  ) {
    this.#table = table
    this.#localEvents = localEvents
    this.#allEvents = allEvents
    this.#pending = pending
    this.#waitForReplicas = waitForReplicas
    this.#isOutage = isOutage
    this.#log = log
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS)
    forwardAll(this.#localEvents, (event) => {
      // Each process computes the overall progress itself.
      if (event.name === 'progress') return
      this.#unpublished.push(this.#withAllPending(event))
      if (this.#unpublished.length > maxUnpublished) this.#unpublished.shift()
      this.#flushing ??= this.#flush()
    })
    // Each process measures progress itself, and it is not needed later.
    this.#allEvents.on('progress', (progress) => {
      this.#publish({ id: undefined, event: { name: 'progress', args: [progress] } })
      // Jobs end shortly after their images are published, so the last batch may have been published with some pending.
      if (progress.pending === 0 && this.#lastToIndex > 0)
        this.#publish({ id: undefined, event: NOTHING_LEFT })
    })
  }

  async #since(id: string): Promise<PublishedEvent[]> {
    if (!/^\d{1,15}$/.test(id)) return []
    await this.#start()
    const events = await this.#table.after(Number(id), MAX_KEPT_EVENTS + 1)
    // An incomplete list would leave a gap, so the page reloads everything instead.
    if (events.length > MAX_KEPT_EVENTS) return []
    if (events.length > 0) await this.#waitForReplicas()
    return events.map(toPublished)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    await this.#flushing
    await this.#looking
  }

  /** Replaces the number of pending files of one process by that of all; the images of the event no longer count. */
  #withAllPending(event: BusEvent): BusEvent {
    if (event.name !== 'imagesIndexed' && event.name !== 'imagesUpdated') return event
    const [{ count }] = event.args
    const isQueued = event.name === 'imagesIndexed'
    const toIndex = Math.max(0, this.#pending() - (isQueued ? count : 0))
    return { ...event, args: [{ count, toIndex }] }
  }

  async #flush(): Promise<void> {
    await sleep(FLUSH_AFTER_MS)
    while (this.#unpublished.length > 0) await this.#append(this.#unpublished.splice(0))
    this.#flushing = undefined
  }

  /** Repeats until the events are stored or the relay is closed. */
  async #append(events: readonly BusEvent[]): Promise<void> {
    for (;;) {
      try {
        await this.#start()
        return await this.#table.append(events.map(({ name, args }) => ({ name, data: args })))
      } catch {
        if (this.#isClosed) return
        await sleep(RETRY_AFTER_MS)
      }
    }
  }

  look(): void {
    this.#isStale = true
    if (this.#isClosed) return
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined
      if (this.#isStale) this.look()
    })
  }

  /**
   * Determines the last event before this process started. It comes before any request for past events, so that newer ones are
   * published only once, and before the first event of this process, so that none of these is taken for a past one.
   */
  #start(): Promise<void> {
    this.#starting ??= this.#table.last().then(
      (id) => {
        this.#last = id
      },
      (error) => {
        this.#starting = undefined
        throw error
      },
    )
    return this.#starting
  }

  async #read(): Promise<void> {
    this.#isStale = false
    try {
      await this.#start()
      for (;;) {
        const events = await this.#table.after(this.#last, MAX_KEPT_EVENTS)
        // A browser requests changed data at once, so every replica must have it.
        if (events.length > 0) await this.#waitForReplicas()
        for (const event of events) {
          this.#last = event.id
          const published = toPublished(event)
          this.#allEvents.emit(published.event.name, ...(published.event.args as never))
          this.#publish(published)
        }
        if (events.length < MAX_KEPT_EVENTS) return
      }
    } catch (error) {
      if (!this.#isOutage(error)) this.#log.warn(`Events could not be read: ${messageOf(error)}`)
    }
  }

  #publish(published: PublishedEvent): void {
    this.#lastToIndex = toIndexOf(published.event) ?? this.#lastToIndex
    for (const listener of this.#listeners) listener(published)
  }
}

function toPublished({ id, name, data }: { id: number; name: string; data: unknown }): PublishedEvent {
  return { id: String(id), event: { name, args: data } as BusEvent }
}

import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BusEvent,
  type EventBus,
  type EventFeed,
  forwardAll,
  MAX_KEPT_EVENTS,
  type PublishedEvent,
} from '../events.ts'
import type { EventTable } from './tables/event-table.ts'

export interface EventRelay {
  readonly feed: EventFeed
  /** Somebody has told something, or may have while nobody could be heard. */
  look(): void
  close(): Promise<void>
}

const FLUSH_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000
const MAX_UNPUBLISHED = 100_000
/** What is notified may be lost with a connection. */
const LOOK_EVERY_MS = 5_000

/**
 * What happens in any process is told by every server, in one order.
 * @param own what happens in this process
 * @param shown hears what happens in all of them
 */
export function openEventRelay(
  table: EventTable,
  localEvents: EventBus,
  allEvents: EventBus,
  {
    pending,
    waitForReplicas,
    log,
  }: { pending: () => number; waitForReplicas: () => Promise<void>; log: { warn(message: string): void } },
): EventRelay {
  const unpublished: BusEvent[] = []
  const listeners = new Set<(published: PublishedEvent) => void>()
  let flushing: Promise<void> | undefined
  let looking: Promise<void> | undefined
  let isStale = false
  let isClosed = false
  let starting: Promise<void> | undefined
  let last = 0
  /** Pending files in the last published event that names them. */
  let lastToIndex = 0
  const timer = setInterval(look, LOOK_EVERY_MS)

  forwardAll(localEvents, (event) => {
    // Progress is what each process makes of the others' work.
    if (event.name === 'progress') return
    unpublished.push(withAllPending(event))
    if (unpublished.length > MAX_UNPUBLISHED) unpublished.shift()
    flushing ??= flush()
  })
  // Each process measures progress itself, and nobody needs it later.
  allEvents.on('progress', (progress) => {
    publish({ id: undefined, event: { name: 'progress', args: [progress] } })
    if (progress.pending === 0 && lastToIndex > 0) publishEmptyQueue()
  })

  return {
    feed: {
      follow(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async since(id) {
        if (!/^\d{1,15}$/.test(id)) return []
        await start()
        const events = await table.after(Number(id), MAX_KEPT_EVENTS + 1)
        // Rather none than some of them with a gap after.
        if (events.length > MAX_KEPT_EVENTS) return []
        if (events.length > 0) await waitForReplicas()
        return events.map(toPublished)
      },
    },
    look,
    async close() {
      isClosed = true
      clearInterval(timer)
      await flushing
      await looking
    },
  }

  /** Replaces the number of pending files of one process by that of all; the images of the event no longer count. */
  function withAllPending(event: BusEvent): BusEvent {
    if (event.name !== 'imagesIndexed' && event.name !== 'imagesUpdated') return event
    const [{ count }] = event.args
    const isQueued = event.name === 'imagesIndexed'
    const toIndex = Math.max(0, pending() - (isQueued ? count : 0))
    return { ...event, args: [{ count, toIndex }] }
  }

  /** Jobs end shortly after their images are published, so the last batch may have been published with some pending. */
  function publishEmptyQueue(): void {
    lastToIndex = 0
    publish({ id: undefined, event: { name: 'imagesIndexed', args: [{ count: 0, toIndex: 0 }] } })
  }

  async function flush(): Promise<void> {
    await sleep(FLUSH_AFTER_MS)
    while (unpublished.length > 0) {
      const events = unpublished.slice()
      try {
        await table.append(events.map(({ name, args }) => ({ name, data: args })))
        unpublished.splice(0, events.length)
      } catch {
        if (isClosed) break
        await sleep(RETRY_AFTER_MS)
      }
    }
    flushing = undefined
  }

  function look(): void {
    isStale = true
    if (isClosed) return
    looking ??= read().finally(() => {
      looking = undefined
      if (isStale) look()
    })
  }

  /** Sets what is the past. Whoever asks for what was told since some event is told everything later, so it comes first. */
  function start(): Promise<void> {
    starting ??= table.last().then(
      (id) => {
        last = id
      },
      (error) => {
        starting = undefined
        throw error
      },
    )
    return starting
  }

  async function read(): Promise<void> {
    isStale = false
    try {
      await start()
      for (;;) {
        const events = await table.after(last, MAX_KEPT_EVENTS)
        // Whoever is told of something looks for it at once.
        if (events.length > 0) await waitForReplicas()
        for (const event of events) {
          last = event.id
          const published = toPublished(event)
          allEvents.emit(published.event.name, ...(published.event.args as never))
          const { name, args } = published.event
          if (name === 'imagesIndexed' || name === 'imagesUpdated') lastToIndex = args[0].toIndex
          publish(published)
        }
        if (events.length < MAX_KEPT_EVENTS) return
      }
    } catch (error) {
      log.warn(`Events could not be read: ${error}`)
    }
  }

  function publish(published: PublishedEvent): void {
    for (const listener of listeners) listener(published)
  }
}

function toPublished({ id, name, data }: { id: number; name: string; data: unknown }): PublishedEvent {
  return { id: String(id), event: { name, args: data } as BusEvent }
}

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
  const timer = setInterval(look, LOOK_EVERY_MS)

  forwardAll(localEvents, (event) => {
    // Progress is what each process makes of the others' work.
    if (event.name === 'progress') return
    unpublished.push(withAllPending(event))
    if (unpublished.length > MAX_UNPUBLISHED) unpublished.shift()
    flushing ??= flush()
  })
  // Not told by others, and only now.
  allEvents.on('progress', (progress) =>
    publish({ id: undefined, event: { name: 'progress', args: [progress] } }),
  )

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

  /** How much is left in all, not just in this process. */
  function withAllPending(event: BusEvent): BusEvent {
    if (event.name !== 'imagesIndexed') return event
    return { ...event, args: [{ ...event.args[0], toIndex: pending() }] }
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

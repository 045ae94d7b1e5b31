import { setTimeout as sleep } from 'node:timers/promises'
import {
  type BusEvent,
  type EventBus,
  type EventFeed,
  followAll,
  KEPT_EVENTS,
  type ToldEvent,
} from '../events.ts'
import type { SharedStorage } from '../storage/open-storage.ts'

export interface SharedEvents {
  readonly feed: EventFeed
  /** Somebody has told something, or may have while nobody could be heard. */
  look(): void
  close(): Promise<void>
}

const FLUSH_AFTER_MS = 20
const RETRY_AFTER_MS = 1_000
const MOST_UNTOLD = 100_000
/** What is notified may be lost with a connection. */
const LOOK_EVERY_MS = 5_000

/**
 * What happens in any process is told by every server, in one order.
 * @param own what happens in this process
 * @param shown hears what happens in all of them
 */
export function openSharedEvents(
  table: SharedStorage['events'],
  own: EventBus,
  shown: EventBus,
  {
    pending,
    untilReadable,
    log,
  }: { pending: () => number; untilReadable: () => Promise<void>; log: { warn(message: string): void } },
): SharedEvents {
  const untold: BusEvent[] = []
  const listeners = new Set<(told: ToldEvent) => void>()
  let flushing: Promise<void> | undefined
  let looking: Promise<void> | undefined
  let isStale = false
  let isClosed = false
  let starting: Promise<void> | undefined
  let last = 0
  const timer = setInterval(look, LOOK_EVERY_MS)

  followAll(own, (event) => {
    // Progress is what each process makes of the others' work.
    if (event.name === 'progress') return
    untold.push(withAllPending(event))
    if (untold.length > MOST_UNTOLD) untold.shift()
    flushing ??= flush()
  })
  // Not told by others, and only now.
  shown.on('progress', (progress) => tell({ id: undefined, event: { name: 'progress', args: [progress] } }))

  return {
    feed: {
      follow(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async since(id) {
        if (!/^\d{1,15}$/.test(id)) return []
        await start()
        const events = await table.after(Number(id), KEPT_EVENTS + 1)
        // Rather none than some of them with a gap after.
        if (events.length > KEPT_EVENTS) return []
        if (events.length > 0) await untilReadable()
        return events.map(toTold)
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
    while (untold.length > 0) {
      const events = untold.slice()
      try {
        await table.append(events.map(({ name, args }) => ({ name, data: args })))
        untold.splice(0, events.length)
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
        const events = await table.after(last, KEPT_EVENTS)
        // Whoever is told of something looks for it at once.
        if (events.length > 0) await untilReadable()
        for (const event of events) {
          last = event.id
          const told = toTold(event)
          shown.emit(told.event.name, ...(told.event.args as never))
          tell(told)
        }
        if (events.length < KEPT_EVENTS) return
      }
    } catch (error) {
      log.warn(`Events could not be read: ${error}`)
    }
  }

  function tell(told: ToldEvent): void {
    for (const listener of listeners) listener(told)
  }
}

function toTold({ id, name, data }: { id: number; name: string; data: unknown }): ToldEvent {
  return { id: String(id), event: { name, args: data } as BusEvent }
}

import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { Handlers, HttpEnv } from '../contract/routes.ts'
import { DomainError } from '../errors.ts'
import type { BusEvent, EventFeed, Events, PublishedEvent } from '../events.ts'
import type { eventContract, ServerEvents } from './contract/events.ts'

const KEEP_ALIVE_MS = 15_000
/**
 * Events that may wait for a slow client. Above it the connection is closed. When the client connects again, it is sent the events
 * after the last one that it received if these are at most `MAX_KEPT_EVENTS`, otherwise none: a client that reconnects has to read
 * again what it shows, as the page does.
 */
const MAX_WAITING = 5_000
/** Open streams. Each page that is open has one. */
const MAX_STREAMS = 2_000
const RETRY_AFTER_S = 10

const iso = (milliseconds: number) => new Date(milliseconds).toISOString()

function indexedData({ count, toIndex }: { count: number; toIndex: number }) {
  return { count, to_index: toIndex }
}

/** Converts an event of the server to one for clients. */
type Translation<Args extends unknown[]> = {
  [Name in keyof ServerEvents]: { event: Name; data: (...args: Args) => ServerEvents[Name] }
}[keyof ServerEvents]

const TRANSLATIONS: { [K in keyof Events]: Translation<Events[K]> } = {
  fileCreated: {
    event: 'FileCreatedEvent',
    data: ({ path, createdAt }) => ({ path, created_at: iso(createdAt) }),
  },
  fileModified: {
    event: 'FileModifiedEvent',
    data: ({ path, modifiedAt }) => ({ path, modified_at: iso(modifiedAt) }),
  },
  fileDeleted: { event: 'FileDeletedEvent', data: ({ path }) => ({ path }) },
  fileMoved: {
    event: 'FileMovedEvent',
    data: ({ oldPath, newPath, movedAt }) => ({
      old_path: oldPath,
      new_path: newPath,
      moved_at: iso(movedAt),
    }),
  },
  fileFailed: { event: 'FileFailedEvent', data: ({ path }) => ({ path }) },
  imagesIndexed: { event: 'ImagesIndexedEvent', data: indexedData },
  imagesUpdated: { event: 'ImagesIndexedEvent', data: indexedData },
  progress: {
    event: 'IndexProgressEvent',
    data: ({ done, failed, pending, ratePerSecond, etaSeconds }) => ({
      indexed: done,
      failed,
      pending,
      rate_per_s: ratePerSecond,
      eta_s: etaSeconds,
    }),
  },
}

export function eventHandlers(
  feed: EventFeed,
  { maxStreams = MAX_STREAMS } = {},
): Handlers<typeof eventContract> {
  let open = 0
  return {
    stream(context) {
      if (open >= maxStreams)
        throw new DomainError('unavailable', 'Too many clients receive the events of this server.', {
          retryAfterS: RETRY_AFTER_S,
        })
      return stream(context, feed, (change) => {
        open += change
      })
    },
  }
}

/** @param count called with 1 when a stream begins, and with -1 when it ends */
function stream(context: Context<HttpEnv>, feed: EventFeed, count: (change: 1 | -1) => void): Response {
  context.header('X-Accel-Buffering', 'no')
  // The stream would never be read, and therefore never end.
  if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'text/event-stream' })
  return streamSSE(context, async (sse) => {
    count(1)
    const waiting: PublishedEvent[] = []
    // Events that are read again for a client that reconnects may also arrive later from a server that lags.
    let readAgain = new Set<string>()
    const isNew = ({ id }: PublishedEvent) => id === undefined || !readAgain.delete(id)
    let wake: (() => void) | undefined
    const stop = feed.follow((published) => {
      if (!isNew(published)) return
      waiting.push(published)
      if (waiting.length > MAX_WAITING) {
        waiting.length = 0
        stop()
        sse.abort()
      }
      wake?.()
    })
    sse.onAbort(() => wake?.())
    try {
      await sse.write(': connected\n\n')
      const lastId = context.req.header('last-event-id')
      if (lastId !== undefined) {
        const missed = await feed.since(lastId)
        readAgain = new Set(missed.flatMap(({ id }) => id ?? []))
        waiting.splice(0, waiting.length, ...missed, ...waiting.filter(isNew))
      }
      let checkedAt = performance.now()
      while (!sse.aborted) {
        // The stream ends for a user who has signed out or was removed.
        if (performance.now() - checkedAt >= KEEP_ALIVE_MS) {
          checkedAt = performance.now()
          if ((await context.get('isStillSignedIn')?.()) === false) return
        }
        const published = waiting.shift()
        if (published !== undefined) {
          await sse.writeSSE({
            ...(published.id !== undefined && { id: published.id }),
            ...translate(published.event),
          })
          continue
        }
        const isWoken = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), checkedAt + KEEP_ALIVE_MS - performance.now())
          wake = () => {
            clearTimeout(timer)
            resolve(true)
          }
        })
        if (!isWoken && !sse.aborted) await sse.write(': still here\n\n')
      }
    } finally {
      stop()
      count(-1)
    }
  })
}

function translate<K extends keyof Events>(published: BusEvent): { event: string; data: string } {
  const { event, data } = TRANSLATIONS[published.name as K]
  return { event, data: JSON.stringify(data(...(published.args as Events[K]))) }
}

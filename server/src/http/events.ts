import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { BusEvent, EventFeed, Events, PublishedEvent } from '../events.ts'
import { createRouter, type HttpEnv, type Router, route } from './routing.ts'

const KEEP_ALIVE_MS = 15_000
/** A browser that reads slower than things happen is cut off; it reconnects and goes on from the last event that it was told, if that is not too long ago. */
const MAX_WAITING = 5_000

const iso = (milliseconds: number) => new Date(milliseconds).toISOString()

/** The smaller event map that browsers see. */
const TRANSLATIONS: { [K in keyof Events]: { event: string; data: (...args: Events[K]) => object } } = {
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
  imagesIndexed: {
    event: 'ImagesIndexedEvent',
    data: ({ count, toIndex }) => ({ count, to_index: toIndex }),
  },
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

export function eventRoutes(feed: EventFeed): Router {
  const router = createRouter()
  router.openapi(
    route('user', {
      method: 'get',
      path: '/events',
      summary: 'What happens in the folder and the index, as Server-Sent Events',
      responses: {
        200: { description: 'A stream of events.', content: { 'text/event-stream': { schema: {} } } },
      },
    }),
    (context) => stream(context),
  )
  return router

  function stream(context: Context<HttpEnv>): Response {
    context.header('X-Accel-Buffering', 'no')
    // Nobody would read, and so end, the stream.
    if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'text/event-stream' })
    return streamSSE(context, async (sse) => {
      const waiting: PublishedEvent[] = []
      // What is read again for a browser that comes back may be told afterwards too, by a server that lags behind.
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
        let checkedAt = Date.now()
        while (!sse.aborted) {
          // Who is signed out, or removed, learns of nothing more.
          if (Date.now() - checkedAt >= KEEP_ALIVE_MS) {
            checkedAt = Date.now()
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
            const timer = setTimeout(() => resolve(false), KEEP_ALIVE_MS)
            wake = () => {
              clearTimeout(timer)
              resolve(true)
            }
          })
          if (!isWoken && !sse.aborted) await sse.write(': still here\n\n')
        }
      } finally {
        stop()
      }
    })
  }
}

function translate<K extends keyof Events>(published: BusEvent): { event: string; data: string } {
  const { event, data } = TRANSLATIONS[published.name as K]
  return { event, data: JSON.stringify(data(...(published.args as Events[K]))) }
}

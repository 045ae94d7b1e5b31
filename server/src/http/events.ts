import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { EventBus, Events } from '../events.ts'
import { createRouter, type HttpEnv, type Router, route } from './routing.ts'

interface BrowserEvent {
  id: string
  event: string
  data: string
}

/** How many past events are kept for a browser that comes back after a lost connection. */
const KEPT_EVENTS = 1000
const KEEP_ALIVE_MS = 15_000
/** A browser that reads slower than things happen is cut off; it reconnects and starts from the present. */
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

export function eventRoutes(bus: EventBus): Router {
  const router = createRouter()
  const history: BrowserEvent[] = []
  const listeners = new Set<(event: BrowserEvent) => void>()
  // Ids of another run of the server must not be taken for this one's.
  const run = Date.now().toString(36)
  let last = 0

  const publish = (event: string, data: object) => {
    const entry = { id: `${run}-${++last}`, event, data: JSON.stringify(data) }
    history.push(entry)
    if (history.length > KEPT_EVENTS) history.shift()
    for (const listener of listeners) listener(entry)
  }
  for (const name of Object.keys(TRANSLATIONS) as (keyof Events)[]) follow(name)

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

  function follow<K extends keyof Events>(name: K): void {
    const { event, data } = TRANSLATIONS[name]
    bus.on(name, ((...args: Events[K]) => publish(event, data(...args))) as never)
  }

  function missedBy(lastEventId: string | undefined): BrowserEvent[] {
    const at = history.findIndex(({ id }) => id === lastEventId)
    return at < 0 ? [] : history.slice(at + 1)
  }

  function stream(context: Context<HttpEnv>): Response {
    context.header('X-Accel-Buffering', 'no')
    return streamSSE(context, async (sse) => {
      const waiting = missedBy(context.req.header('last-event-id'))
      let wake: (() => void) | undefined
      const listener = (event: BrowserEvent) => {
        waiting.push(event)
        if (waiting.length > MAX_WAITING) {
          waiting.length = 0
          listeners.delete(listener)
          sse.abort()
        }
        wake?.()
      }
      listeners.add(listener)
      sse.onAbort(() => wake?.())
      try {
        await sse.write(': connected\n\n')
        let checkedAt = Date.now()
        while (!sse.aborted) {
          // Who is signed out, or removed, learns of nothing more.
          if (Date.now() - checkedAt >= KEEP_ALIVE_MS) {
            checkedAt = Date.now()
            if ((await context.get('isStillSignedIn')?.()) === false) return
          }
          const event = waiting.shift()
          if (event !== undefined) {
            await sse.writeSSE(event)
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
        listeners.delete(listener)
      }
    })
  }
}

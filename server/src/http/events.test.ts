import { Hono } from 'hono'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { HttpEnv } from '../contract/routes.ts'
import { createEventBus, createLocalFeed, type EventFeed, type PublishedEvent } from '../events.ts'
import { readEventStream } from '../testing/event-stream.ts'
import { eventContract, SERVER_EVENTS } from './contract/events.ts'
import { respondWithError } from './errors.ts'
import { eventHandlers } from './events.ts'
import { mount } from './routing.ts'

const created = (id: number): PublishedEvent => ({
  id: String(id),
  event: { name: 'fileCreated', args: [{ path: `${id}.png`, createdAt: 0 }] },
})

interface RouterOptions {
  maxStreams?: number
  isStillSignedIn?: () => Promise<boolean>
}

/** Opens the stream of a client with a session. */
function openRouter(
  feed: EventFeed,
  { isStillSignedIn = async () => true, ...options }: RouterOptions = {},
): Hono<HttpEnv> {
  const router = new Hono<HttpEnv>()
  router.use(async (context, next) => {
    context.set('role', 'user')
    context.set('isStillSignedIn', isStillSignedIn)
    await next()
  })
  router.onError((error, context) => respondWithError(error, context, () => {}))
  mount(router, eventContract, eventHandlers(feed, options))
  return router
}

async function listen(feed: EventFeed, lastId: string, method = 'GET'): Promise<Response> {
  return openRouter(feed).request('/api/fs/events', { method, headers: { 'last-event-id': lastId } })
}

/** Reads a stream until it has shown this number of events. */
async function readIds(response: Response, count: number): Promise<(string | undefined)[]> {
  const stream = await readEventStream(response)
  await expect.poll(() => stream.events.length).toBeGreaterThanOrEqual(count)
  await stream.close()
  return stream.events.map(({ id }) => id)
}

it('sends no events for a HEAD request', async () => {
  let followers = 0
  const local = createLocalFeed(createEventBus())
  const feed: EventFeed = {
    ...local,
    follow(listener) {
      followers++
      return local.follow(listener)
    },
  }
  const response = await listen(feed, '', 'HEAD')
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(followers).toBe(0)
  await (await listen(feed, '')).body!.cancel()
  expect(followers).toBe(1)
})

it('rejects further streams while too many are open, and accepts them again when others have ended', async () => {
  const router = openRouter(createLocalFeed(createEventBus()), { maxStreams: 2 })
  const open = async () => router.request('/api/fs/events')
  const [first] = [await open(), await open()]
  const rejected = await open()
  expect([rejected.status, rejected.headers.get('retry-after')]).toEqual([503, '10'])
  expect(await rejected.json()).toMatchObject({ code: 'unavailable' })
  await first.body!.cancel()
  await expect.poll(async () => (await open()).status).toBe(200)
  expect((await open()).status).toBe(503)
})

it('ends within 15 seconds after the user has lost access, also between events', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const bus = createEventBus()
  let hasAccess = true
  const router = openRouter(createLocalFeed(bus), { isStillSignedIn: async () => hasAccess })
  const ended = (await router.request('/api/fs/events')).text()
  const onEnd = vi.fn()
  void ended.then(onEnd)
  await vi.advanceTimersByTimeAsync(10_000)
  bus.emit('fileDeleted', { path: 'a.png' })
  hasAccess = false
  expect(onEnd).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(onEnd).toHaveBeenCalledWith(expect.stringContaining('"a.png"'))
})

it('sends each event once to a browser that reconnects, also if events are published while it reads earlier ones', async () => {
  const listeners = new Set<(published: PublishedEvent) => void>()
  const tell = (id: number) => {
    for (const listener of listeners) listener(created(id))
  }
  const asked = Promise.withResolvers<void>()
  const read = Promise.withResolvers<PublishedEvent[]>()
  const lagging: EventFeed = {
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    since() {
      asked.resolve()
      return read.promise
    },
  }
  const response = await listen(lagging, '1')
  const ids = readIds(response, 5)
  await asked.promise
  tell(2)
  read.resolve([2, 3, 4].map(created))
  await read.promise
  await new Promise(setImmediate)
  for (const id of [3, 4, 5, 6]) tell(id)
  expect(await ids).toEqual(['2', '3', '4', '5', '6'])
})

it('starts from the present if the last event is of another run of the server', async () => {
  const bus = createEventBus()
  const response = await listen(createLocalFeed(bus), 'another-1')
  bus.emit('fileDeleted', { path: 'a.png' })
  expect(await readIds(response, 1)).toHaveLength(1)
})

it('sends the data that the document describes', async () => {
  const bus = createEventBus()
  const stream = await readEventStream(await listen(createLocalFeed(bus), ''))
  bus.emit('fileCreated', { path: 'a.png', createdAt: 0 })
  bus.emit('fileModified', { path: 'a.png', modifiedAt: 1 })
  bus.emit('fileMoved', { oldPath: 'a.png', newPath: 'b.png', movedAt: 2 })
  bus.emit('fileFailed', { path: 'b.png' })
  bus.emit('imagesIndexed', { count: 1, toIndex: 2 })
  bus.emit('progress', { done: 1, failed: 1, pending: 2, ratePerSecond: 0.5, etaSeconds: 4 })
  bus.emit('fileDeleted', { path: 'b.png' })
  await stream.next('FileDeletedEvent')
  const names = stream.events.map(({ name }) => name as keyof typeof SERVER_EVENTS)
  expect([...names].sort()).toEqual(Object.keys(SERVER_EVENTS).sort())
  for (const [n, name] of names.entries()) SERVER_EVENTS[name].strict().parse(stream.events[n]!.data)
})

it('reports that nothing is left after files have left the queue without an event of their own', async () => {
  const bus = createEventBus()
  const stream = await readEventStream(await listen(createLocalFeed(bus), ''))
  const progress = { done: 1, failed: 0, ratePerSecond: 0, etaSeconds: 0 }
  bus.emit('progress', { ...progress, pending: 0 })
  bus.emit('imagesIndexed', { count: 1, toIndex: 2 })
  bus.emit('progress', { ...progress, pending: 2 })
  for (let n = 0; n < 2; n++) bus.emit('progress', { ...progress, pending: 0 })
  bus.emit('fileDeleted', { path: 'a.png' })
  await stream.next('FileDeletedEvent')
  expect(stream.events.flatMap(({ data }) => data.to_index ?? [])).toEqual([2, 0])
  await stream.close()
})

import { readFile } from 'node:fs/promises'
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'

const ORIGIN = 'https://gallery.test'
const script = await readFile(new URL('../public/sw.js', import.meta.url), 'utf8')

/** The caches of a browser, with a limit for all of them. */
class Caches {
  readonly all = new Map<string, Map<string, Response>>()
  maxEntries = Number.POSITIVE_INFINITY

  async open(name: string) {
    const entries = this.all.get(name) ?? new Map<string, Response>()
    this.all.set(name, entries)
    const urlOf = (key: string | Request) => new URL(typeof key === 'string' ? key : key.url, ORIGIN).href
    return {
      match: async (key: string | Request) => entries.get(urlOf(key))?.clone(),
      put: async (key: string | Request, response: Response) => {
        const count = [...this.all.values()].reduce((sum, { size }) => sum + size, 0)
        if (count >= this.maxEntries) throw new DOMException('Quota exceeded.', 'QuotaExceededError')
        entries.set(urlOf(key), response)
      },
      keys: async () => [...entries.keys()].map((url) => new Request(url)),
      delete: async (key: string | Request) => entries.delete(urlOf(key)),
    }
  }

  async delete(name: string) {
    return this.all.delete(name)
  }
}

/** Like in a worker, addresses are relative to its own. */
class WorkerResponse extends Response {
  static override redirect(url: string, status?: number) {
    return Response.redirect(new URL(url, ORIGIN), status)
  }
}

let caches: Caches
/** The answers of the server by path; undefined while it can’t be reached. */
let server: ((path: string) => Response) | undefined
/** @returns the answer that the page receives */
let request: (path: string, init?: RequestInit) => Promise<Response>

beforeEach(() => {
  caches = new Caches()
  const listeners = new Map<string, (event: object) => void>()
  runInNewContext(script, {
    ...{ URL, Request, Response: WorkerResponse, File, caches, console: { info() {} } },
    registration: { scope: `${ORIGIN}/` },
    location: new URL(`${ORIGIN}/sw.js`),
    addEventListener: (name: string, listener: (event: object) => void) => listeners.set(name, listener),
    fetch: async ({ url }: Request) => {
      if (server === undefined) throw new TypeError('Failed to fetch')
      return server(new URL(url).pathname)
    },
  })
  request = async (path, init) => {
    const sent = new Request(ORIGIN + path, init)
    // Only a browser can navigate.
    if (path === '/') Object.defineProperty(sent, 'mode', { value: 'navigate' })
    let answer: Promise<Response> | undefined
    const respondWith = (response: Promise<Response>) => {
      answer = response
    }
    listeners.get('fetch')!({ request: sent, respondWith })
    return answer!
  }
})

/** A version of the page with one script. */
const version = (name: string) => (path: string) => {
  if (path === '/') return new Response(`page ${name}`)
  if (path === `/assets/${name}.js`) return new Response(`script ${name}`)
  return new Response(undefined, { status: 404 })
}
const textOf = async (path: string) => (await request(path)).text()

describe('the service worker', () => {
  it('answers with the files of the server on a full disk', async () => {
    caches.maxEntries = 0
    server = version('one')
    expect([await textOf('/'), await textOf('/assets/one.js')]).toEqual(['page one', 'script one'])
  })

  it('answers with a new version on a disk that became full, and keeps the former one for the time without the server', async () => {
    server = version('one')
    await textOf('/')
    await textOf('/assets/one.js')
    caches.maxEntries = 0
    server = version('two')
    expect([await textOf('/'), await textOf('/assets/two.js')]).toEqual(['page two', 'script two'])
    server = undefined
    expect([await textOf('/'), await textOf('/assets/one.js')]).toEqual(['page one', 'script one'])
  })

  it('keeps a new version in place of the former one', async () => {
    for (const name of ['one', 'two']) {
      server = version(name)
      await textOf('/')
      await textOf(`/assets/${name}.js`)
    }
    server = undefined
    expect([await textOf('/'), await textOf('/assets/two.js')]).toEqual(['page two', 'script two'])
    await expect(textOf('/assets/one.js')).rejects.toThrow('Failed to fetch')
  })

  it('keeps a shared picture on a full disk, in place of the files of the page', async () => {
    server = version('one')
    await textOf('/')
    caches.maxEntries = 1
    const body = new FormData()
    body.set('picture', new File(['dots'], 'picture.png'))
    expect((await request('/share', { method: 'POST', body })).status).toBe(303)
    const shared = await (await caches.open('shared-picture /')).match('/share')
    expect(await shared?.text()).toBe('dots')
  })

  it.each([502, 503, 504])('opens the page while a proxy answers %i', async (status) => {
    const away = () => new Response('away', { status })
    server = away
    expect((await request('/')).status).toBe(status)
    server = version('one')
    await textOf('/')
    server = away
    expect(await textOf('/')).toBe('page one')
  })
})

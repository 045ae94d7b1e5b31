/** The service worker of the installed page: it starts without the server, and receives pictures that are shared to it. */

/** `/`, or the path below which a proxy publishes the page. */
const FOLDER = new URL(registration.scope).pathname
const SHARE = `${FOLDER}share`
const SHELL = `shell ${FOLDER}`
const SHARED = `shared-picture ${FOLDER}`
const FILES = ['theme.js', 'icon.svg', 'manifest.webmanifest']
/** Answers of a proxy while the server is away. */
const AWAY = [502, 503, 504]

addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin || !url.pathname.startsWith(FOLDER)) return
  const path = url.pathname.slice(FOLDER.length)
  if (request.method === 'POST' && url.pathname === SHARE) event.respondWith(receive(request))
  else if (request.method !== 'GET') return
  // Documents of the server, such as the description of its API, are other pages.
  else if (request.mode === 'navigate' && path === '') event.respondWith(newest(request, FOLDER))
  else if (path.startsWith('assets/')) event.respondWith(asset(request))
  else if (FILES.includes(path)) event.respondWith(newest(request, url.pathname))
})

/** Keeps a shared picture until the page, which opens next, searches with it. */
async function receive(request) {
  const picture = (await request.formData()).get('picture')
  if (picture instanceof File) {
    const store = async () => (await caches.open(SHARED)).put(SHARE, new Response(picture))
    // On a full disk it takes the room of the files of the page, which the server has.
    await store().catch(() => caches.delete(SHELL).then(store))
  }
  return Response.redirect(FOLDER, 303)
}

/** The file from the server; the one that was last seen while the server is away. */
async function newest(request, key) {
  const response = await fetch(request).catch((error) => ({ error }))
  if (response.error !== undefined || AWAY.includes(response.status)) {
    const known = await lastSeen(key)
    if (known === undefined && response.error !== undefined) throw response.error
    return known ?? response
  }
  if (response.ok && !response.redirected) await keep(key, response)
  return response
}

/** Their names contain a hash of their contents. */
async function asset(request) {
  const known = await lastSeen(request)
  if (known !== undefined) return known
  const response = await fetch(request)
  if (response.ok) await keep(request, response)
  return response
}

async function lastSeen(key) {
  try {
    return await (await caches.open(SHELL)).match(key)
  } catch (error) {
    console.info('The files of the page can not be read from the cache:', error)
  }
}

/** Stores a file of the page for the time without the server. On a full disk the page works, but needs the server to open. */
async function keep(key, response) {
  try {
    const cache = await caches.open(SHELL)
    const old = key === FOLDER ? await cache.match(key) : undefined
    const copies = [response.clone(), response.clone()]
    await cache.put(key, copies[0])
    if (old !== undefined && (await old.text()) !== (await copies[1].text())) await forgetAssets(cache)
  } catch (error) {
    console.info('The page can not be kept for the time without the server:', error)
  }
}

/** A new version of the page has other assets. */
async function forgetAssets(cache) {
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith(`${FOLDER}assets/`)) await cache.delete(request)
}

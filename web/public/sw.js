/** The service worker of the installed page: it starts without the server, and receives pictures that are shared to it. */

/** `/`, or the path below which a proxy publishes the page. */
const FOLDER = new URL(registration.scope).pathname
const SHARE = `${FOLDER}share`
const SHELL = `shell ${FOLDER}`
const SHARED = `shared-picture ${FOLDER}`
const FILES = ['theme.js', 'icon.svg', 'manifest.webmanifest']

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
    const cache = await caches.open(SHARED)
    await cache.put(SHARE, new Response(picture))
  }
  return Response.redirect(FOLDER, 303)
}

/** The file from the server; the one that was last seen while the server is away. */
async function newest(request, key) {
  const cache = await caches.open(SHELL)
  try {
    const response = await fetch(request)
    if (response.ok && !response.redirected) {
      if (key === FOLDER) await forgetOldAssets(cache, response.clone())
      await cache.put(key, response.clone())
    }
    return response
  } catch (error) {
    const known = await cache.match(key)
    if (known === undefined) throw error
    return known
  }
}

/** Their names contain a hash of their contents. */
async function asset(request) {
  const cache = await caches.open(SHELL)
  const known = await cache.match(request)
  if (known !== undefined) return known
  const response = await fetch(request)
  if (response.ok) await cache.put(request, response.clone())
  return response
}

/** A new version of the page has other assets. */
async function forgetOldAssets(cache, response) {
  const known = await cache.match(FOLDER)
  if (known === undefined || (await known.text()) === (await response.text())) return
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith(`${FOLDER}assets/`)) await cache.delete(request)
}

/** The service worker of the installed page: it starts without the server, and receives pictures that are shared to it. */
const SHELL = 'shell'
const SHARED = 'shared-picture'

addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (url.origin !== location.origin) return
  if (request.method === 'POST' && url.pathname === '/share') event.respondWith(receive(request))
  else if (request.method !== 'GET') return
  else if (request.mode === 'navigate' && !url.pathname.startsWith('/api/')) event.respondWith(page(request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (['/theme.js', '/icon.svg', '/manifest.webmanifest'].includes(url.pathname))
    event.respondWith(newest(request, request))
})

/** Keeps a shared picture until the page, which opens next, searches with it. */
async function receive(request) {
  const picture = (await request.formData()).get('picture')
  if (picture instanceof File) {
    const cache = await caches.open(SHARED)
    await cache.put('/share', new Response(picture))
  }
  return Response.redirect('/', 303)
}

/** The page from the server; the one that was last seen while the server is away. */
async function page(request) {
  const { pathname } = new URL(request.url)
  // Documents of the server, such as the description of its API, are other pages.
  return pathname === '/' ? newest(request, '/') : fetch(request)
}

async function newest(request, key) {
  const cache = await caches.open(SHELL)
  try {
    const response = await fetch(request)
    if (response.ok && !response.redirected) {
      if (key === '/') await forgetOldAssets(cache, response.clone())
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
  const known = await cache.match('/')
  if (known === undefined || (await known.text()) === (await response.text())) return
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith('/assets/')) await cache.delete(request)
}

import { useEffect, useRef } from 'react'
import { pageFolder, serverUrl } from '../api/server-url.ts'

/** Names of the service worker, `public/sw.js`. */
const CACHE = `shared-picture ${pageFolder()}`
const PATH = serverUrl('/share')

/** Takes a picture that another app has shared to the installed page, once. */
export function useSharedPicture(onPicture: (picture: Blob) => void): void {
  const latest = useRef(onPicture)
  latest.current = onPicture
  useEffect(() => {
    const take = async () => {
      // Browsers have no caches over HTTP without TLS, where the page can't be installed either.
      if (!('caches' in window) || !(await caches.has(CACHE))) return
      const cache = await caches.open(CACHE)
      const shared = await cache.match(PATH)
      await caches.delete(CACHE)
      if (shared !== undefined) latest.current(await shared.blob())
    }
    take().catch((error: unknown) => console.warn('The shared picture could not be read:', error))
  }, [])
}

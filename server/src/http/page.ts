import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

/** In an installed package, and in a checkout. */
const PLACES = ['../../page', '../../../web/dist'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
)
const BUILT_PAGE = PLACES.find((place) => existsSync(place)) ?? PLACES.at(-1)!
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The built page. Every path that is no file of it is a state of the page. */
export function pageRoutes(directory: string = BUILT_PAGE): Hono {
  const router = new Hono()
  router.use(async (context, next) => {
    await next()
    context.header('Content-Security-Policy', POLICY)
    const isHashed = context.req.path.startsWith('/assets/')
    context.header(
      'Cache-Control',
      isHashed && context.res.ok ? 'public, max-age=31536000, immutable' : 'no-cache',
    )
  })
  if (!existsSync(join(directory, 'index.html'))) {
    router.get('*', (context) => context.text('The page has not been built: run "npm run build".', 503))
    return router
  }
  router.get('*', serveStatic({ root: directory }))
  router.get('/assets/*', (context) => context.text('Not found', 404))
  router.get('*', serveStatic({ root: directory, path: 'index.html' }))
  return router
}

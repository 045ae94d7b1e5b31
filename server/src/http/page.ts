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
  // An export arrives in a hidden frame.
  "frame-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The built page. Every path that is no file of it shows the page. The page refers to its files relatively, so that it can be
 * published below a path; hence a path with several segments is redirected to the folder of the page.
 * @param basePath such as `/photos`, which a reverse proxy passes on; `/` without one
 */
export function pageRoutes(basePath: string, directory: string = BUILT_PAGE): Hono {
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
  router.get('*', (context, next) => {
    // Unlike the path of a route, this one has the trailing slash that counts in relative addresses.
    const { pathname, search } = new URL(context.req.url)
    const segments = pathname.split('/').slice(1)
    if (pathname === basePath && basePath !== '/')
      return Promise.resolve(context.redirect(`./${segments.at(-1)}/${search}`))
    return segments.length === 1
      ? next()
      : Promise.resolve(context.redirect(`${'../'.repeat(segments.length - 1)}${search}`))
  })
  router.get('*', serveStatic({ root: directory, path: 'index.html' }))
  return router
}

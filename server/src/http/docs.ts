import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { systemCodeOf } from '../errors.ts'

/** Swagger UI in an installed package, and in a checkout. */
const PLACES = ['../../api-docs', '../../../node_modules/swagger-ui-dist'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
)
const ASSETS = PLACES.find((place) => existsSync(place)) ?? PLACES[0]!
const TYPES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

/** @param root relative path of the server's root, which may be published below a path */
const pageOf = (root: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sketch-Search: HTTP API</title>
    <link rel="stylesheet" href="${root}api/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="${root}api/docs/swagger-ui-bundle.js"></script>
    <script src="${root}api/docs/start.js"></script>
  </body>
</html>
`
const START = `const root = new URL('../..', document.currentScript.src).pathname
fetch(root + 'api/openapi.json')
  .then((response) => response.json())
  .then((spec) =>
    SwaggerUIBundle({
      spec: { ...spec, servers: [{ url: root }] },
      dom_id: '#api',
      deepLinking: true,
      validatorUrl: null,
    }),
  )
`
/** Swagger UI styles its elements inline; it needs nothing from another host. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The browsable documentation of the API. */
export function docsRoutes(): Hono {
  const router = new Hono({ strict: false })
  router.use(async (context, next) => {
    await next()
    context.header('Content-Security-Policy', POLICY)
  })
  router.get('/', (context) => {
    // Unlike the path of a route, this one has the trailing slash that counts in relative addresses.
    const depth = new URL(context.req.url).pathname.split('/').length - 2
    return context.html(pageOf(depth === 0 ? './' : '../'.repeat(depth)))
  })
  router.get('/start.js', (context) => context.body(START, 200, { 'Content-Type': 'text/javascript' }))
  router.get('/:file', async (context) => {
    const contentType = TYPES[context.req.param('file')]
    if (contentType === undefined) return context.notFound()
    try {
      const content = await readFile(join(ASSETS, context.req.param('file')))
      return context.body(content, 200, {
        'Content-Type': contentType,
        'Cache-Control': 'private, max-age=86400',
      })
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return context.notFound()
      throw error
    }
  })
  return router
}

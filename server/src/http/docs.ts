import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Hono } from 'hono'
import { systemCodeOf } from '../errors.ts'

const ASSETS = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
const TYPES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sketch-Search: HTTP API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`
const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', deepLinking: true, validatorUrl: null })\n`
/** Swagger UI styles its elements inline; it needs nothing from another host. */
const POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'"

/** The browsable documentation of the API. */
export function docsRoutes(): Hono {
  const router = new Hono({ strict: false })
  router.use(async (context, next) => {
    await next()
    context.header('Content-Security-Policy', POLICY)
  })
  router.get('/', (context) => context.html(PAGE))
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

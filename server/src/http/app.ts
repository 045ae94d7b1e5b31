import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { compress } from 'hono/compress'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import { ZodError } from 'zod'
import type { Users } from '../accounts/accounts.ts'
import { createEmailCodeMethod, type EmailCodeOptions } from '../auth/methods/email-code/method.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/supervisor.ts'
import { DomainError } from '../errors.ts'
import type { EventFeed } from '../events.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { ImageSearch } from '../search/search.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import { VERSION } from '../version.ts'
import { docsRoutes } from './docs.ts'
import { duplicateRoutes } from './duplicates.ts'
import { respondWithError, respondWithInvalid } from './errors.ts'
import { eventRoutes } from './events.ts'
import { indexRoutes, watchedDirectoryRoutes } from './folders.ts'
import { addHealth } from './health.ts'
import { imageFileRoutes } from './image-files.ts'
import { imageRoutes } from './images.ts'
import type { Metrics } from './metrics.ts'
import { authenticate } from './middleware/authenticate.ts'
import type { Client } from './middleware/client-address.ts'
import { type ReadPositions, readYourWrites } from './middleware/read-your-writes.ts'
import { knownHostsOnly, sameOriginOnly } from './middleware/same-origin.ts'
import { pageRoutes } from './page.ts'
import { createRouter, type Router, unauthorized } from './routing.ts'
import { queryRoutes } from './saved-queries.ts'
import { searchRoutes } from './search.ts'
import { sessionRoutes } from './session.ts'
import { timelineRoutes } from './timeline.ts'
import { userRoutes } from './users.ts'

export interface HttpOptions {
  catalog: Catalog
  reads: ReadPositions
  embedder: EmbedderClient
  /** Another embedder that images have vectors of. */
  previousEmbedder: string | undefined
  indexer: Indexer
  backfill: Pick<Backfill, 'pending'>
  sync: GallerySync
  search: ImageSearch
  queries: SavedQueries
  reader: Pick<ImageReader, 'decode' | 'render'>
  imageFiles: ImageFiles
  duplicateThreshold: number
  feed: EventFeed
  metrics: Metrics
  maxUploadBytes: number
  /** undefined: any. */
  allowedHosts: string[] | undefined
  /** undefined: nobody has to sign in. */
  signIn: SignIn | undefined
  readClient: (context: Context) => Client
  log: {
    debug(message: string): void
    info(message: string): void
    error(error: unknown, message: string): void
  }
}

/** Of requests that hold a few words. */
const SMALL_BODY = 16 * 1024
/** A question with very many examples; reading it must not keep others waiting. */
const BODY_WITHOUT_FILES = 1024 * 1024
const SMALL_PATHS = /^\/api\/(auth|session|users)(\/|$)/
/** What a multipart request holds besides the file. */
const FORM_OVERHEAD = 1024 * 1024
const API_DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'Sketch-Search',
    version: VERSION,
    description: 'Find pictures by their looks. `x-role` tells the role that a route needs.',
  },
}

/** The document that is published at `/api/openapi.json`, without anything running. */
export function openApiDocument(): object {
  // Describing the routes calls none of their dependencies.
  const unused: object = new Proxy({}, { get: () => () => {} })
  const signIn: SignIn = {
    users: unused as Users,
    sessions: unused as Sessions,
    method: createEmailCodeMethod(unused as EmailCodeOptions),
  }
  const options = new Proxy(unused, {
    get: (target, name) =>
      name === 'allowedHosts' ? [] : name === 'signIn' ? signIn : Reflect.get(target, name),
  })
  return createHttpApp(options as HttpOptions).getOpenAPI31Document(API_DESCRIPTION)
}

/** All routes, with and without a trailing slash. */
export function createHttpApp(options: HttpOptions): Router {
  const { metrics, maxUploadBytes, allowedHosts, log, signIn, readClient } = options
  const app = createRouter()

  app.use(async (context, next) => {
    const start = performance.now()
    await next()
    const seconds = (performance.now() - start) / 1000
    metrics.observeRequest(context.req.method, routeOf(context), context.res.status, seconds)
    log.debug(
      `${context.req.method} ${context.req.path} ${context.res.status} ${(seconds * 1000).toFixed(1)} ms`,
    )
  })
  app.use(
    secureHeaders({
      strictTransportSecurity: false,
      crossOriginResourcePolicy: 'same-origin',
      referrerPolicy: 'same-origin',
    }),
  )
  app.use(async (context, next) => {
    await next()
    if (readClient(context).isSecure) context.header('Strict-Transport-Security', 'max-age=15552000')
  })
  if (allowedHosts !== undefined) app.use(knownHostsOnly(allowedHosts))
  app.use('/api/*', sameOriginOnly())
  app.use('/api/*', authenticate(signIn?.sessions))
  // A body is read as a whole before a route sees it: of whoever is nobody, nothing large is.
  const small = bodyLimit({
    maxSize: SMALL_BODY,
    onError: (context) =>
      context.json({ error: `At most ${SMALL_BODY} bytes are taken here.`, code: 'invalid_request' }, 413),
  })
  const large = bodyLimit({
    maxSize: maxUploadBytes + FORM_OVERHEAD,
    onError: () => {
      throw tooLarge(maxUploadBytes)
    },
  })
  const withoutFiles = bodyLimit({
    maxSize: BODY_WITHOUT_FILES,
    onError: (context) =>
      context.json(
        { error: `At most ${BODY_WITHOUT_FILES} bytes are taken without a file.`, code: 'invalid_request' },
        413,
      ),
  })
  const ofNobody = bodyLimit({ maxSize: SMALL_BODY, onError: unauthorized })
  app.use('/api/*', (context, next) => {
    if (SMALL_PATHS.test(context.req.path)) return small(context, next)
    if (context.get('role') === undefined) return ofNobody(context, next)
    const type = context.req.header('content-type') ?? ''
    // Some clients name it where they send nothing.
    const isEmpty = context.req.header('content-length') === '0'
    if (/^application\/x-www-form-urlencoded\b/i.test(type) && !isEmpty)
      throw new DomainError(
        'invalid_request',
        'Send JSON with the content type application/json, or a form as multipart/form-data.',
      )
    return /^multipart\/form-data\b/i.test(type) ? large(context, next) : withoutFiles(context, next)
  })
  app.use('/api/*', async (context, next) => {
    await next()
    if (!context.res.headers.has('cache-control')) context.header('Cache-Control', 'no-store')
  })
  app.use('*', async (context, next) => {
    // A stream of events must not wait for a compressor's buffer.
    if (context.req.path.startsWith('/api/fs/events')) return next()
    return compress()(context, next)
  })

  app.use(
    '/api/*',
    readYourWrites(options.reads, (context) => readClient(context).isSecure),
  )

  addHealth(app, options)
  app.route('/api/images', searchRoutes(options))
  // Before the routes of single images, whose `{id}` would match its path.
  app.route('/api/images', duplicateRoutes(options))
  app.route('/api/images', imageRoutes(options))
  app.route('/api/images', imageFileRoutes(options))
  app.route('/api/timeline', timelineRoutes(options))
  app.route('/api/queries', queryRoutes(options))
  app.route('/api/fs', watchedDirectoryRoutes(options))
  app.route('/api/fs', eventRoutes(options.feed))
  app.route('/api/index', indexRoutes(options))
  app.route('/api/session', sessionRoutes(signIn))
  if (signIn !== undefined) {
    signIn.method.mount(app, signIn.sessions)
    app.route('/api/users', userRoutes(signIn.users))
  }
  let document: object | undefined
  app.get('/api/openapi.json', (context) => {
    document ??= app.getOpenAPI31Document(API_DESCRIPTION)
    return context.json(document)
  })
  app.route('/api/docs', docsRoutes())
  app.get('/docs', (context) => context.redirect('/api/docs'))
  app.all('/api/*', (context) =>
    context.json({ error: `There is no ${context.req.method} ${context.req.path}.`, code: 'not_found' }, 404),
  )
  app.route('/', pageRoutes())

  app.onError((error, context) => {
    if (error instanceof ZodError) return respondWithInvalid(error, context)
    const what = `${context.req.method} ${context.req.path}`
    return respondWithError(error, context, (cause) =>
      // Somebody who goes away in the middle of a request is no error of the server.
      context.req.raw.signal.aborted
        ? log.debug(`${what} was broken off`)
        : log.error(cause, `${what} failed`),
    )
  })
  return app
}

/** The pattern of the route that answered, for a label of bounded variety; the page's own files share one. */
function routeOf(context: Context): string {
  return matchedRoutes(context).findLast(({ path }) => !path.includes('*'))?.path ?? 'page'
}

function tooLarge(maxUploadBytes: number): DomainError {
  return new DomainError(
    'image_too_large',
    `The upload is too large: at most ${maxUploadBytes} bytes are taken (limits.max_upload_bytes).`,
  )
}

import type { Context } from 'hono'
import { compress } from 'hono/compress'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { Users } from '../accounts/accounts.ts'
import { createEmailCodeMethod, type EmailCodeOptions } from '../auth/methods/email-code/method.ts'
import type { Sessions } from '../auth/sessions.ts'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { EventFeed } from '../events.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { ImageSearch } from '../search/search.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import { VERSION } from '../version.ts'
import { duplicateContract } from './contract/duplicates.ts'
import { healthContract } from './contract/health.ts'
import { matchContract } from './contract/match.ts'
import { sessionContract } from './contract/session.ts'
import { timelineContract } from './contract/timeline.ts'
import { userContract } from './contract/users.ts'
import { wordContract } from './contract/words.ts'
import { docsRoutes } from './docs.ts'
import { duplicateHandlers } from './duplicates.ts'
import { respondWithError, respondWithInvalid } from './errors.ts'
import { eventRoutes } from './events.ts'
import { indexRoutes, watchedDirectoryRoutes } from './folders.ts'
import { healthHandlers } from './health.ts'
import { imageFileRoutes } from './image-files.ts'
import { imageRoutes } from './images.ts'
import { indexAccountRoutes } from './index-account.ts'
import { InvalidInput } from './input/problems.ts'
import { matchHandlers } from './match.ts'
import type { Metrics } from './metrics.ts'
import { authenticate } from './middleware/authenticate.ts'
import { bodyLimits } from './middleware/body-limits.ts'
import type { Client } from './middleware/client-address.ts'
import { type ReadPositions, readYourWrites } from './middleware/read-your-writes.ts'
import { knownHostsOnly, sameOriginOnly } from './middleware/same-origin.ts'
import { pageRoutes } from './page.ts'
import { createRouter, mount, type Router } from './routing.ts'
import { queryRoutes } from './saved-queries.ts'
import { searchRoutes } from './search.ts'
import { sessionHandlers } from './session.ts'
import { timelineHandlers } from './timeline.ts'
import { trashRoutes } from './trash.ts'
import { respondToUnmatched } from './unmatched.ts'
import { userHandlers } from './users.ts'
import { wordHandlers } from './words.ts'

export interface HttpOptions {
  catalog: Catalog
  reads: ReadPositions
  embedder: EmbedderClient
  /** Another embedder that images have vectors of. */
  previousEmbedder: string | undefined
  indexer: Indexer
  backfill: Pick<Backfill, 'pending'>
  sync: GallerySync
  storage: Pick<StorageMonitor, 'problem'>
  search: ImageSearch
  vocabulary: Vocabulary | undefined
  queries: SavedQueries
  reader: Pick<ImageReader, 'decode' | 'render'>
  imageFiles: ImageFiles
  trash: Trash
  duplicateThreshold: number
  feed: EventFeed
  metrics: Metrics
  maxUploadBytes: number
  /** undefined: every name is accepted. */
  allowedHosts: string[] | undefined
  /** undefined: without sign-in, every client is admin. */
  signIn: SignIn | undefined
  readClient: (context: Context) => Client
  log: {
    debug(message: string): void
    info(message: string): void
    error(error: unknown, message: string): void
  }
}

const API_DESCRIPTION = {
  openapi: '3.1.0',
  info: {
    title: 'Sketch-Search',
    version: VERSION,
    description: 'Find pictures by their looks. `x-role` is the role that a route requires.',
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
  app.use('/api/*', bodyLimits(maxUploadBytes))
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

  mount(app, healthContract, healthHandlers(options))
  app.route('/api/images', searchRoutes(options))
  // Before the routes of single images, whose `{id}` would match its path.
  mount(app, duplicateContract, duplicateHandlers(options))
  app.route('/api/images', imageRoutes(options))
  app.route('/api/images', imageFileRoutes(options))
  mount(app, matchContract, matchHandlers(options))
  mount(app, timelineContract, timelineHandlers(options))
  app.route('/api/trash', trashRoutes(options))
  app.route('/api/queries', queryRoutes(options))
  mount(app, wordContract, wordHandlers(options))
  app.route('/api/fs', watchedDirectoryRoutes(options))
  app.route('/api/fs', eventRoutes(options.feed))
  app.route('/api/index', indexRoutes(options))
  app.route('/api/index', indexAccountRoutes(options))
  mount(app, sessionContract, sessionHandlers(signIn))
  if (signIn !== undefined) {
    signIn.method.mount(app, signIn.sessions)
    mount(app, userContract, userHandlers(signIn.users))
  }
  let document: object | undefined
  for (const path of ['/api/openapi.json', '/openapi.json'])
    app.get(path, (context) => {
      document ??= app.getOpenAPI31Document(API_DESCRIPTION)
      return context.json(document)
    })
  for (const path of ['/api/docs', '/docs', '/redoc']) app.route(path, docsRoutes())
  app.all('/api/*', (context) => respondToUnmatched(app, context))
  app.route('/', pageRoutes())
  app.notFound((context) => respondToUnmatched(app, context))

  app.onError((error, context) => {
    if (error instanceof InvalidInput) return respondWithInvalid(error, context)
    const request = `${context.req.method} ${context.req.path}`
    return respondWithError(error, context, (cause) =>
      // A client that disconnects in the middle of a request is no error of the server.
      context.req.raw.signal.aborted
        ? log.debug(`${request} was aborted by the client`)
        : log.error(cause, `${request} failed`),
    )
  })
  return app
}

/** The pattern of the route that answered, for a label of bounded variety; the page's own files share one. */
function routeOf(context: Context): string {
  return matchedRoutes(context).findLast(({ path }) => !path.includes('*'))?.path ?? 'page'
}

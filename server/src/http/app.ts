import { type Context, Hono } from 'hono'
import { compress } from 'hono/compress'
import { matchedRoutes } from 'hono/route'
import { secureHeaders } from 'hono/secure-headers'
import type { SignIn } from '../auth/sign-in-method.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { EmbedderClient } from '../embedding/process/embedder-client.ts'
import type { EventFeed } from '../events.ts'
import type { ImageReader } from '../gallery/image-reader.ts'
import type { ImageFiles } from '../images/image-files.ts'
import type { Reveal } from '../images/reveal.ts'
import type { Trash } from '../images/trash/trash.ts'
import type { ReadOnlyFolders } from '../images/write-access.ts'
import type { Backfill } from '../indexing/backfill.ts'
import type { Indexer } from '../indexing/indexer.ts'
import type { StorageMonitor } from '../indexing/storage-monitor.ts'
import type { SavedQueries } from '../saved-queries/saved-queries.ts'
import type { ImageSearch } from '../search/search.ts'
import type { Vocabulary } from '../search/words/vocabulary.ts'
import type { GallerySync } from '../sync/gallery-sync.ts'
import { collectionHandlers } from './collections.ts'
import { API, SIGN_IN_API } from './contract/api.ts'
import { docsRoutes } from './docs.ts'
import { duplicateHandlers } from './duplicates.ts'
import { createErrorLog, respondWithError, respondWithInvalid, storageReason } from './errors.ts'
import { eventHandlers } from './events.ts'
import { exportHandlers } from './export.ts'
import type { Exporter } from './export-request.ts'
import { folderHandlers } from './folders.ts'
import { type GalleryFileHandlersOptions, galleryFileHandlers } from './gallery-file.ts'
import { healthHandlers } from './health.ts'
import { imageFileHandlers } from './image-files.ts'
import type { ImageFilters } from './image-filters.ts'
import { imageHandlers } from './images.ts'
import { indexAccountHandlers } from './index-account.ts'
import { type IndexStatusOptions, indexStatusHandlers } from './index-status.ts'
import { InvalidInput } from './input/problems.ts'
import { keyHandlers } from './keys.ts'
import { matchHandlers } from './match.ts'
import type { Metrics } from './metrics.ts'
import { authenticate } from './middleware/authenticate.ts'
import { bodyLimits } from './middleware/body-limits.ts'
import type { Client } from './middleware/client-address.ts'
import { limitLoad } from './middleware/load-limits.ts'
import { type ReadPositions, readYourWrites } from './middleware/read-your-writes.ts'
import { knownHostsOnly, sameOriginOnly } from './middleware/same-origin.ts'
import { openApiDocument } from './openapi.ts'
import { pageRoutes } from './page.ts'
import { revealHandlers } from './reveal.ts'
import { type ApiHandlers, mount, mountAll, type Router } from './routing.ts'
import { savedQueryHandlers } from './saved-queries.ts'
import { searchHandlers } from './search.ts'
import { sessionHandlers } from './session.ts'
import { starHandlers } from './stars.ts'
import { timelineHandlers } from './timeline.ts'
import { trashHandlers } from './trash.ts'
import { respondToUnmatched } from './unmatched.ts'
import { userHandlers } from './users.ts'
import { wordHandlers } from './words.ts'

export interface HttpOptions extends GalleryFileHandlersOptions {
  catalog: Catalog
  /** Reads from the primary server alone. */
  primary: Catalog
  reads: ReadPositions
  embedder: EmbedderClient
  /** Another embedder that has vectors of images. */
  previousEmbedder: string | undefined
  former: IndexStatusOptions['former']
  indexer: Indexer
  backfill: Pick<Backfill, 'pending'>
  sync: GallerySync
  storage: Pick<StorageMonitor, 'problem' | 'report'>
  /** Whether an error is due to an outage of the database server, which is logged elsewhere. */
  isOutage: ((error: unknown) => boolean) | undefined
  search: ImageSearch
  vocabulary: Vocabulary | undefined
  queries: SavedQueries
  reader: Pick<ImageReader, 'decode' | 'render'>
  imageFiles: ImageFiles
  filters: ImageFilters
  exporter: Exporter
  readOnlyFolders: ReadOnlyFolders
  /** undefined: no request may open a file manager. */
  reveal: Reveal | undefined
  trash: Trash
  duplicateThreshold: number
  feed: EventFeed
  metrics: Metrics
  maxUploadBytes: number
  /** undefined: every name is accepted. */
  allowedHosts: string[] | undefined
  /** Path of the page that a reverse proxy does not remove; `/` without one. */
  basePath: string
  /** undefined: without sign-in, every client is admin. */
  signIn: SignIn | undefined
  ignoredUsers: IndexStatusOptions['ignoredUsers']
  readClient: (context: Context) => Client
  log: {
    debug(message: string): void
    info(message: string): void
    warn(message: string): void
    error(error: unknown, message: string): void
  }
}

/** All routes, with and without a trailing slash. */
export function createHttpApp(options: HttpOptions): Router {
  const { metrics, maxUploadBytes, allowedHosts, log, signIn, readClient } = options
  const app: Router = new Hono({ strict: false })

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
  app.use('/api/*', limitLoad())
  app.use('/api/*', sameOriginOnly())
  app.use('/api/*', authenticate(signIn))
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

  mountAll(app, API, handlersOf(options))
  if (signIn !== undefined) {
    signIn.method.mount((contract, handlers) => mount(app, contract, handlers), signIn.sessions)
    mount(app, SIGN_IN_API.users, userHandlers(signIn.users))
    mount(app, SIGN_IN_API.keys, keyHandlers(signIn))
  }
  let document: object | undefined
  for (const path of ['/api/openapi.json', '/openapi.json'])
    app.get(path, (context) => {
      document ??= openApiDocument(signIn === undefined ? [API] : [API, SIGN_IN_API])
      return context.json(document)
    })
  for (const path of ['/api/docs', '/docs', '/redoc']) app.route(path, docsRoutes())
  app.all('/api/*', (context) => respondToUnmatched(app, context))
  app.route('/', pageRoutes(options.basePath))
  app.notFound((context) => respondToUnmatched(app, context))

  const logError = createErrorLog(log, options.isOutage)
  app.onError((error, context) => {
    if (error instanceof InvalidInput) return respondWithInvalid(error, context)
    const request = `${context.req.method} ${context.req.path}`
    return respondWithError(storageReason(error, options.storage), context, (cause) =>
      // A client that disconnects in the middle of a request is no error of the server.
      context.req.raw.signal.aborted
        ? log.debug(`${request} was aborted by the client`)
        : logError(cause, request),
    )
  })
  return app
}

function handlersOf(options: HttpOptions): ApiHandlers<typeof API> {
  return {
    health: healthHandlers(options),
    search: searchHandlers(options),
    duplicates: duplicateHandlers(options),
    images: imageHandlers(options),
    imageFiles: imageFileHandlers(options),
    match: matchHandlers(options),
    timeline: timelineHandlers(options),
    collections: collectionHandlers(options),
    stars: starHandlers(options),
    export: exportHandlers(options),
    reveal: revealHandlers(options),
    trash: trashHandlers(options),
    savedQueries: savedQueryHandlers(options),
    words: wordHandlers(options),
    folders: folderHandlers(options),
    galleryFile: galleryFileHandlers(options),
    events: eventHandlers(options.feed),
    indexStatus: indexStatusHandlers(options),
    indexAccount: indexAccountHandlers(options),
    session: sessionHandlers(options.signIn),
  }
}

/** The pattern of the matched route, a label of bounded variety; the page's own files share one. */
function routeOf(context: Context): string {
  return matchedRoutes(context).findLast(({ path }) => !path.includes('*'))?.path ?? 'page'
}

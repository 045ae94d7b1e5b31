import { mkdirSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Auth, createAuth, ensureAdmin } from './auth/auth.ts'
import { createAuthLimits } from './auth/limits.ts'
import { createMailer } from './auth/mailer.ts'
import { sessionKey } from './auth/secret.ts'
import type { Catalog } from './catalog/catalog.ts'
import { type DirectoryLock, lockDirectory } from './catalog/directory-lock.ts'
import { openCatalog } from './catalog/open-catalog.ts'
import { openSqliteAccounts } from './catalog/sqlite/accounts.ts'
import type { Config } from './config/schema.ts'
import type { EmbeddingHost } from './embedding/host.ts'
import { type OpenedEmbedder, openEmbedder } from './embedding/open-embedder.ts'
import { DomainError, systemCodeOf } from './errors.ts'
import { createEventBus, createLocalFeed, type EventBus } from './events.ts'
import { createImageReader } from './gallery/image-reader.ts'
import { openThumbnailStore } from './gallery/thumbnails.ts'
import { createMetrics } from './http/metrics.ts'
import type { Router } from './http/routing.ts'
import { hostsToAccept } from './http/same-origin.ts'
import { createHttpApp } from './http/server.ts'
import type { Logger } from './log.ts'
import { createImageSearch, type ImageSearch } from './search/image-search.ts'
import { openKeptQueries } from './search/kept-queries.ts'
import { createCollection } from './sync/collection.ts'
import { createGallerySync, type GallerySync } from './sync/gallery-sync.ts'
import { createIndexer, type Indexer } from './sync/indexer.ts'

/** The product without its HTTP server. */
export interface App {
  readonly catalog: Catalog
  readonly host: EmbeddingHost
  readonly indexer: Indexer
  readonly sync: GallerySync
  readonly search: ImageSearch
  readonly events: EventBus
  /** undefined where nobody has to sign in. */
  readonly auth: Auth | undefined
  readonly http: Router
  close(): Promise<void>
}

export interface AppOptions {
  log: Logger
  /** Only searches in what another process indexes; takes no lock and indexes nothing. */
  isVisitor?: boolean
  /** Shows how the loading of the embedder goes on; `share` from 0 to 1 if it is known. */
  onLoading?: (message: string, share: number | undefined) => void
  /** Where the system tells what is mounted; the default is right everywhere but in tests. */
  mountTable?: string
}

/**
 * Puts the rooms together: the only place that knows every one of them. Nothing is indexed until `sync` is told to.
 * @throws {DomainError} with what to do about it
 */
export async function createApp(
  config: Config,
  { log, isVisitor = false, onLoading, mountTable }: AppOptions,
): Promise<App> {
  await assertGallery(config.watcher.watched_directory)
  // Watchers report real paths, and do not follow a link that the gallery itself may be.
  const root = await realpath(config.watcher.watched_directory)
  createDataDirectory(config)
  const lock: DirectoryLock = isVisitor ? { release() {} } : lockDirectory(config.data_directory)
  const catalog = await openCatalog({
    database: config.database,
    directory: config.data_directory,
    isOwner: !isVisitor,
    log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
  }).catch((error) => {
    lock.release()
    throw error
  })
  const embedder = config.embedder_registry.chosen_embedder
  let opened: OpenedEmbedder | undefined
  let accounts: SignInRoom | undefined
  let previousEmbedder: string | undefined
  try {
    if (!isVisitor && config.auth.kind === 'otp') accounts = await openSignIn(config, log)
    opened = await openEmbedder(embedder, config.embedder_registry, {
      dataDirectory: config.data_directory,
      isOwner: !isVisitor,
      onOutput: (line) => log.info(`${embedder}: ${line}`),
      onProgress: onLoading,
      onRestart: (reason) =>
        log.warn(`The process of the embedder "${embedder}" is started again: ${reason}`),
      onHealth: (reason) => {
        if (reason === undefined) log.info(`The embedder "${embedder}" works again.`)
        else
          log.error(
            `The embedder "${embedder}" works for no picture at present, so indexing waits: ${reason}`,
          )
      },
    })
    const { host, fingerprint } = opened
    const used = await catalog.useSpace({ embedder, fingerprint, dimensions: host.dimensions })
    previousEmbedder = used.previousEmbedder
  } catch (error) {
    await opened?.host.close()
    await accounts?.close()
    await catalog.close()
    lock.release()
    throw error
  }
  const { host } = opened

  const events = createEventBus()
  const thumbnails = openThumbnailStore(config.thumbnail.thumbnail_directory, config.thumbnail.size)
  const limits = {
    maxPixels: config.limits.max_pixels,
    maxFileBytes: config.limits.max_file_bytes,
    maxUploadBytes: config.limits.max_upload_bytes,
  }
  const walk = {
    recursive: config.watcher.watch_recursive,
    excluded: [await realPath(config.data_directory), await realPath(config.thumbnail.thumbnail_directory)],
  }
  const reader = createImageReader({
    root,
    walk,
    limits,
    inputSize: host.inputSize,
    thumbnailDirectory: config.thumbnail.thumbnail_directory,
    thumbnailSize: [...config.thumbnail.size],
  })
  const indexer = createIndexer({
    root,
    catalog,
    host,
    reader,
    events,
    thumbnails,
    walk,
    maxFileBytes: limits.maxFileBytes,
    batchSize: Math.max(config.watcher.files_batch_size, host.measurement.batchSize),
    isSearching: () => search.isBusy,
    onError: (message, error) => log.error(error, `Unexpected error while ${message}`),
    onChanged: (paths) => sync.lookAgain(paths),
  })
  const sync = createGallerySync({
    root,
    catalog,
    indexer,
    thumbnails,
    events,
    walk,
    reconcileIntervalMs: config.watcher.reconcile_interval_s * 1000,
    maxMissingShare: config.watcher.max_missing_share,
    mountTable,
    log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
  })
  const auth = accounts?.auth
  const metrics = createMetrics(catalog, indexer)
  const search = createImageSearch(catalog, host, reader, metrics.observeSearch)
  const collection = createCollection({ root, catalog, indexer, reader, thumbnails, events, limits, walk })
  const http = createHttpApp({
    catalog,
    host,
    previousEmbedder,
    indexer,
    sync,
    search,
    queries: openKeptQueries(join(config.data_directory, 'queries')),
    reader,
    collection,
    feed: createLocalFeed(events),
    metrics,
    maxUploadBytes: limits.maxUploadBytes,
    allowedHosts: hostsToAccept(config.host, config.allowed_hosts),
    auth,
    authLimits: createAuthLimits(),
    codeExpiresInS: config.auth.kind === 'otp' ? config.auth.expires_in_s : 0,
    trustedProxies: config.trusted_proxies,
    log: {
      debug: (message) => log.debug(message),
      info: (message) => log.info(message),
      error: (error, message) => log.error(error, message),
    },
  })

  return {
    catalog,
    host,
    indexer,
    sync,
    search,
    events,
    auth,
    http,
    async close() {
      await accounts?.close()
      await sync.close()
      // The indexer waits for what is under way; an embedder that hangs is ended first, so that it need not.
      const indexed = indexer.close()
      await host.close()
      await indexed
      await reader.close()
      await catalog.close()
      lock.release()
    },
  }
}

interface SignInRoom {
  auth: Auth
  close(): Promise<void>
}

/** @throws {DomainError} `config_invalid` for a session key that everybody knows */
async function openSignIn(config: Config, log: Logger): Promise<SignInRoom> {
  if (config.auth.kind !== 'otp') throw new Error('nobody has to sign in')
  const {
    smtp,
    default_user_email: firstAdmin,
    expires_in_s: codeExpiresInS,
    max_attempts: maxAttempts,
  } = config.auth
  const key = sessionKey(config.session.secret_key, config.data_directory)
  const { users, database, close } = await openSqliteAccounts(config.data_directory)
  if (await ensureAdmin(users, firstAdmin)) log.info(`The first admin is ${JSON.stringify(firstAdmin)}.`)
  const sayings = {
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  }
  const auth = createAuth({
    users,
    database,
    key,
    codeExpiresInS,
    maxAttempts,
    sessionExpiresInS: config.session.expires_in_s,
    mailer: createMailer(smtp, sayings),
    log: sayings,
  })
  return {
    auth,
    async close() {
      await auth.close()
      await close()
    },
  }
}

async function assertGallery(root: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return
  } catch (error) {
    const reason =
      systemCodeOf(error) === 'ENOENT'
        ? 'there is no such folder'
        : `it can't be read (${systemCodeOf(error)})`
    throw new DomainError('directory_not_found', `The gallery ${root} can't be opened: ${reason}.`, {
      cause: error,
    })
  }
  throw new DomainError(
    'directory_not_found',
    `The gallery ${root} is a file: give the folder that holds the images.`,
  )
}

/** The path with every symbolic link followed, also of what is not there yet: it is compared with others of the gallery. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPath(parent), basename(path))
  }
}

function createDataDirectory({ data_directory: directory }: Config): void {
  try {
    // For its owner alone: it holds pictures of everything.
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new DomainError(
      'unavailable',
      `The data directory ${directory} can't be created (${systemCodeOf(error)}): give another with --data-directory.`,
      { cause: error },
    )
  }
}

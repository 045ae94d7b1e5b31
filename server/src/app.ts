import { mkdirSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Auth } from './auth/auth.ts'
import { createAuthLimits } from './auth/limits.ts'
import { sessionKey } from './auth/secret.ts'
import type { LimitsStore } from './catalog/accounts.ts'
import type { Catalog } from './catalog/catalog.ts'
import { type DirectoryLock, lockDirectory } from './catalog/directory-lock.ts'
import { openStorage, type Storage } from './catalog/open-storage.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { Config } from './config/schema.ts'
import { type EmbeddingHost, whileItWorks } from './embedding/host.ts'
import { type OpenedEmbedder, openEmbedder } from './embedding/open-embedder.ts'
import { DomainError, messageOf, systemCodeOf } from './errors.ts'
import { createEventBus, createLocalFeed, type EventBus } from './events.ts'
import { createImageReader } from './gallery/image-reader.ts'
import { openThumbnailStore } from './gallery/thumbnails.ts'
import { createMetrics } from './http/metrics.ts'
import type { Router } from './http/routing.ts'
import { hostsToAccept } from './http/same-origin.ts'
import { createHttpApp } from './http/server.ts'
import type { Logger } from './log.ts'
import { createImageSearch, type ImageSearch } from './search/image-search.ts'
import { createCollection } from './sync/collection.ts'
import { createGallerySync, type GallerySync } from './sync/gallery-sync.ts'
import { createIndexer, type Indexer, type IndexQueue } from './sync/indexer.ts'
import { TIMINGS, type Timings } from './timings.ts'

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
  /** Begins to watch and to index, as far as that is this process's part. */
  start(): Promise<void>
  /** Begins to index what the processes on this database share; there is nothing to do where this is the only one. */
  join(): Promise<void>
  /**
   * Resolves when nothing is left to index.
   * @throws {DomainError} `embedder_unavailable` if the embedder works for no picture, and does not recover
   */
  untilIdle(): Promise<void>
  close(): Promise<void>
}

export interface AppOptions {
  log: Logger
  /** Only searches in what another process indexes; takes no lock and indexes nothing. */
  isVisitor?: boolean
  /** False for a server that leaves watching and indexing to others. */
  indexes?: boolean
  /** Shows how the loading of the embedder goes on; `share` from 0 to 1 if it is known. */
  onLoading?: (message: string, share: number | undefined) => void
  /** Where the system tells what is mounted; the default is right everywhere but in tests. */
  mountTable?: string
  /** Starts the embedder; tests share one that runs already. */
  openEmbedder?: typeof openEmbedder
  /** Those that are shorter than usual. */
  timings?: Partial<Timings>
}

/**
 * Puts the rooms together: the only place that knows every one of them. Nothing is indexed until `sync` is told to.
 * @throws {DomainError} with what to do about it
 */
export async function createApp(
  config: Config,
  { log, isVisitor = false, indexes = true, onLoading, mountTable, ...options }: AppOptions,
): Promise<App> {
  const timings = { ...TIMINGS, ...options.timings }
  const startEmbedder = options.openEmbedder ?? openEmbedder
  await assertGallery(config.watcher.watched_directory)
  // Watchers report real paths, and do not follow a link that the gallery itself may be.
  const root = await realpath(config.watcher.watched_directory)
  createDataDirectory(config)
  const excluded = await ownFolders(root, config)
  // Processes on one database server may share the directory: what is in it can be made again by any of them.
  const isAlone = !isVisitor && config.database === undefined
  const lock: DirectoryLock = isAlone ? lockDirectory(config.data_directory) : { release() {} }
  const storage = await openStorage({
    database: config.database,
    directory: config.data_directory,
    isOwner: !isVisitor,
    log: { warn: (message) => log.warn(message), info: (message) => log.info(message) },
  }).catch((error) => {
    lock.release()
    throw error
  })
  const { catalog, reads } = storage
  /** undefined for who has the database to himself, or takes no part. */
  const shared = isVisitor ? undefined : storage.shared
  const embedder = config.embedder_registry.chosen_embedder
  let opened: OpenedEmbedder | undefined
  let accounts: SignInRoom | undefined
  let previousEmbedder: string | undefined
  try {
    if (!isVisitor && config.auth.kind === 'otp') accounts = await openSignIn(config, storage, log)
    opened = await startEmbedder(embedder, config.embedder_registry, {
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
    await storage.close()
    lock.release()
    throw error
  }
  const { host, fingerprint } = opened

  /** What happens in this process, and what is shown to people: in a cluster, what happens anywhere. */
  const ownEvents = createEventBus()
  const events = shared === undefined ? ownEvents : createEventBus()
  const thumbnails = openThumbnailStore(config.thumbnail.thumbnail_directory, config.thumbnail.size)
  const limits = {
    maxPixels: config.limits.max_pixels,
    maxFileBytes: config.limits.max_file_bytes,
    maxUploadBytes: config.limits.max_upload_bytes,
  }
  const walk = {
    recursive: config.watcher.watch_recursive,
    excluded,
    ignored: config.watcher.ignore,
  }
  const reader = createImageReader({
    root,
    walk,
    limits,
    inputSize: host.inputSize,
    timings,
    thumbnailDirectory: config.thumbnail.thumbnail_directory,
    thumbnailSize: [...config.thumbnail.size],
  })
  const batchSize = Math.max(config.watcher.files_batch_size, host.measurement.batchSize)
  const ownIndexer = createIndexer({
    root,
    catalog,
    host,
    reader,
    events: ownEvents,
    thumbnails,
    walk,
    maxFileBytes: limits.maxFileBytes,
    batchSize,
    isSearching: () => search.isBusy,
    onError: (message, error) => log.error(error, `Unexpected error while ${message}`),
    onChanged: (paths) => sync.lookAgain(paths),
    timings,
  })
  const sayings = {
    warn: (message: string) => log.warn(message),
    info: (message: string) => log.info(message),
  }
  const createSync = (queue: IndexQueue, onPass?: () => void) =>
    createGallerySync({
      root,
      catalog,
      indexer: queue,
      thumbnails,
      events: ownEvents,
      walk,
      reconcileIntervalMs: config.watcher.reconcile_interval_s * 1000,
      maxMissingShare: config.watcher.max_missing_share,
      mountTable,
      onPass,
      timings,
      log: sayings,
    })
  let cluster: Cluster | undefined
  if (shared !== undefined) {
    const { openCluster } = await import('./cluster/cluster.ts')
    cluster = await openCluster({
      shared,
      catalog,
      untilReadable: reads.untilReadable,
      root,
      walk,
      embedder,
      space: `${embedder} ${fingerprint}`,
      local: ownIndexer,
      batchSize: Math.max(batchSize, LEAST_TAKEN),
      own: ownEvents,
      shown: events,
      createSync,
      indexes,
      log: sayings,
    }).catch(async (error) => {
      await host.close()
      await reader.close()
      await accounts?.close()
      await storage.close()
      throw error
    })
  }
  const indexer = cluster?.indexer ?? ownIndexer
  const sync = cluster?.sync ?? createSync(ownIndexer)
  const auth = accounts?.auth
  const metrics = createMetrics(reads.catalog, indexer)
  const search = createImageSearch(reads.catalog, host, reader, metrics.observeSearch)
  const collection = createCollection({
    root,
    catalog,
    indexer,
    reader,
    thumbnails,
    events: ownEvents,
    limits,
    walk,
  })
  const http = createHttpApp({
    catalog: reads.catalog,
    reads,
    host,
    previousEmbedder,
    indexer,
    sync,
    search,
    queries: storage.queries,
    reader,
    collection,
    feed: cluster?.feed ?? createLocalFeed(events),
    metrics,
    maxUploadBytes: limits.maxUploadBytes,
    allowedHosts: hostsToAccept(config.host, config.allowed_hosts),
    auth,
    authLimits: createAuthLimits(accounts?.limitsStore),
    codeExpiresInS: config.auth.kind === 'otp' ? config.auth.expires_in_s : 0,
    trustedProxies: config.trusted_proxies,
    log: {
      debug: (message) => log.debug(message),
      info: (message) => log.info(message),
      error: (error, message) => log.error(error, message),
    },
  })

  const tidyQueries = () =>
    void storage.queries
      .tidy()
      .catch((error) => log.warn(`Old searches could not be forgotten: ${messageOf(error)}`))
  /** Other processes delete as well: what is kept here of those images goes later. Who is alone sweeps when all is indexed. */
  const sweep = () =>
    void thumbnails
      .sweep((hashes) => catalog.unknownContents(hashes))
      .catch((error) => log.warn(`Thumbnails could not be swept: ${messageOf(error)}`))
  const chores: NodeJS.Timeout[] = []

  return {
    catalog,
    host,
    indexer,
    sync,
    search,
    events,
    auth,
    http,
    async start() {
      tidyQueries()
      chores.push(setInterval(tidyQueries, TIDY_EVERY_MS).unref())
      if (cluster !== undefined) {
        sweep()
        chores.push(setInterval(sweep, SWEEP_EVERY_MS).unref())
        return cluster.start()
      }
      if (!indexes) return
      // Watching begins first: what changes during the comparison is not missed.
      await sync.startWatching()
      await sync.reconcile()
    },
    async join() {
      await cluster?.start()
    },
    untilIdle: () => whileItWorks(host, indexer.idle()),
    async close() {
      for (const chore of chores) clearInterval(chore)
      await accounts?.close()
      if (cluster === undefined) await sync.close()
      // The indexer waits for what is under way; an embedder that hangs is ended first, so that it need not.
      const indexed = cluster === undefined ? indexer.close() : cluster.close()
      await host.close()
      await indexed
      await reader.close()
      await storage.close()
      lock.release()
    },
  }
}

const TIDY_EVERY_MS = 3_600_000
const SWEEP_EVERY_MS = 24 * 3_600_000
/** Files that are taken from a shared queue at once, at least: asking for each batch costs a few milliseconds. */
const LEAST_TAKEN = 16

interface SignInRoom {
  auth: Auth
  limitsStore: LimitsStore | undefined
  close(): Promise<void>
}

/** @throws {DomainError} `config_invalid` for a session key that everybody knows */
async function openSignIn(
  config: Config,
  { openAccounts, shared }: Storage,
  log: Logger,
): Promise<SignInRoom> {
  if (config.auth.kind !== 'otp') throw new Error('nobody has to sign in')
  // Loaded only here: with what they bring along each start would take a third longer.
  const [{ createAuth, ensureAdmin }, { createMailer }] = await Promise.all([
    import('./auth/auth.ts'),
    import('./auth/mailer.ts'),
  ])
  const {
    smtp,
    default_user_email: firstAdmin,
    expires_in_s: codeExpiresInS,
    max_attempts: maxAttempts,
  } = config.auth
  const { secret_key: configured } = config.session
  const key =
    shared !== undefined && configured === undefined
      ? await shared.key('session')
      : sessionKey(configured, config.data_directory)
  const { users, database, alone, assertReachable, limitsStore, close } = await openAccounts()
  if (await alone('first admin', () => ensureAdmin(users, firstAdmin)))
    log.info(`The first admin is ${JSON.stringify(firstAdmin)}.`)
  const sayings = {
    warn: (message: string) => log.warn(message),
    error: (message: string) => log.error(message),
  }
  const auth = createAuth({
    users,
    database,
    alone,
    assertReachable,
    key,
    codeExpiresInS,
    maxAttempts,
    sessionExpiresInS: config.session.expires_in_s,
    mailer: createMailer(smtp, sayings),
    log: sayings,
  })
  return {
    auth,
    limitsStore,
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

/** Of our data what lies in the gallery. What holds the gallery lies beside it. */
async function ownFolders(root: string, { data_directory, thumbnail }: Config): Promise<string[]> {
  const [data, thumbnails] = [await realPath(data_directory), await realPath(thumbnail.thumbnail_directory)]
  if (thumbnails === root) {
    throw new DomainError(
      'unavailable',
      'thumbnail.thumbnail_directory is the gallery itself: its thumbnails would become images of it. Give another folder.',
    )
  }
  return [data, thumbnails].filter((folder) => root !== folder && !root.startsWith(folder + sep))
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
